"""Reporting checklist: which item of STROBE, RECORD and JARS-Quant is met where, as the sections themselves say.

A section names the items it meets; what no section meets is for the authors to write, and is listed first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.report.blocks import Block, Paragraph, TableBlock
from pipeline.report.section import Section
from pipeline.report.table import Line, Table

TO_WRITE = "for you to write"


@dataclass(frozen=True)
class Item:
    """An item of a guideline: its number or name, and what it asks for."""

    guideline: str
    number: str
    text: str

    @property
    def code(self) -> str:
        """The item as a section names it: `STROBE 13`."""
        return f"{self.guideline} {self.number}"

    @property
    def head(self) -> str:
        """The item as a row heading."""
        return f"{self.number}. {self.text}" if self.number[0].isdigit() else f"{self.number}: {self.text}"


ITEMS: tuple[Item, ...] = (
    Item("STROBE", "1", "Design named, and a summary of what was found"),
    Item("STROBE", "2", "Background and rationale"),
    Item("STROBE", "3", "Objectives and hypotheses"),
    Item("STROBE", "4", "Study design early on"),
    Item("STROBE", "5", "Setting, locations, dates"),
    Item("STROBE", "6", "Eligibility and selection of participants"),
    Item("STROBE", "7", "Outcomes, exposures, confounders defined"),
    Item("STROBE", "8", "Sources of data and measurement"),
    Item("STROBE", "9", "Efforts to address bias"),
    Item("STROBE", "10", "How the study size was arrived at"),
    Item("STROBE", "11", "Handling of quantitative variables"),
    Item("STROBE", "12", "Statistical methods, missing data, sensitivity"),
    Item("STROBE", "13", "Numbers at each stage, flow diagram"),
    Item("STROBE", "14", "Characteristics of participants"),
    Item("STROBE", "15", "Outcome data over time"),
    Item("STROBE", "16", "Estimates with intervals, adjusted for what"),
    Item("STROBE", "17", "Other analyses: subgroups, sensitivity"),
    Item("STROBE", "18", "Key results"),
    Item("STROBE", "19", "Limitations"),
    Item("STROBE", "20", "Cautious interpretation: what would make it wrong"),
    Item("STROBE", "21", "Generalizability"),
    Item("STROBE", "22", "Funding"),
    Item("RECORD", "1.1", "Type of data and names of the files"),
    Item("RECORD", "6.1", "Codes used to select the population"),
    Item("RECORD", "12.1", "Access of the investigators to the data"),
    Item("RECORD", "12.2", "Data cleaning: what was set aside"),
    Item("RECORD", "12.3", "Linkage of episodes and ratings"),
    Item("RECORD", "13.1", "Selection with filtering, in a flow diagram"),
    Item("RECORD", "19.1", "Limits of data not collected for research"),
    Item("RECORD", "22.1", "Where protocol, raw data and code can be had"),
    Item("JARS-Quant", "Hypotheses", "Confirmatory or exploratory, each"),
    Item("JARS-Quant", "Sampling", "Procedures and period"),
    Item("JARS-Quant", "Sample size", "Power or precision"),
    Item("JARS-Quant", "Measures", "Reliability of scores in this sample"),
    Item("JARS-Quant", "Missing data", "Frequency, what it goes with, treatment"),
    Item("JARS-Quant", "Estimates", "Effect sizes with intervals, exact p"),
    Item("JARS-Quant", "Adverse events", "Harms and unintended effects"),
    Item("JARS-Quant", "Deviations", "Departures from the plan"),
    Item("JARS-Quant", "Registration", "A plan locked beforehand"),
)


def met_of(sections: Iterable[Section]) -> tuple[int, int]:
    """How many items the sections meet, and how many there are."""
    met = {code for section in sections for code in section.meets}
    return sum(item.code in met for item in ITEMS), len(ITEMS)


def checklist_blocks(sections: Iterable[Section]) -> tuple[Block, ...]:
    """Every item with the section that meets it; those that none meets first."""
    where = {code: section for section in sections for code in section.meets}
    met = [item for item in ITEMS if item.code in where]
    open_ones = [item for item in ITEMS if item.code not in where]
    note = "Items as worded here are short forms of the guidelines' own."
    tables = []
    for name, caption, items in (("checklist", "For you to write", open_ones), ("checklist_met", "Met by this report", met)):
        lines = tuple(Line(f"{item.guideline} {item.head}", (_place(where.get(item.code)),)) for item in items)
        tables += (
            [TableBlock(Table(name, caption, ("Item", "Where"), lines, note), True, name == "checklist")] if items else []
        )
    whole = f"{len(ITEMS)} items of STROBE, RECORD and JARS-Quant"
    said = f"{len(met)} of {whole} are met here; {len(open_ones)} are for you to write."
    return Paragraph(said), *tables


def _place(section: Section | None) -> str:
    return TO_WRITE if section is None else section.title
