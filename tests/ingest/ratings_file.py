"""The ratings of the small study as a file of another format, and the verdict on it."""

from __future__ import annotations

from typing import Any

from tests.ingest import formats
from tests.ingest.small_study import csv, files, small_params, verdict

ROWS = files()["ratings.csv"]
FRAME = formats.frame(ROWS)


def said_of(blob: bytes, ending: str, **source: Any) -> tuple[set[str], str]:
    """The verdict on the small study when its ratings come as this file."""
    raw = {name: csv(rows) for name, rows in files().items() if name != "ratings.csv"} | {f"ratings.{ending}": blob}
    change = {"file": f"ratings.{ending}", **source}
    return verdict(raw, small_params(lambda p: p["sources"]["ratings"]["mini_client"].update(change)))
