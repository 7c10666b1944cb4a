"""Who is in the built-in study: workers in agencies, and clients whose profile is shared by at least K_ANONYMITY of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipeline.simulate.arrays import Flags, Floats, Integers, Texts
from pipeline.simulate.truth import Truth

K_ANONYMITY = 5
WORKERS_AN_AGENCY = 8
PROFILE_SHARES = {  # from most to least common; rare ones are merged into the most common
    "gender": {"female": 0.58, "male": 0.42},
    "race_ethnicity": {"black": 0.38, "latine": 0.34, "white": 0.28},
    "age_band": {"30-44": 0.45, "18-29": 0.30, "45-64": 0.25},
    "language": {"english": 0.80, "spanish": 0.20},
}
PROGRAMS = ("family_preservation", "outpatient", "reentry", "housing_first")
BARRIERS = ("childcare", "cost", "documents", "housing", "language", "schedule", "stigma", "transport")
REFERRALS = ("self", "hospital", "school", "court", "child_welfare", "community")
DISCIPLINES = ("social_work", "counseling", "psychology")
EXPERIENCE = ("0-2", "3-9", "10+")
CASELOADS = ("under_15", "15-24", "25+")


@dataclass(frozen=True)
class SimulatedWorkers:
    """One entry a worker; `effect` and `joint` (what a joint episode adds with them) in points, `rate` on the log scale."""

    agency: Integers
    discipline: Texts
    experience: Texts
    caseload: Texts
    effect: Floats
    rate: Floats
    joint: Floats


@dataclass(frozen=True)
class SimulatedClients:
    """One entry a client; `next_worker` takes over from session `change_after` (counted from 0; -1 for never)."""

    worker: Integers
    next_worker: Integers
    change_after: Integers
    profile: dict[str, Texts]
    program: Texts
    mandated: Flags
    need: Floats
    barriers: Texts
    referral: Texts


def draw_workers(n: int, truth: Truth, rng: Generator) -> SimulatedWorkers:
    """`n` workers, about WORKERS_AN_AGENCY to an agency."""
    agencies = max(1, round(n / WORKERS_AN_AGENCY))
    return SimulatedWorkers(
        agency=rng.permutation(np.arange(n) % agencies),
        discipline=rng.choice(DISCIPLINES, n, p=(0.6, 0.25, 0.15)),
        experience=rng.choice(EXPERIENCE, n, p=(0.3, 0.4, 0.3)),
        caseload=rng.choice(CASELOADS, n, p=(0.3, 0.45, 0.25)),
        effect=truth.worker_sd * rng.standard_normal(n),
        rate=truth.rate_worker_sd * rng.standard_normal(n),
        joint=truth.joint_worker_sd * rng.standard_normal(n) if truth.joint_worker_sd else np.zeros(n),
    )


def draw_clients(n: int, sessions: int, workers: SimulatedWorkers, truth: Truth, rng: Generator) -> SimulatedClients:
    """`n` clients spread evenly over the workers; some get another worker of the same agency on their way."""
    worker = rng.permutation(np.arange(n) % len(workers.agency))
    next_worker = _colleague(worker, workers.agency, rng)
    changes = (rng.random(n) < truth.change_of_worker) & (next_worker != worker)
    after = rng.integers(max(1, sessions // 4), max(2, 3 * sessions // 4), n)
    need = np.clip(np.round(rng.normal(5, 2, n)), 0, 10)
    return SimulatedClients(
        worker=worker,
        next_worker=np.where(changes, next_worker, worker),
        change_after=np.where(changes, after, -1),
        profile=draw_profiles(n, rng),
        program=rng.choice(PROGRAMS, n, p=(0.35, 0.3, 0.2, 0.15)),
        mandated=rng.random(n) < 0.3,
        need=need,
        barriers=_barriers(need, rng),
        referral=rng.choice(REFERRALS, n, p=(0.25, 0.15, 0.15, 0.15, 0.2, 0.1)),
    )


def draw_profiles(n: int, rng: Generator) -> dict[str, Texts]:
    """Age band, gender, race/ethnicity and language of `n` clients: each combination held by K_ANONYMITY of them or more."""
    codes = np.stack([rng.choice(len(shares), n, p=tuple(shares.values())) for shares in PROFILE_SHARES.values()])
    for attribute in reversed(range(len(codes))):  # coarsen language first, gender last, until no combination is rare
        rare = _count_alike(codes) < K_ANONYMITY
        codes[attribute, rare] = 0
    codes[:, _count_alike(codes) < K_ANONYMITY] = 0  # what is still rare joins the most common profile
    codes[:, _count_alike(codes) < K_ANONYMITY] = codes[:, [int(np.argmax(_count_alike(codes)))]]
    names = {name: np.array(list(shares)) for name, shares in PROFILE_SHARES.items()}
    return {name: labels[codes[row]] for row, (name, labels) in enumerate(names.items())}


def _count_alike(codes: Integers) -> Integers:
    key = np.ravel_multi_index(tuple(codes), tuple(len(shares) for shares in PROFILE_SHARES.values()))
    alike: Integers = np.bincount(key)[key]
    return alike


def _colleague(worker: Integers, agency: Integers, rng: Generator) -> Integers:
    """For each client, a worker of the same agency drawn at random (perhaps the same one)."""
    order = np.argsort(agency, kind="stable")
    first = np.searchsorted(agency[order], agency[worker])
    size = np.bincount(agency)[agency[worker]]
    found: Integers = order[first + np.floor(rng.random(len(worker)) * size).astype(np.int64)]
    return found


def _barriers(need: Floats, rng: Generator) -> Texts:
    """Codes joined by `;`, more of them where need is higher; an empty string for none."""
    held = rng.random((len(need), len(BARRIERS))) < (0.05 + 0.03 * need)[:, None]
    return np.array([";".join(code for code, has in zip(BARRIERS, row, strict=True) if has) for row in held], dtype=object)
