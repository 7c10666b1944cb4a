"""Identified files as people have them: more is read than the gate takes, since nothing of it leaves as it is."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, SupportsFloat

from pipeline.base.errors import Problem
from pipeline.ingest.native import declared_missing, number_text
from pipeline.prepare.identified import Identified

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SEPARATORS = ",;\t|"
USUAL = {"csv": ","}  # what a file's ending says of its separator; a tab for all others
OLD = "windows-1252"  # what text that is not UTF-8 is read as
HEAD = 50  # lines that are looked at for how a file is written
TITLE = 0.7  # a header fills at least this share of the cells that most lines fill
COMMA = re.compile(r"-?[0-9]+(?:,[0-9]+)?")
NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
FEWEST_ROWS = 5  # below a second heading line, for it to be told from an odd first row
QUALTRICS = '{"ImportId"'  # the third heading line of a Qualtrics export
MEND = "save it again, or export it as CSV"
SHEETS = "save each sheet as a CSV file of its own, and name all of these files"


def read_identified(number: int, ending: str, blob: bytes) -> tuple[Identified | None, list[Problem]]:
    """One file's content as text; None and the problems where it cannot be read. `number` names it in messages."""
    where = f"file {number}"
    readers = {"xlsx": _workbook, "sav": _native, "zsav": _native, "dta": _native, "parquet": _parquet}
    reader = readers.get(ending, _delimited)
    try:
        table = reader(ending, blob)
    except ValueError as refused:
        return None, [Problem(where, _told(refused), SHEETS if "sheets" in str(refused) else MEND)]
    except Exception:  # whatever a library says may hold a cell
        return None, [Problem(where, "cannot be read as what its name says", MEND)]
    return checked_table(where, table)


def checked_table(where: str, table: Identified) -> tuple[Identified | None, list[Problem]]:
    """The table, unless two of its columns share a header or it has no rows."""
    twins = len(table.header) - len(set(table.header))
    if twins:
        later = [place for place, name in enumerate(table.header, start=1) if name in table.header[: place - 1]]
        what = f"column {', '.join(map(str, later[:5]))}{', ...' * (len(later) > 5)}: the same header as another, or none"
        return None, [Problem(where, what, "give each column a header of its own")]
    if not table.rows:
        return None, [Problem(where, "has no rows", "leave it out")]
    return table, []


class _RefusedError(ValueError):
    """Said in words of this module only."""


def _told(error: ValueError) -> str:
    return str(error) if isinstance(error, _RefusedError) else "cannot be read as what its name says"


def _delimited(ending: str, blob: bytes) -> Identified:
    text, settings = _decoded(blob)
    sample = "\n".join(text.splitlines()[:HEAD])
    separator = max(SEPARATORS, key=sample.count) if ending == "csv" or "\t" not in sample else "\t"
    csv.field_size_limit(1 << 24)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]
    if separator != (USUAL.get(ending, "\t")):
        settings["separator"] = "tab" if separator == "\t" else separator
    table = _below_titles(rows, settings)
    if separator == ";" and any(
        all(map(COMMA.fullmatch, filter(None, column))) and any("," in cell for cell in column) for column in table.columns
    ):
        table = replace(table, settings={**table.settings, "decimal": ","})
    return table


def _below_titles(rows: list[list[str]], settings: dict[str, str | float]) -> Identified:
    """The table below title lines and above none, its further heading lines (Qualtrics) left out."""
    if not any(any(row) for row in rows):
        raise _RefusedError("is empty")
    notes = [f"read as {settings['encoding']}"] if "encoding" in settings else []
    filled = [sum(1 for cell in row if cell.strip()) for row in rows[:HEAD]]
    usual = sorted(filled)[len(filled) // 2]
    skip = next(place for place, count in enumerate(filled) if count >= TITLE * usual and count)
    if skip:
        settings["skip"] = skip
        notes.append(f"{skip} lines above the header were left out")
    rows = rows[skip:]
    if len(rows) > 2 and any(cell.startswith(QUALTRICS) for cell in rows[2]):
        rows[1:3] = []
        settings["skip_after_header"] = 2
        notes.append("two further heading lines (Qualtrics) were left out")
    elif _is_heading(rows):
        del rows[1]
        settings["skip_after_header"] = 1
        notes.append("a further heading line was left out")
    rows = [row for row in rows if any(row)]
    width = _width(rows)
    odd = sum(len(row) != width and any(row[width:]) for row in rows)
    if odd:
        raise _RefusedError(f"{odd:,} rows have more cells than the header")
    square = [[*row[:width], *[""] * (width - len(row))] for row in rows]
    return _of_rows(square, notes, settings)


def _is_heading(rows: list[list[str]]) -> bool:
    """Whether the line below the header says once more what the columns are: words where all below are numbers."""
    body = rows[2:HEAD]
    if len(body) < FEWEST_ROWS:
        return False
    numbers = 0
    for place, cell in enumerate(rows[1]):
        below = [row[place] for row in body if place < len(row) and row[place].strip()]
        numbers += bool(below) and all(map(NUMBER.fullmatch, below)) and re.search("[A-Za-z]{3}", cell) is not None
    return numbers >= 2 and 2 * numbers >= sum(1 for cell in rows[1] if cell.strip())


def _width(rows: list[list[str]]) -> int:
    """The columns of a table, without those at its right edge that hold nothing, as spreadsheets leave them."""
    filled = (place for row in rows for place, cell in enumerate(row, start=1) if cell.strip())
    return min(len(rows[0]), max(filled, default=1))


def _decoded(blob: bytes) -> tuple[str, dict[str, str | float]]:
    if blob.startswith((b"\xff\xfe", b"\xfe\xff")):
        return blob.decode("utf-16"), {"encoding": "utf-16"}
    try:
        return blob.decode("utf-8-sig"), {}
    except UnicodeDecodeError:
        return blob.decode("cp1252", errors="replace"), {"encoding": OLD}


def _workbook(_ending: str, blob: bytes) -> Identified:
    sheets = filled_sheets(blob)
    if len(sheets) != 1:
        raise _RefusedError(f"has {len(sheets)} sheets with data, and one is read")
    return sheet_table(sheets[0])


def filled_sheets(blob: bytes) -> list[Worksheet]:
    """The sheets of a workbook that have cells."""
    import openpyxl

    from pipeline.ingest.workbook import check_archive

    check_archive(blob)
    book = openpyxl.load_workbook(io.BytesIO(blob), data_only=True, keep_links=False)
    return [sheet for sheet in book.worksheets if any(cell is not None for row in sheet.values for cell in row)]


def sheet_table(sheet: Worksheet) -> Identified:
    """The table of one sheet that has cells."""
    rows = [[_cell(cell) for cell in row] for row in sheet.values]
    while rows and not any(rows[-1]):
        rows.pop()
    width = max(place + 1 for row in rows for place, cell in enumerate(row) if cell)
    return _below_titles([row[:width] for row in rows], {})


def _native(ending: str, blob: bytes) -> Identified:
    import pyreadstat

    reader = pyreadstat.read_dta if ending == "dta" else pyreadstat.read_sav
    settings: dict[str, str | float] = {}
    try:
        data, meta = reader(io.BytesIO(blob), user_missing=True, output_format="dict")
    except (UnicodeError, pyreadstat.ReadstatError):  # text that is not in the encoding the file says
        data, meta = reader(io.BytesIO(blob), user_missing=True, output_format="dict", encoding=OLD)
        settings["encoding"] = OLD
    header = tuple(meta.column_names)
    columns = tuple(tuple(_cell(value) for value in data[name]) for name in header)
    labels = {
        name: {_cell(code): str(label) for code, label in found.items()}
        for name, found in meta.variable_value_labels.items()
    }
    missing = {name: declared_missing(set(columns[place]), meta, name) for place, name in enumerate(header)}
    declared = {name: found for name, found in missing.items() if found}
    return Identified(header, columns, labels, declared, settings=settings)


def _parquet(_ending: str, blob: bytes) -> Identified:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(pa.BufferReader(blob))
    columns = tuple(tuple(_cell(value) for value in column.to_pylist()) for column in table.columns)
    return Identified(tuple(table.column_names), columns)


def _cell(value: object) -> str:
    """A cell of a format with types as the text a CSV export would hold; a time keeps its clock, a midnight does not."""
    if value is None or value != value:
        return ""
    if isinstance(value, dt.datetime):
        is_day = (value.hour, value.minute, value.second) == (0, 0, 0) and value.tzinfo is None
        return value.date().isoformat() if is_day else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(float(value)) if isinstance(value, SupportsFloat) else str(value)


def _of_rows(rows: list[list[str]], notes: list[str], settings: dict[str, str | float]) -> Identified:
    header, body = tuple(cell.strip() for cell in rows[0]), rows[1:]
    columns = tuple(tuple(row[place] for row in body) for place in range(len(header)))
    return Identified(header, columns, notes=tuple(notes), settings=settings)
