"""Who is in the data: the flow of counts, Table 1, the course of the alliance, where worker and client went."""

from __future__ import annotations

from pipeline.report.blocks import Block, Bullets, Columns, FigureBlock, Fold, Paragraph, TableBlock
from pipeline.report.material import Material
from pipeline.report.plots.course import course_figures
from pipeline.report.plots.flow import flow_figure
from pipeline.report.section import Built, Planned
from pipeline.report.tables import advocacy, people

MISSED = "Clients, sessions, ratings and episodes from the logs to what the models use."


def build(material: Material) -> Built:
    """The flow as bars, characteristics beside the course, all tables behind folds."""
    description, gate = material.description, material.gate
    whole, made = people.table_one(description, gate), course_figures(description, gate)
    blocks: list[Block] = [FigureBlock(flow_figure(material))]
    right: list[Block] = [FigureBlock(made[0])] if made else []
    places = advocacy.settings_figure(description, gate) if material.log else None
    right += [FigureBlock(places)] if places else []
    slim = people.slim_table(whole)
    known = len(slim.lines) > 1  # more than the number of clients
    if known and right:
        blocks.append(Columns((TableBlock(slim),), tuple(right), "table"))
    else:
        blocks += [*([TableBlock(slim)] if known else []), *right]
    if not material.log:
        blocks.append(Paragraph("The advocacy log holds no episodes." if description.advocacy_log else people.NO_LOG))
    notes = people.warning_texts(description, gate)
    blocks += [Bullets(notes)] if notes else []
    if made[1:]:
        blocks.append(Fold("Other scales", tuple(FigureBlock(figure) for figure in made[1:]), paper=False))
    met = ["STROBE 13", "STROBE 14", "RECORD 12.2", "RECORD 13.1"] + (["STROBE 15"] if made else [])
    return Built(tuple(blocks), tuple(met))


SECTION = Planned("who", "Who is in the data", "main", build)
