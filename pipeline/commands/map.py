"""map: look at the headers and shapes of raw files and propose a `sources:` block; no data value is shown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline.ingest.propose import propose
from pipeline.ingest.raw import RawTable
from pipeline.stages.raw_files import read_file

LARGEST = 4096  # megabytes


def main(_root: Path, arguments: argparse.Namespace) -> int:
    """Print the proposal; files that cannot be read are named on stderr and make the exit status 1."""
    tables: dict[str, RawTable] = {}
    faults = []
    for given in arguments.files:
        path = Path(given)
        table, problems = read_file(path, LARGEST)
        faults += problems
        if table is not None:
            tables[path.name] = table
    print(propose(tables), end="")
    print(*(f"- {problem}" for problem in faults), sep="\n", file=sys.stderr, end="\n" if faults else "")
    return 1 if faults else 0
