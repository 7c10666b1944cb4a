"""codebook: write the pages made from the tables, rules and true effects the pipeline itself goes by."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.project.io import Batch
from pipeline.simulate.page import page
from pipeline.tables.codebook import codebook, data_rules

TARGETS = {"data/README.md": codebook, "docs/data-rules.md": data_rules, "docs/simulation.md": page}


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Write the pages and say where they are."""
    batch = Batch(root, (), tuple(TARGETS))
    for name, make in TARGETS.items():
        batch.put_text(name, make())
    batch.commit()
    print(f"Wrote {', '.join(TARGETS)}.")
    return 0
