"""Which reader a file's ending calls for."""

from __future__ import annotations

from pipeline.base.errors import Problem
from pipeline.base.sources import Reading
from pipeline.ingest.delimited import DEFAULT, SEPARATORS, read_delimited
from pipeline.ingest.raw import RawTable
from pipeline.tables.rules import rule_problem


def is_delimited(file: str) -> bool:
    """Whether the file's ending says that it is text in lines."""
    return file.rpartition(".")[2].lower() in SEPARATORS


def read_raw(file: str, blob: bytes, sha256: str = "", how: Reading = DEFAULT) -> tuple[RawTable | None, list[Problem]]:
    """A file's content as text cells, `how` it is written; None and the problems where it cannot be taken in."""
    ending = file.rpartition(".")[2].lower()
    if is_delimited(file):
        return read_delimited(file, blob, sha256, how)
    if ending == "xlsx":
        from pipeline.ingest.workbook import read_workbook

        return read_workbook(file, blob, sha256, how)
    if ending in ("sav", "zsav", "dta"):
        from pipeline.ingest.native import read_native

        return read_native(file, blob, sha256, how)
    if ending == "parquet":
        from pipeline.ingest.columnar import read_parquet

        return read_parquet(file, blob, sha256)
    return None, [rule_problem("unknown_format", file)]
