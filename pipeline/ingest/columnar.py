"""Parquet files: plain columns of text, numbers and truth values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.errors import Problem
from pipeline.ingest.delimited import header_problems
from pipeline.ingest.native import encode_numbers
from pipeline.ingest.raw import RawTable
from pipeline.tables.rules import broken

if TYPE_CHECKING:
    import pyarrow as pa

MAGIC = b"PAR1"
SMALL, RATIO = 1 << 28, 200  # cells' bytes a file may unpack to whatever its ratio, and its ratio beyond


def read_parquet(file: str, blob: bytes, sha256: str = "") -> tuple[RawTable | None, list[Problem]]:
    """Read a Parquet file; None and the problems where it breaks a rule."""
    if not (blob.startswith(MAGIC) and blob.endswith(MAGIC)):
        return None, [broken("disguised", file)]
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        opened = pq.ParquetFile(pa.BufferReader(blob))
        unpacked = 8 * opened.metadata.num_rows * opened.metadata.num_columns
        if unpacked > SMALL and unpacked > RATIO * len(blob):
            return None, [broken("compressed_size", file)]
        header = [field.name for field in opened.schema_arrow]
        problems = [*header_problems(file, header), *_kind_problems(file, opened.schema_arrow)]
        if problems:
            return None, problems
        if not opened.metadata.num_rows:
            return None, [broken("no_rows", file)]
        table = opened.read()
        columns = tuple(_encode(column) for column in table.columns)
    except Exception:  # whatever the library says may hold a cell
        return None, [broken("unreadable", file)]
    numeric = frozenset(field.name for field in table.schema if _is_number(field.type))
    return RawTable(file, tuple(header), columns, table.num_rows, sha256, numbers=numeric), []


def _kind_problems(file: str, schema: pa.Schema) -> list[Problem]:
    import pyarrow.types as kinds

    problems = []
    for place, field in enumerate(schema, start=1):
        kind = field.type.value_type if kinds.is_dictionary(field.type) else field.type
        if kinds.is_temporal(kind):
            problems.append(broken("native_dates", f"{file}, column {place}"))
        elif not (kinds.is_string(kind) or kinds.is_large_string(kind) or _is_number(kind) or kinds.is_boolean(kind)):
            problems.append(broken("unreadable", f"{file}, column {place}", detail="only text, numbers and truth values"))
    return problems


def _is_number(kind: pa.DataType) -> bool:
    import pyarrow.types as kinds

    return bool(kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind))


def _encode(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.types as kinds

    if kinds.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if kinds.is_integer(column.type) or kinds.is_boolean(column.type):
        return column.cast(pa.string()).dictionary_encode()
    if _is_number(column.type):
        return encode_numbers(column.cast(pa.float64()).to_numpy())
    return column.cast(pa.string()).dictionary_encode()
