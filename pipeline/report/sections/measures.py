"""The measures: how far the scores can be trusted, item by item and level by level."""

from __future__ import annotations

from pipeline.report.blocks import Block, Bullets, FigureBlock, TableBlock
from pipeline.report.material import Material
from pipeline.report.plots.measures import measure_figures
from pipeline.report.section import Built, Planned
from pipeline.report.tables import factors, measures, psychometrics

TABLED = ("items_", "reliability_")  # figures whose numbers stand in a table beside them


def build(material: Material) -> Built:
    """Reliability first, then what lies behind it."""
    found, gate = material.reliability, material.gate
    notes = psychometrics.measure_sentences(found, gate)
    rest = [
        psychometrics.levels_table(found, gate),
        psychometrics.shares_table(found, gate),
        psychometrics.occasions_table(found, gate),
        factors.structure_table(found, gate),
        factors.invariance_table(found, gate),
        psychometrics.dyads_table(found, gate),
        factors.items_table(found, gate),
        factors.loadings_table(found, gate),
    ]
    blocks: list[Block] = [TableBlock(measures.reliability_table(found.instruments, gate))]
    blocks += [Bullets(notes)] if notes else []
    blocks += [FigureBlock(figure, paper=not figure.name.startswith(TABLED)) for figure in measure_figures(found, gate)]
    blocks += [TableBlock(table) for table in rest if table and table.lines]
    return Built(tuple(blocks), ("STROBE 8", "JARS-Quant Measures"))


SECTION = Planned("measures", "Measures", "appendix", build)
