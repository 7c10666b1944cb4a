"""Which reader a file's ending calls for."""

from __future__ import annotations

from pipeline.errors import Problem
from pipeline.ingest.delimited import SEPARATORS, read_delimited
from pipeline.ingest.raw import RawTable
from pipeline.tables.rules import broken


def read(file: str, blob: bytes, sha256: str = "") -> tuple[RawTable | None, list[Problem]]:
    """A file's content as text cells; None and the problems where it cannot be taken in."""
    ending = file.rpartition(".")[2].lower()
    if ending in SEPARATORS:
        return read_delimited(file, blob, sha256)
    return None, [broken("unknown_format", file)]
