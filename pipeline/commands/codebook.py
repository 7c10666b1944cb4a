"""codebook: write data/README.md and docs/data-rules.md from the tables and rules the pipeline itself goes by."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.io import Batch
from pipeline.tables.codebook import codebook, data_rules

TARGETS = {"data/README.md": codebook, "docs/data-rules.md": data_rules}


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Write both pages and say where they are."""
    batch = Batch(root, (), tuple(TARGETS))
    for name, make in TARGETS.items():
        batch.put_text(name, make())
    batch.commit()
    print(f"Wrote {' and '.join(TARGETS)}.")
    return 0
