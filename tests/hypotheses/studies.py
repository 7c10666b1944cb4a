"""Small studies for tests, made in the form `link` leaves behind, with a known effect."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from pipeline.base.params import Compute, Exposure, Hypothesis
from pipeline.exposure.link import link

COMPUTE = Compute()
PHASES = ["engagement", "assessment", "intervention", "evaluation"]


def hypothesis(**changes: Any) -> Hypothesis:
    base: dict[str, Any] = {
        "role": "confirmatory",
        "claim": "More joint advocacy than usual goes with a better alliance.",
        "outcome": {"instrument": "wai_sr"},
        "exposure": {"mode": "joint"},
        "predicted": "positive",
        "smallest_effect": 0.1,
    }
    return Hypothesis.model_validate_json(json.dumps(base | changes))


def study(
    workers: int = 8,
    per_worker: int = 6,
    sessions: int = 8,
    effect: float = 0.4,
    rates: tuple[float, float, float, float] = (0.6, 0.5, 0.4, 0.3),
    seed: int = 1,
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Canonical tables and scores; `rates` of joint, worker_solo, client_solo, concrete episodes between two sessions."""
    random = np.random.default_rng(seed)
    clients = workers * per_worker
    client = np.repeat(np.arange(clients), sessions)
    number = np.tile(np.arange(1, sessions + 1), clients)
    table = pd.DataFrame(
        {
            "session_id": [f"s{i:05d}" for i in range(len(client))],
            "client_id": [f"c{i:03d}" for i in client],
            "worker_id": [f"w{i // per_worker:02d}" for i in client],
            "day": 7 * number,
            "session_number": number,
            "attendance": "attended",
            "phase": pd.Categorical([PHASES[min(4 * (n - 1) // sessions, 3)] for n in number], categories=PHASES),
            "empathy_client": random.normal(5, 1, len(client)).round(2),
        }
    ).astype({"day": "Int64"})
    people = pd.DataFrame({"client_id": [f"c{i:03d}" for i in range(clients)], "need_index": random.normal(5, 2, clients)})
    people["mandated"] = pd.array(random.random(clients) < 0.4, dtype="boolean")
    counts = {mode: random.poisson(rate, len(client)) for mode, rate in zip(MODES, rates, strict=True)}
    level = np.repeat(random.normal(0, 0.6, clients), sessions) + np.repeat(
        random.normal(0, 0.4, workers), per_worker * sessions
    )
    value = 3.5 + level + effect * counts["joint"] + 0.02 * number + random.normal(0, 0.5, len(client))
    ids = table["session_id"]
    scores = [
        pd.DataFrame({"session_id": ids, "score": name, "value": value + random.normal(0, 0.2, len(ids))})
        for name in ("total", "bond", "task")
    ]
    long = pd.concat(scores, ignore_index=True).assign(instrument="wai_sr", rater="client")
    log = episodes(table, counts, random)
    return {"sessions": table, "clients": people, "advocacy": log}, long


MODES = ("joint", "worker_solo", "client_solo", "concrete")


def episodes(table: pd.DataFrame, counts: dict[str, np.ndarray], random: np.random.Generator) -> pd.DataFrame:
    parts = []
    for mode, count in counts.items():
        row = np.repeat(np.arange(len(table)), count)
        part = table[["client_id", "worker_id"]].iloc[row].reset_index(drop=True)
        part["day"] = table["day"].to_numpy(dtype=int)[row] - random.integers(1, 7, len(row))
        parts.append(part.assign(mode=mode))
    log = pd.concat(parts, ignore_index=True)
    log["episode_id"] = [f"e{i:05d}" for i in range(len(log))]
    log["setting"] = random.choice(["court", "school", "social_services"], len(log))
    log["level"] = random.choice(["micro", "macro"], len(log))
    log["duration_min"] = random.integers(10, 90, len(log)).astype(float)
    log["debriefed"] = pd.array(random.random(len(log)) < 0.5, dtype="boolean")
    return log.astype({"day": "Int64"})


@cache
def linked(**settings: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Occasions and ledger of a study."""
    tables, scores = study(**settings)
    occasions, ledger, _ = link(tables, scores, Exposure())
    return occasions, ledger
