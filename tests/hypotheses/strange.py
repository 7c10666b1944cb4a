"""Strange small studies and random hypotheses about them, for whatever must hold of any of both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from pipeline.base.params import Compute, Hypothesis
from pipeline.hypotheses.rules import hypothesis_problems
from tests.hypotheses.studies import hypothesis, study

Random = np.random.Generator
Tables = dict[str, pd.DataFrame]
COVARIATES = ("phase", "crisis", "need_index", "mandated", "gap", "modality", "barriers", "worker_changed")
MODERATORS = ("setting", "phase", "mandated", "need_index", "barriers", "debriefed", "level", "crisis", "program")
FILTERS = {"setting": "court", "level": "macro", "debriefed": True, "planned": True, "initiated_by": "client"}
KINDS = ("score", "score", "score", "dyad_gap", "no_show", "dropout")


def strange_study(random: Random) -> tuple[Tables, pd.DataFrame]:
    """A study of at most 64 clients in which anything may be missing, constant, rare or out of order."""
    tables, scores = study(
        workers=int(random.choice([1, 2, 4, 6, 8])),
        per_worker=int(random.choice([1, 3, 5, 8])),
        sessions=int(random.choice([1, 3, 5, 9])),
        effect=float(random.choice([0.0, 0.4])),
        rates=tuple(random.choice([0.0, 0.05, 0.5, 0.5, 0.5, 1.5], 4)),
        seed=int(random.integers(1_000_000)),
    )
    _spoil_sessions(tables, random)
    _spoil_people(tables, random)
    _spoil_log(tables, random)
    return tables, _spoil_scores(_second_rater(scores, random), random)


def _spoil_sessions(tables: Tables, random: Random) -> None:
    sessions = tables["sessions"]
    if random.random() < 0.2:
        tables["sessions"] = sessions = sessions.sample(frac=0.5, random_state=1).sort_index().reset_index(drop=True)
    n = len(sessions)
    sessions["attendance"] = np.where(random.random(n) < random.choice([0, 0.1, 0.5]), "no_show", "attended")
    if random.random() < 0.5:
        sessions["crisis"] = pd.array(random.random(n) < random.choice([0, 0.1, 1]), dtype="boolean")
    if random.random() < 0.3:
        sessions["phase"] = sessions["phase"].mask(random.random(n) < random.choice([0.1, 1.0]))
    if random.random() < 0.3:
        sessions["empathy_client"] = 3.0
    if random.random() < 0.3:
        sessions.loc[random.random(n) < 0.5, "empathy_client"] = np.nan
    if random.random() < 0.2:
        sessions["worker_id"] = random.permutation(sessions["worker_id"].to_numpy())
    if random.random() < 0.1:
        sessions["day"] = pd.array(random.permutation(sessions["day"].to_numpy(dtype=int)), dtype="Int64")


def _spoil_people(tables: Tables, random: Random) -> None:
    people = tables["clients"]
    if random.random() < 0.3:
        people["need_index"] = float(random.choice([5, np.nan]))
    if random.random() < 0.3:
        people.loc[random.random(len(people)) < 0.5, "mandated"] = pd.NA
    if random.random() < 0.3:
        people["barriers"] = random.choice(np.array(["", "housing", "housing;cost", None], dtype=object), len(people))
    if random.random() < 0.1:
        del tables["clients"]


def _spoil_log(tables: Tables, random: Random) -> None:
    log = tables["advocacy"]
    n = len(log)
    if random.random() < 0.3:
        log.loc[random.random(n) < random.choice([0.1, 1.0]), "duration_min"] = np.nan
    if random.random() < 0.3:
        log["setting"] = log["setting"].mask(random.random(n) < random.choice([0.3, 1.0]))
    if random.random() < 0.3:
        log["debriefed"] = pd.array([None] * n, dtype="boolean")
    if random.random() < 0.2:
        log["order"] = random.choice(np.array(["before_session", "after_session", None], dtype=object), n)
    if random.random() < 0.2:
        log["day"] = log["day"].clip(upper=14)  # all episodes before the second rating
    if n and random.random() < 0.1:
        tables["advocacy"] = log[log["client_id"] == log["client_id"].iloc[0]].reset_index(drop=True)
    if random.random() < 0.04:
        del tables["advocacy"]


def _second_rater(scores: pd.DataFrame, random: Random) -> pd.DataFrame:
    if random.random() < 0.5:
        return scores
    other = scores.sample(frac=float(random.choice([1, 0.5, 0.02])), random_state=1).assign(rater="worker")
    other["value"] += random.normal(0, 0.3, len(other))
    return pd.concat([scores, other], ignore_index=True)


def _spoil_scores(scores: pd.DataFrame, random: Random) -> pd.DataFrame:
    chance = random.random()
    if chance < 0.07:
        scores["value"] = 3.0
    elif chance < 0.14:
        scores["value"] = scores["value"].mask(scores["score"] == "task")
    elif chance < 0.18:
        scores["value"] = np.nan
    elif chance < 0.3:
        scores["value"] = scores["value"].round()
    elif chance < 0.36:
        scores["value"] = np.where(random.random(len(scores)) < 0.02, scores["value"], 3.0)
    return scores


def random_hypothesis(random: Random) -> Hypothesis:
    """Any hypothesis that params.yaml may hold."""
    while True:
        try:
            declared = _declaration(random)
            if declared["exposure"]["dose"] == "minutes":
                declared["smallest_effect"] = 0.002  # an effect for each minute
            found = hypothesis(**declared)
        except ValidationError:
            continue
        if not list(hypothesis_problems("h", found)):
            return found


def _declaration(random: Random) -> dict[str, Any]:
    def one(*options: Any) -> Any:
        return options[int(random.integers(len(options)))]

    declared: dict[str, Any] = {
        "role": one("confirmatory", "exploratory"),
        "predicted": one("positive", "negative", "none"),
        "effect": one("within", "within", "within", "between", "worker", "contextual"),
        "time": one("session_number", "day"),
        "exposure": {
            "mode": one("joint", "joint", "worker_solo", "client_solo", "concrete"),
            "dose": one("count", "any", "minutes", "decay(7)"),
            "lag": one(0, 0, 0, 1, 2, 3),
        },
        "outcome": {
            "instrument": "wai_sr",
            "score": one("total", "bond"),
            "rater": one("client", "client", "client", "worker"),
            "kind": one(*KINDS),
        },
        "covariates": [name for name in COVARIATES if random.random() < 0.07],
    }
    if random.random() < 0.25:
        name = one(*FILTERS)
        declared["exposure"][name] = FILTERS[name]
    return declared | _form(random, one)


def _form(random: Random, one: Any) -> dict[str, Any]:
    chance = random.random()
    if chance < 0.15:
        return {"contrast": {"minus": one("worker_solo", "concrete", "joint")}}
    if chance < 0.3:
        return {"contrast": {"outcome_minus": "task"}}
    if chance < 0.5:
        level = {"moderator_level": one("court", "yes", "engagement", "no_such")} if random.random() < 0.3 else {}
        return {"moderator": one(*MODERATORS), **level}
    if chance < 0.65:
        return {"mediator": {"column": one("empathy_client", "self_disclosure"), "lag": one(0, 1, 2)}}
    if chance < 0.8:
        return {"random": {"client_id": ["intercept", *one([], ["time"], ["exposure"])]}}
    return {}


def lenient(random: Random) -> Compute:
    """Rules of what is too little, down to the lowest a study may set."""
    return Compute(
        min_clients=int(random.choice([10, 4, 2])),
        min_workers=int(random.choice([3, 2])),
        min_ratings=int(random.choice([3, 2])),
        draws=1_000,
    )
