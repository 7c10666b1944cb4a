"""A planned study: its size, how advocacy comes and ratings go missing, and how clients and workers vary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PlannedDesign:
    """The size and the course of a planned study.

    `workers`, `clients` (of a worker), `sessions` (planned for a client); `rate` episodes in the window before a rating, on
    average, and `spread`, the SD of clients' own rates over that mean; `missed`, the share of ratings that are not given;
    `dropout`, the chance that a client stays away for good, each session.
    """

    workers: int
    clients: int
    sessions: int
    rate: float = 0.4
    spread: float = 0.5
    missed: float = 0.0
    dropout: float = 0.0


@dataclass(frozen=True)
class Variation:
    """How ratings vary, in within-client SDs of the rating (so that these SDs speak the units of the effect).

    `client`, `worker`: SDs of clients' and workers' levels; `client_effect`, `worker_effect`: SDs of the effect of one
    episode over clients and over workers; `trend`: SD of clients' own slopes in time, a session.
    """

    client: float = 1.0
    worker: float = 0.3
    client_effect: float = 0.1
    worker_effect: float = 0.05
    trend: float = 0.03


@dataclass(frozen=True)
class Drawn:
    """One drawn course of a planned design: episodes since the last rating [clients, sessions], whether a rating is there,
    each client's worker, sessions since the last rating. Where a rating is missed, the next window holds its episodes, too.
    """

    dose: Floats
    rated: NDArray[np.bool_]
    worker: NDArray[np.int64]
    window: Floats


def draw(design: PlannedDesign, seed: int) -> Drawn:
    """Draw who is accompanied when and which ratings are there; equal seeds share their numbers across designs."""
    rng = np.random.Generator(np.random.PCG64(seed))
    n, sessions = design.workers * design.clients, design.sessions
    shape = 1.0 / max(design.spread, 1e-6) ** 2
    own = rng.gamma(shape, design.rate / shape, n) if design.spread > 0.0 else np.full(n, design.rate)
    dose = rng.poisson(own[:, None], (n, sessions)).astype(np.float64)
    stays = np.cumprod(rng.random((n, sessions)) >= design.dropout, axis=1).astype(bool)
    rated = stays & (rng.random((n, sessions)) >= design.missed)
    window = _since_last(np.ones_like(dose), rated)
    first = rated & (np.cumsum(rated, axis=1) == 1)  # a first window's length is not known: the model gives it the usual one
    window[first] = 1.0
    return Drawn(_since_last(dose, rated), rated, np.repeat(np.arange(design.workers), design.clients), window)


def _since_last(dose: Floats, rated: NDArray[np.bool_]) -> Floats:
    so_far = np.cumsum(dose, axis=1)
    told = np.maximum.accumulate(np.where(rated, so_far, 0.0), axis=1)
    before = np.hstack([np.zeros((len(dose), 1)), told[:, :-1]])
    return np.where(rated, so_far - before, 0.0)
