"""What to say where a number could not be had: "not estimable" in its cell, and the reason under the table."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.numbers import NO_BREAK, bracket, listed
from pipeline.report.table import Value

About = tuple[str, str, str]  # instrument, rater, score (or what else a row is about)
Ends = tuple[float | None, float | None, float | None]  # an estimate with its interval
Why = tuple[About, str, str]
DECIMALS = 2
NOT_ESTIMABLE = Shown(f"n.{NO_BREAK}e.")
NONE = Shown("–")


def with_interval(ends: Ends, gate: Gate, clients: int) -> Value:
    """A reliability or correlation with its interval as one cell; "n. e." where there is none."""
    value, low, high = ends
    shown = gate.correlation(value, clients, "reliability")
    if value is None or shown.hidden:
        return NOT_ESTIMABLE if value is None else shown
    bounds = [gate.correlation(end, clients, "reliability") for end in (low, high)]
    if None in (low, high):
        return f"{shown} [{NOT_ESTIMABLE}]"
    return shown if bounds[0].value is None else f"{shown} {bracket(*bounds)}"


def reasons_text(found: Iterable[Why]) -> str:
    """Sentences that say what is not estimable and why: whose results, what of them, and the reason."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for (instrument, rater, score), what, reason in found:
        if reason:
            grouped.setdefault((words.series(instrument, rater), what, reason), []).append(score)
    said = []
    for (series, what, reason), scores in grouped.items():
        which = listed([words.plain(score) for score in scores if score])
        said.append(f"{series}{f' ({which})' if which else ''}: {what + ', ' if what else ''}{reason}.")
    return " ".join(said)


def note_with_reasons(note: str, why: str, odd: str = "") -> str:
    """A table's note with reasons after it: what is not estimable, and whose numbers come from an impossible solution."""
    said = [note]
    if odd:
        said.append(f"Not a proper solution, to be read with care: {odd}")
    if why:
        said.append(f"{NOT_ESTIMABLE}: not estimable. {why}")
    return " ".join(said)
