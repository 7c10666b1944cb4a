"""Advocacy episodes: how many, when, and which of them a rating comes after."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.random import Generator

from pipeline.simulate.arrays import Flags, Floats, Integers
from pipeline.simulate.truth import Truth

MODES = ("joint", "worker_solo", "client_solo", "concrete")
JOINT = 0
AFTER, BEFORE, UNKNOWN = 0, 1, -1  # the recorded order on the day of a session
FIRST_WINDOW = 14  # days before a client's first rating that count for it
NO_ORDER = 2  # an episode on another day
DISCLOSED, DEBRIEFED = 0.4, 0.6  # shares of joint episodes: the worker's own reaction shown, talked over in the office


@dataclass(frozen=True)
class SimulatedEpisodes:
    """One entry an episode; `before` is what truly happened, `order` what the log holds."""

    client: Integers
    session: Integers  # the next session, counted from 0
    mode: Integers
    day: Integers
    order: Integers
    before: Flags
    disclosure: Flags
    debriefed: Flags

    @classmethod
    def none(cls) -> SimulatedEpisodes:
        """No episode."""
        number, flag = np.zeros(0, np.int64), np.zeros(0, np.bool_)
        return cls(number, number, number, number, number, flag, flag, flag)

    def take(self, keep: Flags | Integers) -> SimulatedEpisodes:
        """Some of the episodes, by mask or index."""
        return SimulatedEpisodes(*(getattr(self, entry.name)[keep] for entry in fields(self)))

    def count(self, clients: int) -> Integers:
        """Episodes by client and mode."""
        place = self.client * len(MODES) + self.mode
        return np.bincount(place, minlength=clients * len(MODES)).reshape(clients, len(MODES)).astype(np.int64)

    def __len__(self) -> int:
        return len(self.client)


def join(parts: list[SimulatedEpisodes]) -> SimulatedEpisodes:
    """Several sets of episodes, one after another."""
    return SimulatedEpisodes(
        *(np.concatenate([getattr(part, entry.name) for part in parts]) for entry in fields(SimulatedEpisodes))
    )


def draw_episodes(
    rates: Floats, previous: Integers, day: Integers, attended: Flags, session: int, truth: Truth, rng: Generator
) -> SimulatedEpisodes:
    """Episodes of the days after `previous` up to `day`; `rates` is expected episodes, clients by modes."""
    counts = rng.poisson(rates)
    client = np.repeat(np.arange(len(day)), counts.sum(axis=1))
    mode = np.repeat(np.tile(np.arange(len(MODES)), len(day)), counts.ravel())
    chance = rng.random((6, len(client)))
    first, last = previous[client] + 1, day[client]
    on_day = chance[0] < truth.same_day
    before = ~on_day | (chance[2] < 0.5)
    unknown = (chance[3] < truth.order_unknown) | ~attended[client]
    return SimulatedEpisodes(
        client=client,
        session=np.full(len(client), session),
        mode=mode,
        day=np.where(on_day, last, first + np.floor(chance[1] * (last - first)).astype(np.int64)),
        order=np.where(on_day, np.where(unknown, UNKNOWN, before.astype(np.int64)), NO_ORDER),
        before=before,
        disclosure=(mode == JOINT) & (chance[4] < DISCLOSED),
        debriefed=(mode == JOINT) & (chance[5] < DEBRIEFED),
    )


def split_at_rating(episodes: SimulatedEpisodes, rated: Flags, day: Integers, last: Integers) -> tuple[Flags, Flags, Flags]:
    """Masks over waiting episodes: in the rating's window by the log, in it in truth, and still waiting afterwards.

    `rated` says which clients rate on `day`; `last` is the day of their rating before, or -1 for none. An episode on the day
    of a rating whose order nobody wrote down is in no window by the log, yet in one of the two in truth.
    """
    here, own_last = rated[episodes.client], last[episodes.client]
    today = episodes.day == day[episodes.client]
    start = np.where(own_last >= 0, own_last - 1, day[episodes.client] - FIRST_WINDOW)
    inside = here & (episodes.day > start)
    lost = (episodes.order == UNKNOWN) & (episodes.day == own_last)
    logged = inside & ~lost & (~today | (episodes.order == BEFORE))
    return logged, inside & (~today | episodes.before), ~here | (today & ~episodes.before)
