"""Parquet files: plain columns of text, numbers and truth values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.base.errors import Problem
from pipeline.ingest.delimited import header_problems
from pipeline.ingest.native import encode_numbers
from pipeline.ingest.raw import RawTable
from pipeline.tables.rules import Finding, rule_problem

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MAGIC = b"PAR1"
USUAL = {b"pandas", b"ARROW:schema", b"PARQUET:field_id", b"org.apache.spark.version", b"huggingface"}
SMALL, RATIO = 1 << 26, 200  # bytes a file may unpack to whatever its ratio, and its ratio beyond


def read_parquet(file: str, blob: bytes, sha256: str = "") -> tuple[RawTable | None, list[Problem]]:
    """Read a Parquet file; None and the problems where it breaks a rule."""
    if not (blob.startswith(MAGIC) and blob.endswith(MAGIC)):
        return None, [rule_problem("disguised", file)]
    import pyarrow as pa
    import pyarrow.parquet as pq
    import pyarrow.types as kinds

    try:
        opened = pq.ParquetFile(pa.BufferReader(blob))
        if (unpacked := _unpacked(opened.metadata)) > SMALL and unpacked > RATIO * len(blob):
            return None, [rule_problem("compressed_size", file)]
        header = [field.name for field in opened.schema_arrow]
        problems = [*header_problems(file, header), *_kind_problems(file, opened.schema_arrow)]
        if problems:
            return None, problems
        if not opened.metadata.num_rows:
            return None, [rule_problem("no_rows", file)]
        texts = [
            field.name for field in opened.schema_arrow if kinds.is_string(field.type) or kinds.is_large_string(field.type)
        ]
        table = pq.ParquetFile(pa.BufferReader(blob), read_dictionary=texts).read()  # a long text often repeated stays one
        columns = tuple(_encode(column) for column in table.columns)
    except Exception:  # whatever the library says may hold a cell
        return None, [rule_problem("unreadable", file)]
    numeric = frozenset(field.name for field in table.schema if _is_number(field.type))
    findings = tuple(_extras(file, opened.schema_arrow))
    return RawTable(file, tuple(header), columns, table.num_rows, sha256, numbers=numeric, findings=findings), []


def _extras(file: str, schema: pa.Schema) -> Iterator[Finding]:
    """Notes that somebody left in the file's metadata, of the file or of a column."""
    if strange := set(schema.metadata or {}) - USUAL:
        yield Finding("extras", file, detail=f"metadata of its own: {len(strange)}")
    for place, field in enumerate(schema, start=1):
        if set(field.metadata or {}) - USUAL:
            yield Finding("extras", f"{file}, column {place}", detail="metadata of its own")


def _unpacked(metadata: pq.FileMetaData) -> int:
    """The bytes of all cells, by the file's table of contents: of its pages, and of numbers where a page repeats one."""
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    pages = sum(group.column(place).total_uncompressed_size for group in groups for place in range(group.num_columns))
    return int(max(pages, 8 * metadata.num_rows * metadata.num_columns))


def _kind_problems(file: str, schema: pa.Schema) -> list[Problem]:
    import pyarrow.types as kinds

    problems = []
    for place, field in enumerate(schema, start=1):
        kind = field.type.value_type if kinds.is_dictionary(field.type) else field.type
        if kinds.is_temporal(kind):
            problems.append(rule_problem("native_dates", f"{file}, column {place}"))
        elif not (_is_text(kind) or _is_number(kind) or kinds.is_boolean(kind)):
            problems.append(
                rule_problem("unreadable", f"{file}, column {place}", detail="only text, numbers and truth values")
            )
    return problems


def _is_text(kind: pa.DataType) -> bool:
    """Text, or a column without a single value, which has no other type."""
    import pyarrow.types as kinds

    return bool(kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_null(kind))


def _is_number(kind: pa.DataType) -> bool:
    import pyarrow.types as kinds

    return bool(kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind))


def _encode(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.types as kinds

    if column.type == pa.dictionary(pa.int32(), pa.string()):
        return column
    if kinds.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if kinds.is_integer(column.type) or kinds.is_boolean(column.type):
        return column.cast(pa.string()).dictionary_encode()
    if _is_number(column.type):
        return encode_numbers(column.cast(pa.float64()).to_numpy())
    return column.cast(pa.string()).dictionary_encode()
