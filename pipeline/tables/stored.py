"""Canonical Arrow tables as Parquet bytes that pandas reads back with the declared dtypes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.tables.column import DAY

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 1 << 17  # rows a row group: bounds the memory of writing and reading
KINDS = {"string": ("unicode", "str"), "double": ("float64", "float64"), "bool": ("bool", "boolean")}


def parquet(table: pa.Table) -> bytes:
    """A table as Parquet; the same bytes for the same content, with the note by which pandas restores dtypes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    note = {"index_columns": [], "column_indexes": [], "columns": [_note(table, name) for name in table.column_names]}
    noted = table.replace_schema_metadata({"pandas": json.dumps({**note, "pandas_version": "3.0.0"})})
    sink = pa.BufferOutputStream()
    pq.write_table(noted, sink, compression="zstd", row_group_size=ROWS)
    return bytes(sink.getvalue())


def _note(table: pa.Table, name: str) -> dict[str, Any]:
    column, kind = table.column(name), table.schema.field(name).type
    metadata: dict[str, Any] | None = None
    if str(kind).startswith("dictionary"):
        codes = len(column.chunk(0).dictionary) if column.num_chunks else 0
        pandas_type, numpy_type, metadata = "categorical", "int8", {"num_categories": codes, "ordered": False}
    elif str(kind) == "int64":
        pandas_type, numpy_type = "int64", "Int64" if name == DAY else "int64"
    else:
        pandas_type, numpy_type = KINDS[str(kind)]
    return {
        "name": name,
        "field_name": name,
        "pandas_type": pandas_type,
        "numpy_type": numpy_type,
        "metadata": metadata,
    }
