"""schema: write docs/params.schema.json, which the first line of params.yaml points an editor to."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.base.params import schema
from pipeline.hypotheses.rules import closed_values
from pipeline.project.io import Batch

TARGET = "docs/params.schema.json"


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Write the schema file and say where it is."""
    batch = Batch(root, (), (TARGET,))
    batch.put_text(TARGET, schema(closed_values()))
    batch.commit()
    print(f"Wrote {TARGET}.")
    return 0
