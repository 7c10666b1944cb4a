"""open: show the report in the browser."""

from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path

from pipeline.base.errors import Problem, StageError

REPORT = "reports/report.html"


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Open reports/report.html; StageError where it is not there. Prints its path where no browser can be started."""
    path = root / REPORT
    if not path.is_file():
        raise StageError(Problem(REPORT, "not there yet", "run `dvc repro`"))
    if not webbrowser.open(path.as_uri()):
        print(f"No browser could be started; the report is {REPORT}.")
    return 0
