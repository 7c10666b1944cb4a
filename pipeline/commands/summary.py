"""summary: the verdicts in the terminal."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from pipeline.base.params import Params, load
from pipeline.disclosure.neutral import visible_text
from pipeline.hypotheses.summary import folded_line, summary_lines, unresolved_warnings
from pipeline.hypotheses.told import AS_RELEASED, all_told, terminal_gate
from pipeline.hypotheses.verdict.lock import FILE
from pipeline.project.io import Batch, json_bytes
from pipeline.project.runner import params_text
from pipeline.project.stale import what_changed
from pipeline.results.description import Description
from pipeline.results.lock import LockFile
from pipeline.results.verdict import Verdicts
from pipeline.stages.check import written

REPORT = "reports/report.html"
INTERNAL = "data/internal/report.html"
VERDICTS = "data/analysis/verdicts.json"
DESCRIPTION = "data/analysis/description.json"
WITHOUT_NUMBERS = "The numbers: python -m pipeline summary --why, or a wider terminal."
NARROWEST = 40  # columns; a terminal that says it has fewer is not believed


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Print one line a claim and where the report is; StageError where nothing has been judged yet.

    With `strict`, 1 where some hypothesis has no number or some check met a defect, which a script can then notice.
    """
    text = params_text(root)
    params = load(text)
    verdicts = Batch(root, (VERDICTS,), ()).record(VERDICTS, Verdicts)
    width = max(shutil.get_terminal_size().columns, NARROWEST)
    simulated = verdicts.origin == "simulated"
    gate = terminal_gate(params, workers_of(root))
    numbers = all_told(verdicts.hypotheses, params, gate)
    names = list(params.hypotheses)
    said = summary_lines(_visible(verdicts), names, numbers, simulated, width, arguments.why, _is_locked(root))
    effects = [one.effect for one in numbers.values() if one.effect]
    has_room = arguments.why or not effects or any(effect in said for effect in effects)
    about = [] if gate.rules.exact else [AS_RELEASED]
    closing = [*(about if has_room else [WITHOUT_NUMBERS]), *_age(root, text, params), _where(root, params)]
    print(said, *(piece for line in closing for piece in folded_line(line, width)), sep="\n")
    return int(arguments.strict and bool(unresolved_warnings(verdicts)))


def workers_of(root: Path) -> int | None:
    """How many workers the study has; None where it has not been described yet."""
    batch = Batch(root, (DESCRIPTION,), ())
    return batch.record(DESCRIPTION, Description).workers.workers if batch.has(DESCRIPTION) else None


def _is_locked(root: Path) -> bool:
    batch = Batch(root, (FILE,), ())
    return batch.has(FILE) and batch.record(FILE, LockFile).locked is not None


def _visible(verdicts: Verdicts) -> Verdicts:
    """A claim may hold anything, and a terminal obeys some of it."""
    cleared = {name: one.model_copy(update={"claim": visible_text(one.claim)}) for name, one in verdicts.hypotheses.items()}
    return verdicts.model_copy(update={"hypotheses": cleared})


def _age(root: Path, text: str, params: Params) -> list[str]:
    made = {name: json_bytes(value) for name, value in written(params).items()}
    changed = what_changed(root, text, made, params.sources.directory)
    if changed is None:
        return ["What these verdicts were made of is not noted here (no dvc.lock). Anew: python -m pipeline study"]
    if not changed:
        return []
    return [f"Out of date: changed since these verdicts were made: {'; '.join(changed)}. Anew: python -m pipeline study"]


def _where(root: Path, params: Params) -> str:
    report = INTERNAL if params.privacy.release == "internal" else REPORT
    if not (root / report).is_file():
        return f"The report is not there yet ({report}): python -m pipeline study writes it."
    return f"The report: {report} (python -m pipeline open shows it)"
