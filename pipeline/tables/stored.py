"""Canonical tables as Parquet bytes: written so that pandas restores the declared dtypes, read a block of rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pipeline.base.column_names import is_dose
from pipeline.base.errors import Problem, TableError
from pipeline.tables.column import DAY

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

ROWS = 1 << 17  # rows a block: bounds the memory of writing and reading
KINDS = {
    "string": ("unicode", "str"),
    "large_string": ("unicode", "str"),
    "double": ("float64", "float64"),
    "bool": ("bool", "boolean"),
}


class Stored:
    """One table as it lies in its Parquet file; only what is asked for is ever unpacked."""

    def __init__(self, name: str, content: bytes) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.name = name
        self.content = content
        try:
            self._file = pq.ParquetFile(pa.BufferReader(content))
        except pa.ArrowException:
            raise TableError(Problem(name, "not a table this version can read", "run `dvc repro`")) from None
        self.rows: int = self._file.metadata.num_rows
        self.columns: list[str] = list(self._file.schema_arrow.names)

    def blocks(self) -> Iterator[tuple[int, pd.DataFrame]]:
        """The table block by block: the place of its first row, and the rows with the declared dtypes."""
        start = 0
        for group in range(self._file.num_row_groups):
            block = self._file.read_row_group(group)
            yield start, block.to_pandas()
            start += block.num_rows

    def column(self, name: str) -> pa.ChunkedArray:
        """One column whole."""
        return self._file.read([name]).column(0)

    def at(self, mask: np.ndarray) -> pd.DataFrame:
        """The rows where `mask` is true, numbered by their place in the table."""
        import pandas as pd

        parts = [
            block.set_axis(range(start, start + len(block)))[mask[start : start + len(block)]]
            for start, block in self.blocks()
        ]
        return pd.concat(parts)

    def keep(self, mask: np.ndarray) -> bytes:
        """The table with the rows where `mask` is true."""
        import pyarrow as pa

        return self.content if mask.all() else parquet_bytes(self._file.read().filter(pa.array(mask)))


def parquet_bytes(table: pa.Table) -> bytes:
    """A table as Parquet; the same bytes for the same content, with the note by which pandas restores dtypes.

    Columns that ingest left encoded are decoded block by block; closed code lists stay as they are.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    start = plain_table(table.slice(0, 0))
    note = {"index_columns": [], "column_indexes": [], "columns": [_note(table, start, name) for name in start.column_names]}
    schema = start.schema.with_metadata({"pandas": json.dumps({**note, "pandas_version": "3.0.0"})})
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for first in range(0, max(table.num_rows, 1), ROWS):
            writer.write_table(plain_table(table.slice(first, ROWS)).cast(schema))
    return bytes(sink.getvalue())


def plain_table(table: pa.Table) -> pa.Table:
    """A table with its encoded columns decoded."""
    import pyarrow as pa

    return pa.table({name: decoded_column(table.column(name)) for name in table.column_names})


def decoded_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column without the encoding that ingest works on (32-bit codes); closed code lists (8-bit codes) as they are."""
    import pyarrow as pa

    if not str(column.type).startswith("dictionary") or column.type.index_type == pa.int8():
        return column
    return pa.chunked_array([chunk.dictionary.take(chunk.indices) for chunk in column.chunks], column.type.value_type)


def _note(table: pa.Table, decoded: pa.Table, name: str) -> dict[str, Any]:
    column, kind = table.column(name), decoded.schema.field(name).type
    metadata: dict[str, Any] | None = None
    if str(kind).startswith("dictionary"):
        codes = len(column.chunk(0).dictionary) if column.num_chunks else 0
        pandas_type, numpy_type, metadata = "categorical", "int8", {"num_categories": codes, "ordered": False}
    elif str(kind) == "int64":
        pandas_type, numpy_type = "int64", "Int64" if name == DAY or is_dose(name) else "int64"
    else:
        pandas_type, numpy_type = KINDS[str(kind)]
    return {
        "name": name,
        "field_name": name,
        "pandas_type": pandas_type,
        "numpy_type": numpy_type,
        "metadata": metadata,
    }
