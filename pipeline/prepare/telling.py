"""What prepare says it did: files and columns by number, and counts; never a value, a header or a file's own name."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.prepare.plan import KINDS
from pipeline.prepare.study import PreparedColumn, PreparedFile, PreparedStudy

TOP_BAND = "90+"


def tell(prepared: PreparedStudy, folder: str) -> Iterator[str]:
    """Line by line, for the terminal."""
    for file in prepared.files:
        yield f"File {file.number} -> {folder}/{file.name}: {file.rows:,} rows, in an order that tells nothing."
        yield from (f"  {note}" for note in _columns(file))
        yield from (f"  {note}" for note in file.notes)
        if file.set_aside:
            yield f"  {file.set_aside:,} rows set aside: a date that gives no day."
        if file.dropped:
            yield f"  {_left(file)}"
    counts = [f"{prepared.ids[kind]:,} {kind}s" for kind in KINDS if prepared.ids[kind]]
    if counts:
        yield f"Pseudonyms: {', '.join(counts)}."
    for kind in KINDS:
        if twins := prepared.twins[kind]:
            yield f"Look at this: {twins:,} {kind} ids differ from another only by case, spaces or leading zeros."


def _left(file: PreparedFile) -> str:
    """Which columns do not come in: by number, as whoever misses one will want to know."""
    taken = {column.place for column in file.columns}
    places = [str(place) for place in range(1, file.dropped + len(taken) + 1) if place not in taken]
    return f"{'columns' if len(places) > 1 else 'column'} {', '.join(places)}: left behind"


def _columns(file: PreparedFile) -> Iterator[str]:
    for column in file.columns:
        if column.role in ("date", "intake"):
            yield f"column {column.place}: {_dates(column)}"
    words = {
        "id": "pseudonyms",
        "age": f"age bands ({TOP_BAND} is one)",
        "zip": "first three digits of a ZIP",
        "keep": "kept",
    }
    for role, what in words.items():
        if places := [str(column.place) for column in file.columns if column.role == role]:
            yield f"{'columns' if len(places) > 1 else 'column'} {', '.join(places)}: {what}"


def _dates(column: PreparedColumn) -> str:
    how = " and ".join(column.notations) or "no date"
    if column.role == "intake":
        return f"{column.filled:,} dates ({how}): the intake, day 0, left behind"
    before = f", {column.before:,} of them before intake" if column.before else ""
    return f"{column.filled:,} dates ({how}) to days since intake{before}"
