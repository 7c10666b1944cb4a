"""What lasts: clients' own level, trend and habits, and from them the lasting alliance and the expected episodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipeline.simulate.arrays import Floats, Integers
from pipeline.simulate.episodes import JOINT, MODES
from pipeline.simulate.items import ITEMS, SUBSCALES
from pipeline.simulate.people import SimulatedClients, SimulatedWorkers
from pipeline.simulate.truth import Truth

PHASES = ("engagement", "assessment", "intervention", "evaluation")
PHASE_ENDS = (0.15, 0.35, 0.85)  # share of the sessions by which each phase but the last ends
INTERVENTION = 2
EMPATHY = (0.5, 0.4)  # felt empathy of a client: by how it goes with the client's alliance, and by itself (SD, points)
RAREST = 1e-12  # keeps the logarithm of a rate of zero finite


@dataclass(frozen=True)
class Traits:
    """What stays with a client: points, but `rate` and `rate_slope` (log rate, and log rate a session)."""

    level: Floats
    slope: Floats
    effect: Floats  # of a joint episode, beyond the average effect
    subscale: Floats  # clients by goal, task, bond
    items: Floats  # clients by items
    rate: Floats
    rate_slope: Floats
    empathy: Floats


def phase_of(sessions: int) -> Integers:
    """The phase (0 to 3) of each session of a course of this length."""
    return np.searchsorted(np.array(PHASE_ENDS), (np.arange(sessions) + 0.5) / sessions).astype(np.int64)


def centered(sessions: int) -> Floats:
    """Session numbers around the middle of the course."""
    return np.arange(sessions, dtype=np.float64) - (sessions - 1) / 2


def draw_traits(n: int, truth: Truth, rng: Generator) -> Traits:
    """What stays with each of `n` clients."""
    z = rng.standard_normal((6, n))
    shared = truth.trend_correlation
    rate_trend = shared * z[1] + np.sqrt(1 - shared**2) * z[4]
    return Traits(
        level=truth.client_sd * z[0],
        slope=truth.trend_sd * z[1],
        effect=truth.joint_slope_sd * z[2],
        subscale=truth.subscale_sd * rng.standard_normal((n, len(SUBSCALES))),
        items=truth.item_client_sd * rng.standard_normal((n, ITEMS)),
        rate=truth.rate_client_sd * z[3] - truth.rate_client_sd**2 / 2,
        rate_slope=truth.advocacy_trend + truth.advocacy_trend_sd * rate_trend,
        empathy=EMPATHY[0] * z[0] + EMPATHY[1] * z[5],
    )


def log_rates(
    clients: SimulatedClients, workers: SimulatedWorkers, worker: Integers, traits: Traits, truth: Truth
) -> Floats:
    """Expected episodes between two sessions, apart from crises and feedback: log, clients by sessions by modes.

    `worker` is the worker of each session, clients by sessions.
    """
    sessions = worker.shape[1]
    rates = np.array([truth.joint_rate, truth.worker_solo_rate, truth.client_solo_rate, truth.concrete_rate])
    own = traits.rate + truth.rate_need * (clients.need - 5)
    phase = truth.rate_intervention * (phase_of(sessions) == INTERVENTION)
    log = np.log(np.maximum(rates, RAREST)) + own[:, None, None] + phase[None, :, None]
    log[:, :, JOINT] += workers.rate[worker] + traits.rate_slope[:, None] * centered(sessions)
    result: Floats = log + np.zeros((1, 1, len(MODES)))
    return result


def lasting_alliance(workers: SimulatedWorkers, worker: Integers, traits: Traits, truth: Truth) -> Floats:
    """The alliance apart from crises, passing deviations and episodes: points, clients by sessions."""
    sessions = worker.shape[1]
    course = truth.alliance_start + truth.alliance_trend * np.arange(sessions) + truth.phase_step * phase_of(sessions)
    level: Floats = course + traits.level[:, None] + traits.slope[:, None] * centered(sessions) + workers.effect[worker]
    return level


def habit_alliance(workers: SimulatedWorkers, worker: Integers, traits: Traits, truth: Truth) -> Floats:
    """What a client's and a worker's habit of joint advocacy adds beside the episodes: points, clients by sessions."""
    client = truth.joint_rate * (np.exp(traits.rate) - 1)
    own_worker = truth.joint_rate * (np.exp(workers.rate[worker]) - 1)
    added: Floats = truth.joint_between * client[:, None] + truth.joint_worker * own_worker
    return added
