"""The numbers by claim, for media that have no folds: every attempt, coefficient, variance and count."""

from __future__ import annotations

from pipeline.report.blocks import Block, Heading, TableBlock
from pipeline.report.material import Material
from pipeline.report.section import Built, Planned
from pipeline.report.sections.claims import parts_of
from pipeline.report.tables.claims import tested


def build(material: Material) -> Built | None:
    """What stands behind every claim, claim by claim."""
    blocks: list[Block] = [TableBlock(tested(material.claims))] if material.claims else []
    for claim in material.claims:
        blocks.append(Heading(f"{claim.short}. {claim.text}"))
        blocks += [block for _, parts in parts_of(claim, material) for block in parts]
    return Built(tuple(blocks)) if blocks else None


SECTION = Planned("numbers", "Numbers by claim", "paper", build)
