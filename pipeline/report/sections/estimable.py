"""What to say where a number could not be had: "not estimable" in its cell, and the reason under the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.numbers import NO_BREAK, bracket, listed
from pipeline.report.table import Value

Row = Mapping[str, Any]
DECIMALS = 2
NOT_ESTIMABLE = Shown(f"n.{NO_BREAK}e.")
NONE = Shown("–")


def clients_of(row: Row) -> int:
    """The clients behind a row of results; its ratings where clients were not counted."""
    return int(row.get("clients") or row.get("n") or row.get("ratings") or 0)


def with_interval(row: Row | None, names: tuple[str, str, str], gate: Gate, clients: int) -> Value:
    """An estimate with its interval as one cell; "n. e." where there is none."""
    value, low, high = (None if row is None else row.get(name) for name in names)
    shown = gate.number(value, DECIMALS, clients, "reliability")
    if value is None or shown.hidden:
        return NOT_ESTIMABLE if value is None else shown
    ends = [gate.number(end, DECIMALS, clients, "reliability") for end in (low, high)]
    if None in (low, high):
        return f"{shown} [{NOT_ESTIMABLE}]"
    return shown if ends[0].value is None else f"{shown} {bracket(*ends)}"


def reasons(found: Iterable[tuple[Row, str, str]]) -> str:
    """Sentences that say what is not estimable and why: rows of results, each with what it is about and the reason."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for row, what, reason in found:
        if reason:
            series = words.series(str(row["instrument"]), str(row["rater"]))
            grouped.setdefault((series, what, reason), []).append(str(row.get("score", "")))
    said = []
    for (series, what, reason), scores in grouped.items():
        which = listed([words.plain(score) for score in scores if score])
        said.append(f"{series}{f' ({which})' if which else ''}: {what + ', ' if what else ''}{reason}.")
    return " ".join(said)


def noted(note: str, why: str, odd: str = "") -> str:
    """A table's note with reasons after it: what is not estimable, and whose numbers come from an impossible solution."""
    said = [note]
    if odd:
        said.append(f"Not a proper solution, to be read with care: {odd}")
    if why:
        said.append(f"{NOT_ESTIMABLE}: not estimable. {why}")
    return " ".join(said)
