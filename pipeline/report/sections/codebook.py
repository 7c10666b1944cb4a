"""The codebook of the study's own data, in the appendix."""

from __future__ import annotations

from pipeline.report.blocks import Paragraph, TableBlock
from pipeline.report.material import Material
from pipeline.report.section import Built, Planned
from pipeline.report.tables.codebook import codebook_tables

SAID = (
    "What every column holds, its range or its codes, and how many rows lack it. Too long for paper, where it is left out: "
    "it stands in report.html and in reports/tables/codebook_*.csv."
)


def build(material: Material) -> Built | None:
    """A table for each table of the study, where `describe` left its facts."""
    blocks = tuple(TableBlock(table, paper=False) for table in codebook_tables(material.description, material.gate))
    return Built((Paragraph(SAID), *blocks)) if blocks else None


SECTION = Planned("codebook", "Codebook of the data", "appendix", build, "Codebook")
