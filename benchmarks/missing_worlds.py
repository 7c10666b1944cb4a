"""Studies with gaps whose mechanism is known: who is missing depends on an auxiliary, on past ratings, on nothing ...

In all of them the rating of a session answers to the joint advocacy of that session's own window, each client by a slope of
their own; each worker and client has a level of their own; and an auxiliary (asked in every session) knows something of the
rating. Sizes: 20 workers, 120 clients, 8 sessions; about 30% of what can be missing is. Each study can be had whole, too:
the same draws with nothing missing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.base.params import Hypothesis

WORKERS, CLIENTS, SESSIONS = 20, 120, 8
EFFECT = 0.15  # points of the rating for an episode; the rating's SD within clients is about 1
SLOPES = 0.25  # SD between clients of the effect
SHARE = 0.3
IMPUTATIONS = 10  # at FMI near .3, enough for degrees of freedom above 100
WORLDS = (
    "complete",
    "mcar",
    "mar_auxiliary",
    "mar_past",
    "dropout_last",
    "moderator",
    "mediator",
    "null_mar_auxiliary",
    "null_mar_past",
)


@dataclass(frozen=True)
class Study:
    """Tables, scores, the hypothesis, its true number and the SD biases are told in."""

    tables: dict[str, pd.DataFrame]
    scores: pd.DataFrame
    plan: Hypothesis
    truth: float
    sd: float = 1.0


def study_of(world: str, seed: int, *, whole: bool = False) -> Study:
    """One study of a world; `whole`: with nothing missing."""
    random = np.random.default_rng([seed, WORLDS.index(world)])
    effect = 0.0 if world.startswith("null") else EFFECT
    n = CLIENTS * SESSIONS
    client, number = np.repeat(np.arange(CLIENTS), SESSIONS), np.tile(np.arange(SESSIONS), CLIENTS)
    worker = np.arange(CLIENTS) % WORKERS
    need = random.normal(0, 1, CLIENTS)
    v, u = random.normal(0, 0.3, WORKERS), random.normal(0, 0.7, CLIENTS)
    eager = np.exp(random.normal(0, 0.3, CLIENTS))
    dose = random.poisson(0.7 * eager[client])
    by_need = 0.1 if world == "moderator" else 0.0
    common = random.normal(0, 1, n)
    own = random.normal(0, 0.4, CLIENTS)
    helper = (0.6 * (u + v[worker]) + own)[client] + 0.8 * common + random.normal(0, 0.6, n)
    noise = 0.7 * common + np.sqrt(1 - 0.49) * random.normal(0, 1, n)
    felt = 0.2 * dose + 0.5 * common + 0.5 * u[client] + random.normal(0, 0.7, n)  # the mediator, in the session itself
    slope = effect + by_need * need + random.normal(0, SLOPES, CLIENTS)
    y = (u + v[worker])[client] + slope[client] * dose + 0.03 * number + noise
    if world == "mediator":
        before = np.where(number > 0, np.roll(felt, 1), 0.0)
        y = (u + v[worker])[client] + 0.3 * before + 0.03 * number + random.normal(0, 1, n)
    need_seen, felt_seen = need.copy(), felt.copy()
    rated, came = np.ones(n, dtype=bool), np.ones(n, dtype=bool)
    chance = random.random(n)
    if whole:
        return _study(world, client, number, worker, dose, y, helper, felt, need, rated, came, effect)
    if world == "mcar":
        rated = chance >= SHARE
    elif world.endswith("mar_auxiliary"):
        rated = chance >= _share(-1.2 * helper)
    elif world.endswith("mar_past"):
        rated = _by_past(y, number, chance)
    elif world == "dropout_last":
        came = _staying(y, number, chance)
        rated = came
    elif world == "moderator":
        first = y[number == 0]
        need_seen[random.random(CLIENTS) < _share(1.0 * (first - first.mean()))] = np.nan
    elif world == "mediator":
        felt_seen[chance < _share(-1.2 * helper)] = np.nan
    return _study(world, client, number, worker, dose, y, helper, felt_seen, need_seen, rated, came, effect)


def _share(logit: np.ndarray) -> np.ndarray:
    """Chances of being missing, about `SHARE` on average, rising with `logit`."""
    centered = logit - logit.mean()
    return 1.0 / (1.0 + np.exp(-(centered + np.log(SHARE / (1 - SHARE)) - 0.2)))


def _by_past(y: np.ndarray, number: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """A rating is skipped more often where the last one that was given was low."""
    rated, last = np.ones(len(y), dtype=bool), 0.0
    for i in range(len(y)):
        if number[i] == 0:
            last = y[i]
            continue
        rated[i] = chance[i] >= 1.0 / (1.0 + np.exp(1.0 * last + 1.0))
        last = y[i] if rated[i] else last
    return rated


def _staying(y: np.ndarray, number: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Clients leave after a low rating, and do not come back."""
    came, here = np.ones(len(y), dtype=bool), True
    for i in range(len(y)):
        if number[i] == 0:
            here = True
        elif here and number[i] > 1:
            here = chance[i] >= 1.0 / (1.0 + np.exp(1.5 * y[i - 1] + 2.0))
        came[i] = here
    return came


def _study(
    world: str, client: np.ndarray, number: np.ndarray, worker: np.ndarray, dose: np.ndarray, y: np.ndarray,
    helper: np.ndarray, felt: np.ndarray, need: np.ndarray, rated: np.ndarray, came: np.ndarray, effect: float,
) -> Study:  # fmt: skip
    ids = np.array([f"s{i:06d}" for i in range(len(client))])
    sessions = pd.DataFrame(
        {
            "session_id": ids,
            "client_id": [f"c{i:04d}" for i in client],
            "worker_id": [f"w{i:03d}" for i in worker[client]],
            "day": pd.array(14 + 7 * number, dtype="Int64"),
            "session_number": number + 1,
            "attendance": "attended",
            "empathy_client": felt,
            "co_construction": helper,
        }
    )[came]
    clients = pd.DataFrame({"client_id": [f"c{i:04d}" for i in range(CLIENTS)], "need_index": need})
    workers = pd.DataFrame({"worker_id": sorted(set(sessions["worker_id"]))})
    at = np.repeat(np.arange(len(client)), np.where(came, dose, 0))
    log = pd.DataFrame(
        {
            "episode_id": [f"e{i:06d}" for i in range(len(at))],
            "client_id": [f"c{i:04d}" for i in client[at]],
            "worker_id": [f"w{i:03d}" for i in worker[client[at]]],
            "day": pd.array(14 + 7 * number[at] - 3, dtype="Int64"),
            "mode": "joint",
            "order": pd.NA,
        }
    )
    given = rated & came
    scores = pd.DataFrame(
        {"session_id": ids[given], "instrument": "wai_sr", "rater": "client", "score": "total", "value": y[given]}
    )
    tables = {"sessions": sessions.reset_index(drop=True), "clients": clients, "workers": workers, "advocacy": log}
    return Study(tables, scores, _plan(world), *_truth(world, effect))


def _plan(world: str) -> Hypothesis:
    plan: dict[str, object] = {
        "role": "exploratory",
        "claim": "A world of the benchmark.",
        "outcome": {"instrument": "wai_sr"},
        "exposure": {"mode": "joint"},
        "predicted": "positive",
        "smallest_effect": 0.1,
        "random": {"worker_id": ["intercept"], "client_id": ["intercept", "exposure"]},
        "missing": {"method": "beside", "imputations": IMPUTATIONS, "auxiliary": ["co_construction"]},
    }
    if world == "moderator":
        plan["moderator"] = "need_index"
    if world == "mediator":
        plan |= {"exposure": {"mode": "joint", "lag": 1}, "mediator": {"column": "empathy_client", "lag": 1}}
    return Hypothesis.model_validate_json(json.dumps(plan))


def _truth(world: str, effect: float) -> tuple[float, float]:
    return {"moderator": (0.1, 1.0), "mediator": (0.2 * 0.3, 1.0)}.get(world, (effect, 1.0))
