"""Why there is no number, and what a reader must know of one: a code with counts, thresholds and names; words come later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.results.record import Record

Unit = Literal["ratings", "clients", "workers", "sessions", "episodes", "events", "levels", "evaluations"]


class Fact(Record):
    """A code, and what its words need.

    `counts` come from the data and pass the output gate; `limits` are thresholds of params.yaml; `names` are columns,
    modes, levels and places in the code. The words of a code stand in `vocabulary`, not here.
    """

    code: str
    counts: Mapping[str, int] = {}
    limits: Mapping[str, float] = {}
    names: Mapping[str, str] = {}


class Reason(Fact):
    """Why there is no number."""


class Note(Fact):
    """What a reader must know of a number."""


class Step(Record):
    """One line of the counts: ratings, clients and workers that are left after a step on the way to the model."""

    step: str
    rows: int
    clients: int
    workers: int


class NotEstimable(Exception):  # noqa: N818, a finding about the data, not an error
    """There is no number to give: the reason, and the counts up to where the rows went."""

    def __init__(self, reason: Reason, counts: tuple[Step, ...] = ()) -> None:
        super().__init__(reason.code)
        self.reason = reason
        self.counts = counts


def not_estimable(
    code: str, steps: tuple[Step, ...] = (), *, limits: Mapping[str, float] | None = None, **facts: int | str
) -> NotEstimable:
    """The exception of a reason: whole numbers among `facts` are counts, texts are names."""
    return NotEstimable(reason(code, limits=limits, **facts), steps)


def reason(code: str, *, limits: Mapping[str, float] | None = None, **facts: int | str) -> Reason:
    """A reason: whole numbers among `facts` are counts of the data, texts are names."""
    counts = {key: value for key, value in facts.items() if isinstance(value, int)}
    names = {key: value for key, value in facts.items() if isinstance(value, str)}
    return Reason(code=code, counts=counts, limits=limits or {}, names=names)


def note(code: str, *, limits: Mapping[str, float] | None = None, **facts: int | str) -> Note:
    """A note, put together as `reason`."""
    return Note(**reason(code, limits=limits, **facts).model_dump())
