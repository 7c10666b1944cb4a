"""Counts with the people behind them: what every part of a description is made of."""

from __future__ import annotations

from pipeline.results.backing import Backing
from pipeline.results.record import Record

Codes = dict[str, int]


class Counted(Record):
    """A count with the people behind it: clients, workers, and the shares of the clients with most and second most of it."""

    clients: int
    workers: int | None = None
    largest: float | None = None
    second: float | None = None

    @property
    def behind(self) -> Backing:
        """The people, as the gate on the way out asks for them."""
        return Backing(self.clients, self.workers, self.largest, self.second)


class Series(Record):
    """One rater's ratings on one instrument."""

    instrument: str
    rater: str
