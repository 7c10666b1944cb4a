"""All claims at a glance: the tested numbers by unit, and what the verdicts mean."""

from __future__ import annotations

from pipeline.report.blocks import Block, FigureBlock, Fold, Glosses, Paragraph, TableBlock
from pipeline.report.material import Material
from pipeline.report.plots.forest import forest_panels
from pipeline.report.section import Built, Planned
from pipeline.report.tables.claims import tested_in_brief_table
from pipeline.report.verdict_words import chips_of, other_chips

LEDE = (
    "Dots are estimates, bars 95% intervals. Filled: confirmatory. Hollow: exploratory, which can suggest but not decide. "
    "In the shaded band a difference is too small to matter; a thick bar is the 90% interval where the verdict rests on it."
)


def build(material: Material) -> Built | None:
    """The forest, a panel a unit, the key of the verdicts, and the same numbers as a table."""
    if not material.claims:
        return None
    verdicts = [claim.verdict for claim in material.claims]
    figures = [FigureBlock(figure) for figure in forest_panels(material.claims, material.fits)]
    blocks: list[Block] = [
        *([Paragraph(LEDE, "lede")] if any(claim.effect for claim in material.claims) else []),
        *figures,
        Glosses(chips_of(material.claims), other_chips(verdicts)),
    ]
    blocks.append(Fold("The same as a table", (TableBlock(tested_in_brief_table(material.claims)),), paper=False, word=True))
    met = ("STROBE 16", "JARS-Quant Estimates", "JARS-Quant Hypotheses")
    n = len(material.claims)
    return Built(tuple(blocks), met, title=f"All {n} claims at a glance" if n > 2 else "")


SECTION = Planned("glance", "All claims at a glance", "first", build)
