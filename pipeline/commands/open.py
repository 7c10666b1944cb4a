"""open: show the report in the browser."""

from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path

from pipeline.base.errors import Problem, StageError

REPORT = "reports/report.html"
INTERNAL = "data/internal/report.html"  # there only after an internal run


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Open the report; StageError where it is not there. Prints its path where no browser can be started."""
    name = INTERNAL if (root / INTERNAL).is_file() else REPORT
    path = root / name
    if not path.is_file():
        raise StageError(Problem(REPORT, "not there yet", "run `python -m pipeline study`"))
    if not webbrowser.open(path.as_uri()):
        print(f"No browser could be started; the report is {name}.")
    return 0
