"""CSV and TSV: every cell as the text it is, nothing guessed."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from pipeline.base.errors import Problem
from pipeline.ingest.blob import BOM, byte_faults, quote_fault
from pipeline.ingest.raw import RawTable
from pipeline.tables.rules import broken

if TYPE_CHECKING:
    import pyarrow as pa

SEPARATORS = {"csv": ",", "tsv": "\t", "tab": "\t", "txt": "\t"}


def read_delimited(file: str, blob: bytes, sha256: str = "") -> tuple[RawTable | None, list[Problem]]:
    """Read one delimited file; None and the problems where it breaks the rules of bytes or shape."""
    faults = [broken(name, file) for name in byte_faults(blob)]
    if faults:
        return None, faults
    separator = SEPARATORS[file.rpartition(".")[2].lower()]
    start = len(BOM) if blob.startswith(BOM) else 0
    end = blob.index(b"\n", start) + 1
    header = split_header(blob[start:end].decode("utf-8"), separator)
    if header is None or quote_fault(blob[start:] if start else blob, separator.encode()):
        return None, [broken("quotes", file)]
    problems = header_problems(file, header, separator)
    if problems:
        return None, problems
    if end == len(blob):
        return None, [broken("no_rows", file)]
    table, bad = parse_body(memoryview(blob)[end:], len(header), separator)
    bad += blank_lines(blob) if len(header) > 1 else 0
    if bad or table is None:
        return None, [broken("width", file, rows=bad)]
    notes = ("a byte order mark was dropped",) if start else ()
    columns = tuple(table.column(place) for place in range(len(header)))
    return RawTable(file, tuple(header), columns, table.num_rows, sha256, notes), []


def split_header(line: str, separator: str) -> list[str] | None:
    """The header line's cells; None where its quotes are not well formed."""
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=separator, strict=True), [""])
    except csv.Error:
        return None


def header_problems(file: str, header: list[str], separator: str = ",") -> list[Problem]:
    """Duplicate and blank headers by position; a file that is separated otherwise than its name says."""
    if len(header) == 1 and any(other in header[0] for other in ";\t,|" if other != separator):
        return [broken("separator", file)]
    problems = []
    for place, name in enumerate(header, start=1):
        if not name or name != name.strip():
            problems.append(broken("header_blank", f"{file}, column {place}"))
        elif name in header[: place - 1]:
            twin = header.index(name) + 1
            problems.append(broken("header_duplicate", f"{file}, column {place}", detail=f"the same as column {twin}"))
    return problems


def blank_lines(blob: bytes) -> int:
    """How many lines are empty: Arrow would take each for a row of empty cells."""
    return sum(blob.count(twin) for twin in (b"\n\n", b"\n\r\n") if twin in blob)


def parse_body(body: memoryview, width: int, separator: str) -> tuple[pa.Table | None, int]:
    """The rows below the header as dictionary-encoded text, and how many rows had another width."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    bad = 0

    def count(_row: object) -> str:
        nonlocal bad
        bad += 1
        return "skip"

    names = [str(place) for place in range(width)]
    encoded = pa.dictionary(pa.int32(), pa.string())
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(body)),
            arrow_csv.ReadOptions(column_names=names, use_threads=False),  # threads take more memory than time they save
            arrow_csv.ParseOptions(delimiter=separator, ignore_empty_lines=False, invalid_row_handler=count),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, encoded), strings_can_be_null=False),
        )
    except pa.ArrowException:  # its message may hold a row
        return None, bad
    return table, bad
