"""Excel workbooks (.xlsx): one sheet of plain cells; no formulas, no dates, no archive that unpacks without end."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pipeline.base.errors import Problem
from pipeline.base.sources import Reading
from pipeline.ingest.delimited import DEFAULT, header_problems
from pipeline.ingest.headings import HeaderRows, detect_heading
from pipeline.ingest.native import number_text
from pipeline.ingest.raw import RawTable, text_columns
from pipeline.tables.rules import Finding, rule_problem

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MEMBERS = 2_000  # files inside a workbook; one of a dozen sheets has some forty
UNPACKED = 1 << 31  # bytes a workbook may unpack to in any case
SMALL = 1 << 26  # bytes it may unpack to whatever its ratio: a workbook of this size is quickly read
RATIO = 100  # unpacked to packed size beyond SMALL; real workbooks reach 10 to 30
CELLS, CELLS_A_BYTE = 1 << 20, 8  # cells it may claim in any case, and for each byte: one far off claims all before it
MERGED = re.compile(rb'<mergeCell ref="[A-Z]+[0-9]+:[A-Z]+([0-9]+)"')  # the last row of each
LONGEST = 60  # bytes of one of them
CHUNK = 1 << 20
LOOKED_AT = 40  # rows that are looked at for where the headers stand
PARTS = {
    "/comments": "comments",
    "/threadedComments": "comments in threads",
    "/persons/": "names of commentators",
    "/media/": "pictures",
    "/embeddings/": "embedded files",
    "customXml/": "hidden XML",
}
AUTHOR = re.compile(rb"<(?:dc:creator|cp:lastModifiedBy|Manager|Company)>([^<]+)<")
HARMLESS = (b"", b"openpyxl", b"xlsxwriter", b"microsoft office user", b"user", b"apache poi", b"libreoffice")


class RefusedError(Exception):
    """A rule of the format that a file breaks, and how many cells break it."""

    def __init__(self, rule: str, rows: int = 0) -> None:
        super().__init__(rule)
        self.rule, self.rows = rule, rows


def read_workbook(file: str, blob: bytes, sha256: str = "", how: Reading = DEFAULT) -> tuple[RawTable | None, list[Problem]]:
    """Read the one sheet of a workbook, or the one that `how` names; None and the problems where it breaks a rule."""
    hint: HeaderRows | None = None
    try:
        check_archive(blob)
        sheet = _Sheet(blob, how)
        _refuse_dates(sheet.rows)
        texts = [[cell_text(cell) for cell in row] for row in sheet.rows]
        hint = None if how.skip is not None else detect_heading(texts[:LOOKED_AT])
        header, body = _header_and_body(sheet.rows, how)
    except RefusedError as refused:
        if hint and refused.rule == "width":
            return None, [hint.problem(file)]
        return None, [rule_problem(refused.rule, file, rows=refused.rows)]
    except Exception:  # whatever openpyxl says may hold a cell
        return None, [rule_problem("unreadable", file)]
    problems = header_problems(file, header)
    if problems:
        return None, [hint.problem(file)] if hint else problems
    numeric, formulas = set(), {}
    for place, name in enumerate(header):
        kinds = [(row[place][0], type(row[place][1])) for row in body if row[place][1] is not None]
        if any(kind in (int, float) for _, kind in kinds):
            numeric.add(name)
        if found := sum(kind == "f" for kind, _ in kinds):
            formulas[name] = found
    columns = text_columns([[cell_text(row[place]) for row in body] for place in range(len(header))])
    first = 2 + (how.skip or 0) + (how.skip_after_header or 0)
    found_table = RawTable(
        file,
        tuple(header),
        columns,
        len(body),
        sha256,
        first_line=first,
        numbers=frozenset(numeric),
        formulas=formulas,
        decimal=how.decimal or ".",
        findings=tuple(Finding("extras", file, detail=what) for what in (*sheet.extras, *hidden_contents(blob))),
    )
    return found_table, []


def hidden_contents(blob: bytes) -> Iterator[str]:
    """What a workbook carries beside cells: comments, pictures, properties that name people; by kind, never copied."""
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        names = archive.namelist()
        properties = b"".join(archive.read(name)[:CHUNK] for name in names if name.startswith("docProps/"))
    for part, what in PARTS.items():
        if any(part in name for name in names):
            yield what
    if any(text.strip().lower() not in HARMLESS for text in AUTHOR.findall(properties)):
        yield "document properties that name somebody"


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
    if value is None or kind == "f":  # a formula is no value; one in a column that is mapped is refused
        return ""
    if kind == "b":
        return "true" if value else "false"
    return number_text(float(value)) if kind == "n" else str(value)


class _Sheet:
    """The rows of the one sheet that is read, and what is said of the others."""

    def __init__(self, blob: bytes, how: Reading) -> None:
        import openpyxl

        name = how.sheet

        book = openpyxl.load_workbook(io.BytesIO(blob), read_only=True, data_only=False, keep_links=False)
        most = max(CELLS, CELLS_A_BYTE * len(blob))
        try:
            filled = [sheet for sheet in book.worksheets if _has_cells(sheet, most)]
            chosen = filled if name is None else [sheet for sheet in filled if sheet.title == name]
            if len(chosen) != 1:
                raise RefusedError("sheets")
            if _is_merged(chosen[0], above=how.skip or 0):
                raise RefusedError("merged_cells")
            others = len(filled) - 1
            self.extras = [f"{others} more {'sheet' if others == 1 else 'sheets'} with cells"] if others else []
            self.rows = list(_cells(chosen[0], most))
        finally:
            book.close()


def _cells(sheet: ReadOnlyWorksheet, most: int) -> Iterator[list[Cell]]:
    """A sheet's rows, each as long as its own cells; what the file says of its size is not relied on."""
    sheet.reset_dimensions()
    seen = 0
    for row in sheet.iter_rows():
        seen += len(row) + 1
        if seen > most:
            raise RefusedError("compressed_size")
        yield [(str(cell.data_type), cell.value) for cell in row]


def _has_cells(sheet: ReadOnlyWorksheet, most: int) -> bool:
    return any(value is not None for row in _cells(sheet, most) for _, value in row)


def _is_merged(sheet: ReadOnlyWorksheet, above: int) -> bool:
    """Whether cells of the sheet are merged, but for titles `above` the headers: all but the first would come in empty."""
    before = b""
    with sheet._get_source() as source:
        while part := source.read(CHUNK):
            whole = before + part
            if any(int(end) > above for end in MERGED.findall(whole)):
                return True
            before = whole[-LONGEST:]
    return False


def _refuse_dates(rows: Iterable[list[Cell]]) -> None:
    kinds = [kind for row in rows for kind, value in row if value is not None]
    if "d" in kinds:
        raise RefusedError("native_dates", kinds.count("d"))


def _header_and_body(rows: list[list[Cell]], how: Reading) -> tuple[list[str], list[list[Cell]]]:
    """Header and rows of equal width, without the empty rows and columns at the edges that spreadsheets leave behind."""
    while rows and all(value is None for _, value in rows[-1]):
        rows.pop()
    rows = rows[how.skip or 0 :]
    below = 1 + (how.skip_after_header or 0)
    rows = [*rows[:1], *rows[below:]]
    width = max((place + 1 for row in rows for place, (_, value) in enumerate(row) if value is not None), default=0)
    square = [[*row, *[("n", None)] * width][:width] for row in rows]
    if len(square) < 2:
        raise RefusedError("no_rows" if square else "empty_file")
    blank = sum(all(value is None for _, value in row) for row in square)
    if blank:
        raise RefusedError("width", blank)
    if any(kind == "f" for kind, _ in square[0]):
        raise RefusedError("formulas", 1)
    return [cell_text(cell) for cell in square[0]], square[1:]
