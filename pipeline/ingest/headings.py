"""Where the headers of an export stand, when they do not stand alone on its first line: titles above, questions below."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from pipeline.base.errors import Problem
from pipeline.tables.remedies import About
from pipeline.tables.rules import rule_problem

IMPORT_ID = re.compile(r'\{"ImportId"')  # Qualtrics' third line
VALUE = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
MOST = 12  # lines above the headers that are looked for


@dataclass(frozen=True)
class HeaderRows:
    """Where headers seem to stand: in words, and the entry of `sources.read` that says so."""

    said: str
    entry: str

    def problem(self, file: str) -> Problem:
        """That the headers stand elsewhere than expected."""
        return rule_problem("heading_lines", file, detail=self.said, about=self.about)

    @property
    def about(self) -> About:
        """The example that mends it."""
        return About(example=f'sources:\n  read: {{ "<file>": {{ {self.entry} }} }}')


def detect_heading(records: list[list[str]]) -> HeaderRows | None:
    """What the first records of a file tell; None where the headers stand as expected.

    `records`: its first lines as cells, from the first.
    """
    for place, record in enumerate(records[:6]):
        if place and sum(bool(IMPORT_ID.match(cell)) for cell in record) * 2 > len(record):
            return HeaderRows("as from Qualtrics", f"skip_after_header: {place}")
    place = header_place(records)
    return HeaderRows(f"the headers seem to stand on line {place + 1}", f"skip: {place}") if place else None


def header_place(records: list[list[str]]) -> int:
    """The place of the first record that has as many cells as most have, all filled, and before which none has."""
    widths = Counter(_width(record) for record in records)
    if not widths or len(records) < 3:
        return 0
    usual = max(widths, key=lambda width: (widths[width], width))
    for place, record in enumerate(records[: MOST + 1]):
        filled = [cell for cell in record[:usual] if cell.strip()]
        if _width(record) == usual and len(filled) == usual and usual > 1 and not any(map(VALUE.fullmatch, filled)):
            return place
        if _width(record) == usual and len(filled) * 2 > usual:
            return 0  # a row like the others, and no header above it
    return 0


def _width(record: list[str]) -> int:
    """Cells up to the last that holds anything."""
    return max((place + 1 for place, cell in enumerate(record) if cell.strip()), default=0)
