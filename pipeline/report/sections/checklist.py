"""Reporting checklist: which item of STROBE, RECORD and JARS-Quant is met where, decided by what the report holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.table import Line, Table

Row = Mapping[str, Any]
NOT_MET = "not met"
# Section titles of the report, and the anchors they stand at.
ANCHORS = {
    "The answer": "answer",
    "Who is in the data": "who",
    "Measures": "measures",
    "Advocacy": "exposure",
    "Hypotheses": "hypotheses",
    "Harms": "harms",
    "Who is missing": "missing",
    "Methods": "methods",
    "The lock and what differs from it": "lock",
    "Limitations": "limitations",
    "Provenance": "provenance-section",
}
# (guideline, item, what it asks for, the title of the section where this report answers it, the fact it hangs on)
ITEMS: tuple[tuple[str, str, str, str, str], ...] = (
    ("STROBE", "1", "Design named, and a summary of what was found", "The answer", "answer"),
    ("STROBE", "2", "Background and rationale", "", "never"),
    ("STROBE", "3", "Objectives and hypotheses", "Hypotheses", "hypotheses"),
    ("STROBE", "4", "Study design early on", "Methods", "methods"),
    ("STROBE", "5", "Setting, locations, dates", "", "never"),
    ("STROBE", "6", "Eligibility and selection of participants", "", "never"),
    ("STROBE", "7", "Outcomes, exposures, confounders defined", "Methods", "exposure"),
    ("STROBE", "8", "Sources of data and measurement", "Measures", "measures"),
    ("STROBE", "9", "Efforts to address bias", "Hypotheses", "battery"),
    ("STROBE", "10", "How the study size was arrived at", "", "never"),
    ("STROBE", "11", "Handling of quantitative variables", "Methods", "exposure"),
    ("STROBE", "12", "Statistical methods, missing data, sensitivity", "Methods", "methods"),
    ("STROBE", "13", "Numbers at each stage, flow diagram", "Who is in the data", "flow"),
    ("STROBE", "14", "Characteristics of participants", "Who is in the data", "table1"),
    ("STROBE", "15", "Outcome data over time", "Measures", "course"),
    ("STROBE", "16", "Estimates with intervals, adjusted for what", "Hypotheses", "estimates"),
    ("STROBE", "17", "Other analyses: subgroups, sensitivity", "Hypotheses", "battery"),
    ("STROBE", "18", "Key results", "The answer", "answer"),
    ("STROBE", "19", "Limitations", "Limitations", "limitations"),
    ("STROBE", "20", "Cautious interpretation: what would make it wrong", "The answer", "answer"),
    ("STROBE", "21", "Generalizability", "", "never"),
    ("STROBE", "22", "Funding", "", "never"),
    ("RECORD", "1.1", "Type of data and names of the files", "Provenance", "provenance"),
    ("RECORD", "6.1", "Codes used to select the population", "", "never"),
    ("RECORD", "12.1", "Access of the investigators to the data", "", "never"),
    ("RECORD", "12.2", "Data cleaning: what was set aside", "Who is in the data", "flow"),
    ("RECORD", "12.3", "Linkage of episodes and ratings", "Advocacy", "exposure"),
    ("RECORD", "13.1", "Selection with filtering, in a flow diagram", "Who is in the data", "flow"),
    ("RECORD", "19.1", "Limits of data not collected for research", "Limitations", "records"),
    ("RECORD", "22.1", "Where protocol, raw data and code can be had", "", "never"),
    ("JARS-Quant", "Hypotheses", "Confirmatory or exploratory, each", "Hypotheses", "hypotheses"),
    ("JARS-Quant", "Sampling", "Procedures and period", "", "never"),
    ("JARS-Quant", "Sample size", "Power or precision", "", "never"),
    ("JARS-Quant", "Measures", "Reliability of scores in this sample", "Measures", "measures"),
    ("JARS-Quant", "Missing data", "Frequency, what it goes with, treatment", "Who is missing", "missing"),
    ("JARS-Quant", "Estimates", "Effect sizes with intervals, exact p", "Hypotheses", "estimates"),
    ("JARS-Quant", "Adverse events", "Harms and unintended effects", "Harms", "harms"),
    ("JARS-Quant", "Deviations", "Departures from the plan", "The lock and what differs from it", "locked"),
    ("JARS-Quant", "Registration", "A plan locked beforehand", "The lock and what differs from it", "locked"),
)


def checklist(facts: Mapping[str, bool]) -> Table:
    """Every item with the section that meets it, or `not met`; `facts` says which parts this report has."""
    lines = []
    group = ""
    for guideline, item, text, where, fact in ITEMS:
        if guideline != group:
            lines.append(Line(guideline, group=True))
            group = guideline
        head = f"{item}. {text}" if item[0].isdigit() else f"{item}: {text}"
        lines.append(Line(head, (where if facts.get(fact, False) else NOT_MET,), inner=True))
    note = "“Not met” means that this report does not say it; a paper about the study has to."
    return Table("checklist", "Reporting checklist", ("Item", "Where"), tuple(lines), note)
