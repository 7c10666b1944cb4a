"""What the models leave over: residuals by fitted value, and beside a normal distribution, for the claims that lead."""

from __future__ import annotations

from pipeline.report.blocks import Block, FigureBlock, Paragraph
from pipeline.report.material import Material
from pipeline.report.plots.residuals import residual_figure
from pipeline.report.section import Built, Planned

SAID = (
    "Left: ratings sorted by fitted value and cut into slices; bars are what a slice's mean would vary by (95%). A slight, "
    "steady rise is what the shrinking of clients' effects brings; a curve speaks of a bend that the model has not. Right: "
    "slices of the sorted residuals beside a normal distribution's; on the dashed line they agree."
)


def build(material: Material) -> Built | None:
    """A figure a leading claim, where its slices have people enough behind them."""
    made = [residual_figure(claim, material.fits[claim.name], material.gate) for claim in material.leading]
    blocks: list[Block] = [FigureBlock(figure) for figure in made if figure]
    return Built((Paragraph(SAID), *blocks)) if blocks else None


SECTION = Planned("leftover", "What the models leave over", "appendix", build, "Residuals")
