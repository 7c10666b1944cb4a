"""Excel workbooks (.xlsx): one sheet of plain cells; no formulas, no dates, no archive that unpacks without end."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.base.errors import Problem
from pipeline.ingest.delimited import header_problems
from pipeline.ingest.native import number_text
from pipeline.ingest.raw import RawTable, text_columns
from pipeline.tables.rules import broken

MEMBERS = 2_000  # files inside a workbook; one of a dozen sheets has some forty
UNPACKED = 1 << 31  # bytes a workbook may unpack to in any case
SMALL = 1 << 26  # bytes it may unpack to whatever its ratio: a workbook of this size is quickly read
RATIO = 100  # unpacked to packed size beyond SMALL; real workbooks reach 10 to 30
CELLS, CELLS_A_BYTE = 1 << 20, 8  # cells it may claim in any case, and for each byte: one far off claims all before it
MERGED = b"<mergeCell "
CHUNK = 1 << 20


class RefusedError(Exception):
    """A rule of the format that a file breaks, and how many cells break it."""

    def __init__(self, rule: str, rows: int = 0) -> None:
        super().__init__(rule)
        self.rule, self.rows = rule, rows


def read_workbook(file: str, blob: bytes, sha256: str = "") -> tuple[RawTable | None, list[Problem]]:
    """Read the one sheet of a workbook; None and the problems where it breaks a rule."""
    try:
        check_archive(blob)
        rows = list(_rows(blob))
        _refuse_dates_and_formulas(rows)
        header, body = _header_and_body(rows)
        texts = [[cell_text(cell) for cell in row] for row in body]
    except RefusedError as refused:
        return None, [broken(refused.rule, file, rows=refused.rows)]
    except Exception:  # whatever openpyxl says may hold a cell
        return None, [broken("unreadable", file)]
    problems = header_problems(file, header)
    if problems:
        return None, problems
    numeric = frozenset(
        name for place, name in enumerate(header) if any(type(row[place][1]) in (int, float) for row in body)
    )
    columns = text_columns([[row[place] for row in texts] for place in range(len(header))])
    return RawTable(file, tuple(header), columns, len(texts), sha256, numbers=numeric), []


def check_archive(blob: bytes) -> None:
    """Refuse an archive by its table of contents, before anything of it is unpacked."""
    if not blob.startswith(b"PK\x03\x04"):
        raise RefusedError("disguised")
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        members = archive.infolist()
    size = sum(member.file_size for member in members)
    if len(members) > MEMBERS or size > UNPACKED or (size > SMALL and size > RATIO * len(blob)):
        raise RefusedError("compressed_size")
    if any("vbaProject" in member.filename or "externalLink" in member.filename for member in members):
        raise RefusedError("formulas")


Cell = tuple[str, Any]  # openpyxl's type letter, value


def cell_text(cell: Cell) -> str:
    """One cell as the text a CSV export would hold."""
    kind, value = cell
    if value is None:
        return ""
    if kind == "b":
        return "true" if value else "false"
    return number_text(float(value)) if kind == "n" else str(value)


def _rows(blob: bytes) -> Iterator[list[Cell]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(blob), read_only=True, data_only=False, keep_links=False)
    most = max(CELLS, CELLS_A_BYTE * len(blob))
    try:
        filled = [sheet for sheet in book.worksheets if _has_cells(sheet, most)]
        if len(filled) != 1:
            raise RefusedError("sheets")
        if _is_merged(filled[0]):
            raise RefusedError("merged_cells")
        yield from _cells(filled[0], most)
    finally:
        book.close()


def _cells(sheet: Any, most: int) -> Iterator[list[Cell]]:
    """A sheet's rows, each as long as its own cells; what the file says of its size is not relied on."""
    sheet.reset_dimensions()
    seen = 0
    for row in sheet.iter_rows():
        seen += len(row) + 1
        if seen > most:
            raise RefusedError("compressed_size")
        yield [(str(cell.data_type), cell.value) for cell in row]


def _has_cells(sheet: Any, most: int) -> bool:
    return any(value is not None for row in _cells(sheet, most) for _, value in row)


def _is_merged(sheet: Any) -> bool:
    """Whether cells of the sheet are merged: all but the first of them would come in empty."""
    before = b""
    with sheet._get_source() as source:
        while part := source.read(CHUNK):
            if MERGED in before + part:
                return True
            before = part[-len(MERGED) :]
    return False


def _refuse_dates_and_formulas(rows: Iterable[list[Cell]]) -> None:
    kinds = [kind for row in rows for kind, value in row if value is not None]
    if "f" in kinds:
        raise RefusedError("formulas", kinds.count("f"))
    if "d" in kinds:
        raise RefusedError("native_dates", kinds.count("d"))


def _header_and_body(rows: list[list[Cell]]) -> tuple[list[str], list[list[Cell]]]:
    """Header and rows of equal width, without the empty rows and columns at the edges that spreadsheets leave behind."""
    while rows and all(value is None for _, value in rows[-1]):
        rows.pop()
    width = max((place + 1 for row in rows for place, (_, value) in enumerate(row) if value is not None), default=0)
    square = [[*row, *[("n", None)] * width][:width] for row in rows]
    if len(square) < 2:
        raise RefusedError("no_rows" if square else "empty_file")
    blank = sum(all(value is None for _, value in row) for row in square)
    if blank:
        raise RefusedError("width", blank)
    return [cell_text(cell) for cell in square[0]], square[1:]
