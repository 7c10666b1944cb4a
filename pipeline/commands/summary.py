"""summary: the verdicts in the terminal."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.base.params import load
from pipeline.disclosure.neutral import visible
from pipeline.hypotheses.summary import summary, unresolved
from pipeline.project.io import Batch
from pipeline.project.runner import params_text
from pipeline.results.verdict import Verdicts

REPORT = "reports/report.html"
INTERNAL = "data/internal/report.html"
VERDICTS = "data/analysis/verdicts.json"


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Print one line a hypothesis and where the report is; StageError where nothing has been judged yet.

    With `strict`, 1 where some hypothesis has no number or some check met a defect, which a script can then notice.
    """
    params = load(params_text(root))
    verdicts = Batch(root, (VERDICTS,), ()).record(VERDICTS, Verdicts)
    simulated = params.study.origin == "simulated"
    for line in summary(verdicts, simulated).splitlines():
        print(visible(line))  # a label may hold anything, a terminal obeys some of it
    report = INTERNAL if params.privacy.release == "internal" else REPORT
    print(f"The report is {report}" + (" (of a simulated study)." if simulated else "."))
    return int(bool(getattr(arguments, "strict", False) and unresolved(verdicts)))
