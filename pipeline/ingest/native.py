"""SPSS (.sav, .zsav) and Stata (.dta) files: codes as text beside their value labels; user-missing codes kept apart."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypedDict, cast

from pipeline.base.errors import Problem
from pipeline.base.sources import Reading
from pipeline.ingest.delimited import header_problems
from pipeline.ingest.net import classify
from pipeline.ingest.raw import RawTable
from pipeline.tables.rules import Finding, rule_problem

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import ArrayLike
    from pyreadstat import metadata_container

MAGIC = {
    "sav": (b"$FL2", b"$FL3"),
    "zsav": (b"$FL2", b"$FL3"),
    "dta": (b"<stata_dta>", b"l", b"m", b"n", b"o", b"p", b"q", b"r", b"s"),
}
DATES = re.compile(
    r"(?i)^(%-?t[^b]?.*|%-?d.*|[ae]?date\d*|jdate\d*|sdate\d*|datetime[\d.]*|ymdhms.*|wkyr\d*|moyr\d*|qyr\d*)$"
)
ENCODING_WORDS = ("encoding", "character set", "byte sequence", "convert string", "utf-8")
DEFAULT = Reading()
SMALL, RATIO = 1 << 27, 500  # unpacked bytes a file may have whatever its ratio, and its ratio beyond


class Limits(TypedDict):
    """A range of codes that a file declares to be missing."""

    lo: float | str
    hi: float | str


def read_native(file: str, blob: bytes, sha256: str = "", how: Reading = DEFAULT) -> tuple[RawTable | None, list[Problem]]:
    """Read an SPSS or Stata file; None and the problems where it breaks a rule."""
    ending = file.rpartition(".")[2].lower()
    if not blob.startswith(MAGIC[ending]):
        return None, [rule_problem("disguised", file)]
    import pyreadstat

    reader = partial(pyreadstat.read_dta if ending == "dta" else pyreadstat.read_sav, encoding=how.encoding)
    try:
        _, sized = reader(io.BytesIO(blob), metadataonly=True)
        widths = sum(max(8, int(width)) for width in sized.variable_storage_width.values())
        unpacked = max(sized.number_rows or 0, 0) * widths
        if unpacked > SMALL and unpacked > RATIO * len(blob):
            return None, [rule_problem("compressed_size", file)]
        data, meta = reader(io.BytesIO(blob), user_missing=True, disable_datetime_conversion=True, output_format="dict")
        header = list(meta.column_names)
        problems = [*header_problems(file, header), *_date_problems(file, header, meta)]
        if problems:
            return None, problems
        if not meta.number_rows:
            return None, [rule_problem("no_rows", file)]
        columns = cast("dict[str, Sequence[object]]", data)  # output_format: no DataFrame, whatever the library's types say
        return _table(file, header, columns, meta, sha256), []
    except Exception as error:  # whatever the library says may hold a cell: only its kind is taken on
        is_of_encoding = isinstance(error, UnicodeError) or any(word in str(error).lower() for word in ENCODING_WORDS)
        return None, [rule_problem("label_encoding" if is_of_encoding else "unreadable", file)]


def number_text(value: float) -> str:
    """A number as the text a CSV export would hold: 3, not 3.0; 15 digits, beyond which binary fractions show."""
    if not math.isfinite(value):
        return str(value)
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else format(value, ".15g")


def encode_numbers(values: ArrayLike) -> pa.ChunkedArray:
    """A numeric numpy array as dictionary-encoded text; NaN is an empty cell."""
    import numpy as np
    import pyarrow as pa

    numbers = np.asarray(values, dtype=float)
    unique, codes = np.unique(numbers, return_inverse=True)
    texts = ["" if value != value else number_text(value) for value in unique.tolist()]
    encoded = pa.DictionaryArray.from_arrays(pa.array(codes.astype("int32")), pa.array(texts, pa.string()))
    return pa.chunked_array([encoded])


def _table(
    file: str, header: list[str], data: Mapping[str, Sequence[object]], meta: metadata_container, sha256: str
) -> RawTable:
    columns, numeric = [], set()
    for name in header:
        text, is_number = _encode(data[name])
        columns.append(text)
        if is_number:
            numeric.add(name)
    labels = {
        name: {_plain(code): str(label) for code, label in found.items()}
        for name, found in meta.variable_value_labels.items()
    }
    missing = {name: declared_missing(_texts(columns[header.index(name)]), meta, name) for name in header}
    return RawTable(
        file,
        tuple(header),
        tuple(columns),
        int(meta.number_rows or 0),
        sha256,
        labels=labels,
        user_missing={name: texts for name, texts in missing.items() if texts},
        numbers=frozenset(numeric),
        numbers_are_exact=True,  # neither SPSS nor Stata shows zeros before a number, so that none were lost
        findings=tuple(_extras(file, header, meta)),
    )


def _extras(file: str, header: list[str], meta: metadata_container) -> Iterator[Finding]:
    """Notes, a file label, and labels of columns and codes that look like an identifier: by place, never copied."""
    if meta.notes:
        yield Finding("extras", file, detail="notes or documents")
    if meta.file_label:
        yield Finding("extras", file, detail="a file label")
    for place, name in enumerate(header, start=1):
        texts = [meta.column_names_to_labels.get(name) or "", *map(str, meta.variable_value_labels.get(name, {}).values())]
        if found := sorted({rule for text in texts if (rule := classify(text)) not in (None, "long_text")}):
            yield Finding("extras", f"{file}, column {place}", detail=f"labels: {', '.join(map(str, found))}")


def _encode(values: Sequence[object]) -> tuple[pa.ChunkedArray, bool]:
    """A column of the library as encoded text, and whether it was numeric; Stata's .a to .z arrive as letters."""
    import numpy as np
    import pyarrow as pa

    if (array := np.asarray(values)).dtype.kind in "fiub":
        return encode_numbers(array), True
    cells = list(values)  # as the library gave them: numpy would have turned the numbers among them into text
    texts = ["" if value is None or value != value else _plain(value) for value in cells]
    is_number = any(isinstance(value, float | int) and value == value for value in cells)
    return pa.chunked_array([pa.array(texts, pa.string()).dictionary_encode()]), is_number


def _plain(value: object) -> str:
    return number_text(float(value)) if isinstance(value, int | float) else str(value)


def _texts(column: pa.ChunkedArray) -> set[str]:
    return {text for chunk in column.chunks for text in chunk.dictionary.to_pylist()}


def declared_missing(texts: Iterable[str], meta: metadata_container, name: str) -> frozenset[str]:
    """The texts of a column that its file declares to be missing: SPSS ranges, Stata's lettered values."""
    ranges = [cast(Limits, limits) for limits in (meta.missing_ranges or {}).get(name, [])]
    lettered = set(map(str, (meta.missing_user_values or {}).get(name, [])))
    return frozenset(text for text in texts if text and (text in lettered or any(_within(text, one) for one in ranges)))


def _within(text: str, limits: Limits) -> bool:
    low, high = limits["lo"], limits["hi"]
    if isinstance(low, str):
        return low <= text <= str(high)
    try:
        return bool(float(low) <= float(text) <= float(high))
    except ValueError:
        return False


def _date_problems(file: str, header: list[str], meta: metadata_container) -> list[Problem]:
    formats = meta.original_variable_types
    dated = [place for place, name in enumerate(header, start=1) if DATES.match(str(formats.get(name, "")))]
    return [rule_problem("native_dates", f"{file}, column {place}", rows=int(meta.number_rows or 0)) for place in dated]
