"""CSV and TSV: every cell as the text it is, nothing guessed."""

from __future__ import annotations

import codecs
import csv
import re
from typing import TYPE_CHECKING

from pipeline.base.errors import Problem
from pipeline.base.sources import Reading
from pipeline.ingest.blob import BOM, DISGUISES, byte_faults, quote_fault, record_end, with_last_line_end
from pipeline.ingest.headings import HeaderRows, detect_heading
from pipeline.ingest.net import classify
from pipeline.ingest.raw import RawTable
from pipeline.tables.remedies import About
from pipeline.tables.rules import Finding, rule_problem

if TYPE_CHECKING:
    import pyarrow as pa

SEPARATORS = {"csv": ",", "tsv": "\t", "tab": "\t", "txt": "\t"}
LOOKED_AT = 40  # records that are looked at for where the headers stand
EDGE = "# in the file: take these columns out (in a spreadsheet: delete them; in text: the separators at the ends of lines)"
DEFAULT = Reading()


def read_delimited(
    file: str, blob: bytes, sha256: str = "", how: Reading = DEFAULT
) -> tuple[RawTable | None, list[Problem]]:
    """Read one delimited file; None and the problems where it breaks the rules of bytes or shape."""
    if how.encoding not in (None, "utf-8") and not blob.startswith(DISGUISES):
        decoded = _recoded(blob, str(how.encoding))
        if decoded is None:
            return None, [rule_problem("wrong_encoding", file)]
        blob = decoded
    faults = [rule_problem(name, file) for name in byte_faults(blob)]
    if faults:
        return None, faults
    findings: tuple[Finding, ...] = () if blob.endswith(b"\n") else (Finding("no_final_newline", file),)
    blob = with_last_line_end(blob)
    separator = {None: SEPARATORS[file.rpartition(".")[2].lower()], "tab": "\t"}.get(how.separator, str(how.separator))
    bom = len(BOM) if blob.startswith(BOM) else 0
    above, header_at, header_end, body = _layout(blob, bom, how)
    if body < 0:
        return None, [rule_problem("no_rows" if header_end > 0 else "heading_lines", file)]
    header = split_line(blob[header_at:header_end], separator)
    kept = blob if header_at == 0 and body == header_end else blob[header_at:header_end] + blob[body:]
    if header is None or quote_fault(kept, separator.encode()):
        return None, [_quotes(file, _heading(blob[bom:], separator, how))]
    problems = _shape_problems(file, header, separator, blob[bom:], how)
    if problems:
        return None, problems
    if body == len(blob):
        return None, [rule_problem("no_rows", file)]
    table, bad = parse_body(memoryview(blob)[body:], len(header), separator)
    bad += blank_lines(kept) if len(header) > 1 else 0
    if bad or table is None:
        return None, [rule_problem("width", file, rows=bad)]
    notes = ("a byte order mark was dropped",) if bom else ()
    columns = tuple(table.column(place) for place in range(len(header)))
    findings += _said_above(file, above)
    first = 1 + blob.count(b"\n", 0, body)
    return (
        RawTable(
            file, tuple(header), columns, table.num_rows, sha256, notes, first, decimal=how.decimal or ".", findings=findings
        ),
        [],
    )


def _recoded(blob: bytes, encoding: str) -> bytes | None:
    """The text as UTF-8; None where it is not of that encoding."""
    try:
        text = codecs.decode(blob, encoding)
    except (UnicodeDecodeError, ValueError):
        return None
    return text.removeprefix("\ufeff").encode("utf-8")


def _layout(blob: bytes, start: int, how: Reading) -> tuple[bytes, int, int, int]:
    """The text above the header, where the header starts and ends, where the rows start; -1 where the file ends before."""
    at = start
    for _ in range(how.skip or 0):
        at = record_end(blob, at) if at >= 0 else at
    if at < 0 or at >= len(blob):
        return b"", -1, -1, -1
    header_at, header_end = at, record_end(blob, at)
    if header_end < 0:
        return b"", header_at, blob.index(b"\n", header_at) + 1, len(blob)
    body = header_end
    for _ in range(how.skip_after_header or 0):
        body = record_end(blob, body) if 0 <= body < len(blob) else -1
    return blob[start:header_at], header_at, header_end, body


def _said_above(file: str, above: bytes) -> tuple[Finding, ...]:
    """What the lines above the header seem to hold, if it names anybody: they are read past, but lie in the file."""
    lines = above.decode("utf-8", errors="replace").splitlines()
    cells = [cell.strip(' "') for line in lines for cell in re.split(r"[,;\t]", line)]
    found = sorted({name for cell in cells if (name := classify(cell)) not in (None, "long_text")})
    return (Finding("extras", file, detail=f"above the headers: {', '.join(map(str, found))}"),) if found else ()


def _quotes(file: str, elsewhere: HeaderRows | None) -> Problem:
    """A file whose quotes are not well formed, and where its headers seem to stand, if not on the first line."""
    if elsewhere is None:
        return rule_problem("quotes", file)
    return rule_problem("quotes", file, detail=elsewhere.said, about=elsewhere.about)


def _shape_problems(file: str, header: list[str], separator: str, text: bytes, how: Reading) -> list[Problem]:
    """What is wrong with the header line, and where the headers seem to stand instead."""
    problems = header_problems(file, header, separator)
    elsewhere = _heading(text, separator, how)
    if elsewhere and not any(problem.code == "S08" for problem in problems):
        return [elsewhere.problem(file)]
    return problems


def _heading(text: bytes, separator: str, how: Reading) -> HeaderRows | None:
    """Where the headers seem to stand, if not where they are looked for."""
    if how.skip is not None or how.skip_after_header is not None:
        return None
    records: list[list[str]] = []
    at = 0
    while len(records) < LOOKED_AT and 0 <= at < len(text):
        end = record_end(text, at)
        cells = split_line(text[at:end], separator) if end > 0 else None
        if cells is None:
            break
        records.append(cells)
        at = end
    return detect_heading(records)


def split_line(line: bytes, separator: str) -> list[str] | None:
    """The cells of a record; None where its quotes are not well formed."""
    text = line.decode("utf-8", errors="replace").rstrip("\r\n")
    try:
        return next(csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True), [""])
    except csv.Error:
        return None


def header_problems(file: str, header: list[str], separator: str = ",") -> list[Problem]:
    """Duplicate and blank headers by position; a file that is separated otherwise than its name says."""
    others = [other for other in ";\t,|" if other != separator and "".join(header).count(other) >= len(header)]
    if others:
        most = max(others, key="".join(header).count)
        read = f"separator: {'tab' if most == chr(9) else chr(34) + most + chr(34)}" + ', decimal: ","' * (most == ";")
        return [rule_problem("separator", file, about=About(example=f'sources:\n  read: {{ "<file>": {{ {read} }} }}'))]
    problems = []
    named = max((place for place, name in enumerate(header, start=1) if name.strip()), default=len(header))
    if named < len(header):
        what = f"{file}, {'columns' if len(header) - named > 1 else 'column'} {named + 1} and on, at the right edge"
        problems.append(rule_problem("header_blank", what, about=About(example=EDGE)))
    for place, name in enumerate(header[:named], start=1):
        if not name or name != name.strip():
            problems.append(rule_problem("header_blank", f"{file}, column {place}"))
        elif name in header[: place - 1]:
            twin = header.index(name) + 1
            problems.append(rule_problem("header_duplicate", f"{file}, column {place}", detail=f"the same as column {twin}"))
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
