"""Who is in a study: what lasts with clients and workers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.worlds.law import Law, Size

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class People:
    """What lasts: one entry a client or a worker."""

    worker: Integers  # clients by sessions
    agency: Integers  # of each worker
    need: Floats
    level: Floats  # SD
    slope: Floats
    effect: Floats  # a client's own effect of a joint episode, workers aside
    worker_level: Floats
    worker_effect: Floats  # a worker's own addition to it
    rate: Floats  # log rate of a client, every mode; its exponential is 1 on average
    rate_slope: Floats
    worker_rate: Floats
    frailty: Floats  # workers' log-odds of losing a client
    slow: Floats  # 1 where an episode works a rating later
    drift: Floats  # how far ratings rise with use
    trained: Integers  # the session at which a worker is trained
    feedback: Floats  # what the last rating brings (log rate an SD)
    accompanied: Floats  # 1 where a client is ever accompanied


def draw_people(law: Law, size: Size, rng: Generator) -> People:
    """Who is in the study."""
    n, workers = size.clients, size.workers
    agency = rng.permutation(workers) % max(1, law.agencies)
    agency_level, agency_rate = rng.standard_normal((2, max(1, law.agencies)))
    z, v = rng.standard_normal((5, n)), rng.standard_normal((4, workers))
    rate = law.rate_client_sd * z[2] - law.rate_client_sd**2 / 2
    trend = law.trend_correlation * z[1] + np.sqrt(1 - law.trend_correlation**2) * z[3]
    need = np.clip(np.round(5 + 2 * rng.standard_normal(n)), 0, 10)
    worker_rate = law.rate_worker_sd * v[1] + law.rate_agency_sd * agency_rate[agency]
    more = law.joint_rate * (np.exp(rate) - 1)  # expected joint episodes beyond those of the average client
    worker_more = law.joint_rate * (np.exp(worker_rate) - 1)
    worker = _workers(law, size, rng)
    if law.couples:
        worker[1::2] = worker[: 2 * (n // 2) : 2]
    return People(
        worker=worker,
        agency=agency,
        need=need,
        level=law.client_sd * z[0] + law.between * more + law.need_on_level * (need - 5),
        slope=law.trend_sd * z[1] + law.need_on_trend * (need - 5),
        effect=law.effect + law.client_slope_sd * z[4] + law.bound * more + law.by_need * (need - 5),
        worker_level=law.worker_sd * v[0] + law.agency_sd * agency_level[agency] + law.worker_between * worker_more,
        worker_effect=law.worker_slope_sd * v[2],
        rate=rate + law.need_on_rate * (need - 5),
        rate_slope=law.rate_trend + law.rate_trend_sd * trend,
        worker_rate=worker_rate,
        frailty=law.dropout_worker_sd * v[3],
        slow=(rng.random(n) < law.slow).astype(np.float64) if law.slow else np.zeros(n),
        drift=law.drift + law.drift_sd * (rng.standard_normal(n) if law.drift_sd else np.zeros(n)),
        trained=rng.integers(2, max(3, size.sessions - 2), workers) if law.training else np.zeros(workers, np.int64),
        feedback=law.feedback
        + law.feedback_on_need * (need - 5)
        + (law.feedback_client_sd * rng.standard_normal(n) if law.feedback_client_sd else np.zeros(n)),
        accompanied=(rng.random(n) < law.accompanied).astype(np.float64) if law.accompanied < 1 else np.ones(n),
    )


def _workers(law: Law, size: Size, rng: Generator) -> Integers:
    if law.uneven_caseloads:
        share = rng.dirichlet(np.full(size.workers, 1.5))
        first = np.concatenate([np.arange(size.workers), rng.choice(size.workers, size.clients - size.workers, p=share)])
    else:
        first = rng.permutation(np.arange(size.clients) % size.workers)
    other = (first + rng.integers(1, max(2, size.workers), size.clients)) % size.workers
    change = np.where(rng.random(size.clients) < law.crossed, rng.integers(1, size.sessions, size.clients), size.sessions)
    return np.where(np.arange(size.sessions) >= change[:, None], other[:, None], first[:, None]).astype(np.int64)
