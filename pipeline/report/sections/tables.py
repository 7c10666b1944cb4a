"""The tables behind the figures: the flow, agencies, advocacy, windows, themes, the course, harms, who is missing."""

from __future__ import annotations

from pipeline.report.blocks import Block, Heading, Paragraph, TableBlock
from pipeline.report.material import Material
from pipeline.report.section import Built, Planned
from pipeline.report.table import Table
from pipeline.report.tables import advocacy, causes, harms, measures, people, psychometrics

LONG = ("response", "staying")  # a row a session or a rating: the page and the CSV have them, paper has what they come to


def build(material: Material) -> Built:
    """All that was counted; what each table says stands in its caption."""
    description, gate = material.description, material.gate
    missing = _missing(material)
    parts: list[tuple[str, list[Table | None]]] = [
        ("Who is in the data", _people(material)),
        ("Advocacy", _advocacy(material)),
        ("The course of the alliance", [measures.phases_table(description, gate)]),
        ("What may have gone wrong", [harms.falls_table(description, gate), harms.ruptures_table(description, gate)]),
        ("Who is missing", missing),
    ]
    blocks: list[Block] = []
    for title, tables in parts:
        shown = [TableBlock(table, paper=table.name not in LONG) for table in tables if table and table.lines]
        said = [Paragraph(text) for text in causes.leaving_sentences(description, gate)] if tables is missing else []
        blocks += [Heading(title), *said, *shown] if shown or said else []
    met = (["RECORD 12.3"] if material.log else []) + (["JARS-Quant Missing data"] if any(missing) else [])
    return Built(tuple(blocks), tuple(met), (measures.course_table(description, gate),))


def _people(material: Material) -> list[Table | None]:
    description, gate = material.description, material.gate
    whole = people.table_one(description, gate)
    attendance = people.attendance_table(description, gate) if description.attendance else None
    return [
        people.flow_table(description, gate),
        whole if len(whole.head) > len(people.slim_table(whole).head) else None,
        attendance,
    ]


def _advocacy(material: Material) -> list[Table | None]:
    description, gate = material.description, material.gate
    if not material.log:
        return []
    return [
        advocacy.modes_table(description, gate),
        *(advocacy.episodes_table(description, split, gate) for split in description.exposure.splits),
        advocacy.windows_table(description, gate),
        advocacy.left_out(description, gate),
        causes.level_mix_table(description, gate),
        causes.themes_table(description, gate),
        causes.themes_by_setting(description, gate),
    ]


def _missing(material: Material) -> list[Table | None]:
    description, gate = material.description, material.gate
    left = [
        harms.leavers_table(description, gate),
        harms.goes_with(description, gate),
        causes.staying_table(description, gate),
    ]
    return [*left, psychometrics.response_table(material.reliability, gate)]


SECTION = Planned("tables", "Tables behind the figures", "appendix", build, "Tables")
