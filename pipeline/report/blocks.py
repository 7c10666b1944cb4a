"""The report as a plain sequence of headings, paragraphs, tables and figures, for media that are read straight through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.disclosure.neutral import visible
from pipeline.report.figures import Figure
from pipeline.report.release import Report
from pipeline.report.sections import measures
from pipeline.report.sections.cards import Card
from pipeline.report.sections.people import Lane
from pipeline.report.strip import Strip
from pipeline.report.table import Table

Block = dict[str, Any]
WORDY = 24  # a column with longer cells holds words, which start at the left


def blocks(report: Report) -> Iterator[Block]:
    """Everything the page shows, in its order, as plain text."""
    yield heading(1, "The answer")
    yield paragraph(report.tally)
    yield note(report.reading)
    for card in report.cards:
        yield verdict(card)
        yield paragraph(card.headline)
        yield note(card.wrong_if)
    yield from _figures([report.forest] if report.forest else [])
    yield table(report.answer)
    yield heading(1, "Who is in the data")
    yield from (lane(one) for one in (*report.client_lanes, *report.record_lanes))
    yield from (note(text) for text in report.notes)
    yield from (table(one) for one in report.people)
    yield heading(1, "Measures")
    yield table(report.measures[0])
    yield items(report.measure_notes)
    yield from _figures(report.courses)
    yield from (table(one) for one in report.measures[1:] if one.name not in measures.FOLDED)
    yield note("The numbers behind the figures are in the tables that come with this report.")
    yield heading(1, "Advocacy")
    if not report.exposure:
        yield paragraph("The advocacy log holds no episodes." if report.advocacy_log else "This study has no advocacy log.")
    yield from _figures(report.exposure_figures)
    yield from (table(one) for one in report.exposure)
    yield heading(1, "Hypotheses")
    for card in report.cards:
        yield from _card(card)
    yield heading(1, "Harms")
    yield from (paragraph(text) for text in report.harm_notes)
    yield from (table(one) for one in report.harms)
    if report.causes:
        yield heading(1, "From case to cause")
    yield from (table(one) for one in report.causes)
    yield heading(1, "Who is missing")
    yield from (paragraph(text) for text in report.missing_notes)
    yield from (table(one) for one in report.missing)
    yield heading(1, "Methods")
    yield from (paragraph(text) for text in report.methods)
    yield heading(1, "The lock and what differs from it")
    yield items(report.deviations)
    yield heading(1, "Limitations")
    yield items(report.limitations)
    yield heading(1, "Reporting checklist")
    yield table(report.checklist)
    yield heading(1, "Provenance, and how to run it again")
    yield paragraph(report.again)
    yield table(report.provenance)


def _card(card: Card) -> Iterator[Block]:
    yield verdict(card)
    yield paragraph(f"Claim ({card.role}): “{card.claim}”")
    yield paragraph(card.headline)
    if card.rule:
        yield paragraph(f"Why this verdict: {card.rule}")
    yield items(card.reasons)
    yield from (table(one) for one in (card.effect,) if one)
    yield from _figures([card.plot] if card.plot else [])
    yield from (table(one) for one in (card.details,) if one)
    yield from _figures([card.checks] if card.checks else [])
    yield from (table(one) for one in (card.battery,) if one)
    yield paragraph(card.model)
    if card.equation:
        yield {"kind": "equation", "text": visible(card.equation)}
    yield items(card.notes)
    yield from (table(one) for one in (card.counts, card.coefficients, card.variance) if one)


def heading(level: int, text: str) -> Block:
    """A heading."""
    return {"kind": "heading", "level": level, "text": visible(text)}


def paragraph(text: str) -> Block:
    """A paragraph."""
    return {"kind": "paragraph", "text": visible(text)}


def items(texts: Iterable[str]) -> Block:
    """A list."""
    return {"kind": "list", "items": [visible(text) for text in texts]}


def note(text: str) -> Block:
    """A smaller, softer paragraph."""
    return {"kind": "note", "text": visible(text)}


def verdict(card: Card) -> Block:
    """A hypothesis' title with its verdict."""
    return {"kind": "verdict", "title": visible(card.title), "verdict": visible(card.verdict)}


def lane(one: Lane) -> Block:
    """One column of the flow diagram."""
    steps = [{"text": visible(f"{step.count} {step.text}"), "aside": [visible(a) for a in step.aside]} for step in one.steps]
    return {"kind": "lane", "title": visible(one.title), "steps": steps}


def table(one: Table) -> Block:
    """A table, all cells as text."""
    rows = [
        {
            "head": visible(line.head),
            "cells": [visible(str(cell)) for cell in line.cells],
            "inner": line.inner,
            "group": line.group,
        }
        for line in one.lines
    ]
    head = [visible(cell) for cell in one.head]
    wordy = [
        any(len(str(cell)) > WORDY for line in one.lines for cell in line.cells[i : i + 1]) for i in range(len(head) - 1)
    ]
    caption, note = visible(one.caption), visible(one.note)
    return {"kind": "table", "caption": caption, "head": head, "left": [True, *wordy], "rows": rows, "note": note}


def _figures(figures: Iterable[Figure | Strip]) -> Iterator[Block]:
    for one in figures:
        file = f"{one.name}.svg"
        yield {"kind": "figure", "file": file, "alt": visible(one.alt), "caption": visible(one.caption)}
