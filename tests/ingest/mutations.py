"""Random changes to the bytes of a sound file, and what a changed table may still hold."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
from numpy.random import Generator

from pipeline.tables.column import Column, Table, is_band

ID = re.compile(r"[A-Za-z]{1,4}[-_]?[A-Za-z0-9]{6,32}", re.ASCII)
Lines = list[bytes]


def _byte(rng: Generator, blob: bytes, change: str) -> bytes:
    place = int(rng.integers(len(blob)))
    new = bytes([int(rng.integers(256))])
    return blob[:place] + {"flip": new, "delete": b"", "insert": new + blob[place : place + 1]}[change] + blob[place + 1 :]


def _lines(rng: Generator, blob: bytes, change: Callable[[Generator, Lines], Lines]) -> bytes:
    return b"".join(change(rng, blob.splitlines(keepends=True)))


def _place(rng: Generator, lines: Lines) -> int:
    return int(rng.integers(1, len(lines)))


def _repeat(rng: Generator, lines: Lines) -> Lines:
    place = _place(rng, lines)
    return [*lines[:place], lines[place], *lines[place:]]


def _drop(rng: Generator, lines: Lines) -> Lines:
    place = _place(rng, lines)
    return [*lines[:place], *lines[place + 1 :]]


def _swap_lines(rng: Generator, lines: Lines) -> Lines:
    one, other = _place(rng, lines), _place(rng, lines)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def _cells(rng: Generator, lines: Lines, change: Callable[[list[bytes], int], None]) -> Lines:
    place = _place(rng, lines)
    cells = lines[place].rstrip(b"\n").split(b",")
    change(cells, int(rng.integers(len(cells))))
    lines[place] = b",".join(cells) + b"\n"
    return lines


def _swap_cells(rng: Generator, lines: Lines) -> Lines:
    def change(cells: list[bytes], place: int) -> None:
        other = int(rng.integers(len(cells)))
        cells[place], cells[other] = cells[other], cells[place]

    return _cells(rng, lines, change)


def _cell_of_another_row(rng: Generator, lines: Lines) -> Lines:
    donor = lines[_place(rng, lines)].rstrip(b"\n").split(b",")
    return _cells(rng, lines, lambda cells, place: cells.__setitem__(place, donor[place]))


def _other_digit(rng: Generator, lines: Lines) -> Lines:
    return _cells(
        rng,
        lines,
        lambda cells, place: cells.__setitem__(place, re.sub(rb"[0-9]", b"%d" % rng.integers(10), cells[place], count=1)),
    )


def _blank(rng: Generator, lines: Lines) -> Lines:
    return _cells(rng, lines, lambda cells, place: cells.__setitem__(place, b""))


KINDS: dict[str, Callable[[Generator, bytes], bytes]] = {
    "flip a byte": lambda rng, blob: _byte(rng, blob, "flip"),
    "delete a byte": lambda rng, blob: _byte(rng, blob, "delete"),
    "insert a byte": lambda rng, blob: _byte(rng, blob, "insert"),
    "cut the end off": lambda rng, blob: blob[: int(rng.integers(1, len(blob)))],
    "repeat a row": lambda rng, blob: _lines(rng, blob, _repeat),
    "drop a row": lambda rng, blob: _lines(rng, blob, _drop),
    "swap two rows": lambda rng, blob: _lines(rng, blob, _swap_lines),
    "swap two cells": lambda rng, blob: _lines(rng, blob, _swap_cells),
    "a cell of another row": lambda rng, blob: _lines(rng, blob, _cell_of_another_row),
    "another digit": lambda rng, blob: _lines(rng, blob, _other_digit),
    "blank a cell": lambda rng, blob: _lines(rng, blob, _blank),
}


def is_legal(table: pd.DataFrame, declared: type[Table]) -> bool:
    """Whether every value is one that its column may hold: checked here by other means than the gate's own."""
    return all(_is_legal(value, declared.columns[name]) for name in table for value in table[name].unique())


def _is_legal(value: object, column: Column) -> bool:
    if pd.isna(value):
        return column.missing
    if column.kind in ("number", "integer"):
        return column.low <= value <= column.high
    if column.kind in ("code", "codes"):
        return set(str(value).split(";")) <= set(column.codes)
    if column.kind == "boolean":
        return value in (True, False)
    return is_band(value) if column.kind == "band" else ID.fullmatch(value) is not None
