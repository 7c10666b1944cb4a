"""doctor: find and mend what keeps the pipeline from running here, and say so; never touches data or results."""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline.project.dvc_care import Trouble, mend_dvc
from pipeline.project.packages import LOCK


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Print every finding; exit status 1 where something is left to do by hand."""
    findings = [*mend_dvc(root), *other_versions(root)]
    for finding in findings:
        print(f"- {finding}")
    open_ones = [finding for finding in findings if not finding.mended]
    if not findings:
        print("Nothing found that would keep the pipeline from running.")
    return 1 if open_ones else 0


def other_versions(root: Path) -> list[Trouble]:
    """Packages that are here in another version than the lock names: numbers may differ in their last digits."""
    if not (root / LOCK).is_file():
        return []
    lines = (root / LOCK).read_text(encoding="utf-8").splitlines()
    pins = [line.split(";")[0].strip(" \\").split("==") for line in lines if "==" in line.split(";")[0]]
    wanted: dict[str, set[str]] = {}
    for name, pin in pins:
        wanted.setdefault(name, set()).add(pin)
    other = sorted(name for name, pins_of in wanted.items() if (here := _version(name)) and here not in pins_of)
    what = "other versions than the lock names; `python -m pipeline study` installs the locked ones into .venv"
    return [Trouble(LOCK, f"{', '.join(other)}: {what}", mended=False)] if other else []


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
