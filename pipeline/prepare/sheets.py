"""A workbook of several sheets: each sheet that holds a table is a file of its own."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from pipeline.base.errors import Problem
from pipeline.prepare.identified import Identified
from pipeline.prepare.reading import checked_table, filled_sheets, sheet_table

FEWEST = 2  # columns and rows below the header of a sheet that holds a table; others are notes


def read_sheets(number: int, blob: bytes) -> tuple[dict[str, Identified], list[Problem]]:
    """Title -> table of the sheets of a workbook that hold one; nothing of a workbook of one sheet, which is read whole."""
    try:
        sheets = filled_sheets(blob)
        tables = {sheet.title: sheet_table(sheet) for sheet in sheets if sheet.max_row > FEWEST}
    except Exception:  # whatever a library says may hold a cell; the reader of whole files says that it cannot be read
        return {}, []
    held = {title: table for title, table in tables.items() if table.rows >= FEWEST and len(table.header) >= FEWEST}
    if len(sheets) == 1:
        return {}, []
    found: dict[str, Identified] = {}
    problems: list[Problem] = []
    for place, (title, table) in enumerate(held.items(), start=1):
        sound, wrong = checked_table(f"file {number}, sheet {place}", table)
        problems += wrong
        if sound is not None:
            found[title] = replace(sound, settings={})
    return found, problems


def as_csv(table: Identified) -> bytes:
    """The table as the CSV file it comes in as."""
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\n").writerows([table.header, *zip(*table.columns, strict=True)])
    return sink.getvalue().encode("utf-8")
