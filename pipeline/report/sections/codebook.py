"""The codebook of the study's own data, in the appendix."""

from __future__ import annotations

from pipeline.report.blocks import TableBlock
from pipeline.report.material import Material
from pipeline.report.section import Built, Planned
from pipeline.report.tables.codebook import codebook


def build(material: Material) -> Built | None:
    """A table for each table of the study, where `describe` left its facts."""
    blocks = tuple(TableBlock(table) for table in codebook(material.description, material.gate))
    return Built(blocks) if blocks else None


SECTION = Planned("codebook", "Codebook of the data", "appendix", build, "Codebook")
