"""One rater's ratings on one instrument, with the client, worker and place in time of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.measures.correlation import Flags, Groups, Matrix
from pipeline.measures.instrument import Instrument
from pipeline.measures.scoring import turn_reversed
from pipeline.sem.models import Moments, complete_moments

MOST_BLOCKS = 4
ORDER = ("client_id", "day", "session_number", "session_id")


@dataclass(frozen=True)
class Rated:
    """Ratings in the order of clients and sessions.

    `table`: session_id, client_id, worker_id, session_number, occasion (1 = the client's first rating) and, where there are
    any, phase and shipped totals. `given`: ratings x items as answered, NaN missing.
    """

    instrument: Instrument
    rater: str
    table: pd.DataFrame
    given: Matrix

    @cached_property
    def answers(self) -> Matrix:
        """The answers with reversed items turned."""
        return turn_reversed(self.given, self.instrument)

    @cached_property
    def clients(self) -> Groups:
        """A code per rating for its client."""
        return np.asarray(pd.factorize(self.table["client_id"])[0], dtype=np.int64)

    @cached_property
    def complete(self) -> Flags:
        """Which ratings have every item."""
        return np.asarray(~np.isnan(self.given).any(axis=1))

    @cached_property
    def blocks(self) -> Groups:
        """The occasion block of each rating, from 0: up to four, of about as many ratings each."""
        return occasion_blocks(self.table["occasion"].to_numpy(dtype=np.int64))

    @property
    def has_items(self) -> bool:
        """Whether the answers are there; a study may have kept only scores."""
        return bool(self.given.shape[1] == self.instrument.items)

    @property
    def counted(self) -> int:
        """How many clients the ratings come from."""
        return int(self.clients.max(initial=-1)) + 1

    def of(self, score: str) -> Matrix:
        """The keyed answers to the items of one score."""
        return np.asarray(self.answers[:, columns_of(self.instrument, score)])

    def sample(self, score: str) -> Moments:
        """The moments of the complete answers to one score's items."""
        return complete_moments(self.of(score))

    def first_in_block(self, block: int) -> Flags:
        """Each client's first complete rating in an occasion block: rows that are independent of each other."""
        here = np.flatnonzero((self.blocks == block) & self.complete)
        chosen = np.zeros(len(self.table), dtype=bool)
        chosen[here[np.unique(self.clients[here], return_index=True)[1]]] = True
        return chosen


def columns_of(instrument: Instrument, score: str) -> list[int]:
    """The matrix columns of a score's items."""
    return [number - 1 for number in instrument.scores[score]]


def rated(ratings: pd.DataFrame, sessions: pd.DataFrame, instrument: Instrument) -> Iterator[Rated]:
    """The ratings of every rater; ratings whose session is not known are left out."""
    order = [column for column in ORDER if column in sessions.columns]
    known = ratings.merge(sessions, on="session_id", how="inner").sort_values(order, ignore_index=True)
    for rater in instrument.raters:
        rows = known[known["rater"] == rater].reset_index(drop=True)
        if len(rows):
            occasion = rows.groupby("client_id", observed=True, sort=False).cumcount() + 1
            items = [name for name in instrument.columns if name in rows]
            given: Matrix = rows[items].to_numpy(dtype=np.float64, na_value=np.nan)
            yield Rated(instrument, rater, rows.drop(columns=items).assign(occasion=occasion), given)


def occasion_blocks(occasions: Groups, most: int = MOST_BLOCKS) -> Groups:
    """Cut occasion numbers into at most `most` runs with about as many ratings each; a code per rating from 0."""
    counts = np.bincount(occasions)[1:]
    before = np.concatenate([[0], np.cumsum(counts)[:-1]])
    raw = np.floor((before + counts / 2) / max(counts.sum(), 1) * most).astype(np.int64)
    codes = np.unique(raw, return_inverse=True)[1]
    return np.asarray(codes[occasions - 1], dtype=np.int64)


def block_ranges(data: Rated) -> list[tuple[int, int]]:
    """The first and last occasion of each block."""
    spans = data.table["occasion"].groupby(data.blocks).agg(["min", "max"])
    return [(int(low), int(high)) for low, high in spans.itertuples(index=False)]
