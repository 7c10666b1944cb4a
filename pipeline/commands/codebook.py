"""codebook: write the pages made from the tables, rules and true effects the pipeline itself goes by."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.project.io import Batch
from pipeline.report.table import Table
from pipeline.simulate.page import page
from pipeline.tables.codebook import codebook, data_rules

TARGETS = {"data/README.md": codebook, "docs/data-rules.md": data_rules, "docs/simulation.md": page}


DESCRIPTION = "data/analysis/description.json"


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Write the pages and say where they are; with --study print the codebook of the study's own data, as cleared."""
    if arguments.study:
        print(study_codebook(root))
        return 0
    batch = Batch(root, (), tuple(TARGETS))
    for name, make in TARGETS.items():
        batch.put_text(name, make())
    batch.commit()
    print(f"Wrote {', '.join(TARGETS)}.")
    return 0


def study_codebook(root: Path) -> str:
    """The codebook of the study's own data as Markdown, every count through the gate of the way out."""
    from pipeline.base.params import load
    from pipeline.project.runner import params_text
    from pipeline.report.release import gate_of
    from pipeline.report.tables.codebook import codebook_tables as tables_of
    from pipeline.results.description import Description

    description = Batch(root, (DESCRIPTION,), ()).record(DESCRIPTION, Description)
    gate = gate_of(load(params_text(root)), description)
    return "\n".join(markdown(table) for table in tables_of(description, gate))


def markdown(table: Table) -> str:
    """A table of the report as Markdown."""
    rows = [(line.head, *map(str, line.cells)) for line in table.lines]
    body = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (table.head, *rows))
    head, _, rest = body.partition("\n")
    return f"## {table.caption}\n\n{head}\n|{'---|' * len(table.head)}\n{rest}\n\n{table.note}\n"
