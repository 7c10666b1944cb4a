"""map: look at the headers and shapes of raw files and propose a `sources:` block; no data value is shown."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from pipeline.ingest.propose import propose
from pipeline.ingest.raw import RawTable
from pipeline.project.raw_files import read_file

LARGEST = 4096  # megabytes


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Print the proposal; files that cannot be read are named on stderr and make the exit status 1."""
    tables: dict[str, RawTable] = {}
    faults = []
    for given in arguments.files:
        path = Path(given)
        table, problems = read_file(path, LARGEST)
        faults += problems
        if table is not None:
            tables[path.name] = table
    folders = {Path(given).resolve().parent for given in arguments.files}
    print(propose(tables, _directory(root, folders)), end="")
    print(*(f"- {problem}" for problem in faults), sep="\n", file=sys.stderr, end="\n" if faults else "")
    return 1 if faults else 0


def _directory(root: Path, folders: set[Path]) -> str:
    """The folder for `directory:`, where all files lie in one below data/raw/; else a place to fill in."""
    one = next(iter(folders)) if len(folders) == 1 else root
    fits = one.parent == root.resolve() / "data" / "raw" and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", one.name)
    return f"data/raw/{one.name}" if fits else "data/raw/FOLDER"
