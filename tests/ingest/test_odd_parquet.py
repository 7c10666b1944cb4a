"""Parquet files as they come from people and programs, each with its verdict."""

from __future__ import annotations

import datetime
import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.ingest.ratings_file import FRAME, said_of

BOMB_MB = 100


def columns(**new: pa.Array) -> pa.Table:
    table = pa.Table.from_pandas(FRAME, preserve_index=False)
    for name, column in new.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


def stored(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def bomb() -> bytes:
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, pa.schema([("visit", pa.string())]), compression="zstd") as writer:
        for _ in range(BOMB_MB):
            writer.write_table(pa.table({"visit": ["x" * (1 << 20)]}))
    return sink.getvalue()


N, ANSWERS = len(FRAME), columns()["q1"]
PLAIN = stored(columns())
PARQUET = {
    "64-bit integers": (stored(columns(q1=ANSWERS.cast(pa.int64()))), ""),
    "8-bit integers": (stored(columns(q1=ANSWERS.cast(pa.int8()))), ""),
    "half floats": (stored(columns(q1=pa.array(FRAME["q1"].to_numpy().astype("float16")))), ""),
    "numbers as text": (stored(columns(q1=pa.array([f"{v:.0f}" for v in FRAME["q1"]]))), ""),
    "large text": (stored(columns(visit=columns()["visit"].cast(pa.large_string()))), ""),
    "categories of numbers": (stored(columns(q1=ANSWERS.cast(pa.int32()).dictionary_encode())), ""),
    "many row groups": (stored(columns(), row_group_size=7), ""),
    "another compression": (stored(columns(), compression="brotli"), ""),
    "no dictionaries": (stored(columns(), use_dictionary=False), ""),
    "a missing answer": (stored(columns(q1=pa.array([None, *FRAME["q1"][1:]]))), ""),
    "not a number": (stored(columns(q1=pa.array([np.nan, *FRAME["q1"][1:]]))), ""),
    "a column without values": (stored(columns(q1=pa.nulls(N))), ""),
    "infinity": (stored(columns(q1=pa.array([np.inf, *FRAME["q1"][1:]]))), "T02"),
    "truth values for answers": (stored(columns(q1=pa.array([True] * N))), "T02"),
    "bytes": (stored(columns(visit=columns()["visit"].cast(pa.binary()))), "F01"),
    "timestamps": (stored(columns(q1=pa.array([datetime.datetime(2024, 3, 1)] * N))), "F05"),
    "dates": (stored(columns(q1=pa.array([datetime.date(2024, 3, 1)] * N))), "F05"),
    "durations": (stored(columns(q1=pa.array([datetime.timedelta(1)] * N))), "F05"),
    "records": (stored(columns(q1=pa.array([{"a": 1}] * N))), "F01"),
    "maps": (stored(columns(q1=pa.array([[("a", 1)]] * N, pa.map_(pa.string(), pa.int8())))), "F01"),
    "a header twice": (stored(pa.Table.from_arrays([*columns().columns, ANSWERS], [*columns().column_names, "q1"])), "S01"),
    "encryption": (b"PARE" + PLAIN[4:-4] + b"PARE", "B05"),
    "an e-mail": (stored(columns(q1=pa.array(["m@example.org"] * N))), "N01"),
    "a hundred texts of a megabyte": (bomb(), "F02"),
}


@pytest.mark.parametrize("name", PARQUET)
def test_a_parquet_file_with(name):
    blob, codes = PARQUET[name]
    found, said = said_of(blob, "parquet")
    assert found == set(codes.split()), said
    assert "example.org" not in said
