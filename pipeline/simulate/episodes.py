"""Advocacy episodes: how many, when, and which of them a rating comes after."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.random import Generator

from pipeline.simulate.truth import Truth

MODES = ("joint", "worker_solo", "client_solo", "concrete")
JOINT = 0
AFTER, BEFORE, UNKNOWN = 0, 1, -1  # the recorded order on the day of a session
NO_ORDER = 2  # an episode on another day


@dataclass(frozen=True)
class Episodes:
    """One entry an episode; `before` is what truly happened, `order` what the log holds."""

    client: np.ndarray
    session: np.ndarray  # index of the next session, counted from 0
    mode: np.ndarray
    day: np.ndarray
    order: np.ndarray
    before: np.ndarray
    disclosure: np.ndarray
    debriefed: np.ndarray

    def take(self, keep: np.ndarray) -> Episodes:
        """Some of the episodes, by mask or index."""
        return Episodes(*(getattr(self, entry.name)[keep] for entry in fields(self)))

    def __len__(self) -> int:
        return len(self.client)


def join(parts: list[Episodes]) -> Episodes:
    """Several sets of episodes, one after another."""
    return Episodes(*(np.concatenate([getattr(part, entry.name) for part in parts]) for entry in fields(Episodes)))


def draw_episodes(
    rates: np.ndarray,
    previous: np.ndarray,
    day: np.ndarray,
    attended: np.ndarray,
    session: int,
    truth: Truth,
    rng: Generator,
) -> Episodes:
    """Episodes of the days after `previous` up to `day`; `rates` is expected episodes, clients by modes."""
    counts = rng.poisson(rates)
    client = np.repeat(np.arange(len(day)), counts.sum(axis=1))
    mode = np.repeat(np.tile(np.arange(len(MODES)), len(day)), counts.ravel())
    n = len(client)
    chance = rng.random((6, n))
    first, last = previous[client] + 1, day[client]
    on_day = chance[0] < truth.same_day
    drawn = first + np.floor(chance[1] * (last - first)).astype(np.int64)
    before = ~on_day | (chance[2] < 0.5)
    unknown = (chance[3] < truth.order_unknown) | ~attended[client]
    order = np.where(on_day, np.where(unknown, UNKNOWN, before.astype(np.int64)), NO_ORDER)
    return Episodes(
        client=client,
        session=np.full(n, session),
        mode=mode,
        day=np.where(on_day, last, drawn),
        order=order,
        before=before,
        disclosure=(mode == JOINT) & (chance[4] < 0.4),
        debriefed=(mode == JOINT) & (chance[5] < 0.6),
    )


def split_at_rating(
    episodes: Episodes, rated: np.ndarray, day: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Masks over pending episodes: in the rating's window by the log, in it in truth, and still pending afterwards.

    `rated` says which clients rate on `day`; `start` is the last day before their window.
    """
    here = rated[episodes.client]
    on_day = episodes.day == day[episodes.client]
    inside = here & (episodes.day > start[episodes.client])
    in_truth = inside & (~on_day | episodes.before)
    logged = inside & (~on_day | (episodes.order == BEFORE))
    pending = ~here | (on_day & ~episodes.before) | (on_day & (episodes.order == AFTER))
    return logged, in_truth, pending
