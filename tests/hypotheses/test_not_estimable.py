"""Every case without a number ends in words and counts, never in an exception and never in a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import Exposure, VerdictRules
from pipeline.exposure.link import link
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.vocabulary.results import note_text, reason_text
from tests.hypotheses.studies import COMPUTE, hypothesis, study

Tables = dict[str, pd.DataFrame]


def no_log(tables: Tables, scores: pd.DataFrame) -> None:
    del tables["advocacy"]


def no_joint(tables: Tables, scores: pd.DataFrame) -> None:
    tables["advocacy"] = tables["advocacy"].query("mode != 'joint'")


def no_macro(tables: Tables, scores: pd.DataFrame) -> None:
    tables["advocacy"]["level"] = "micro"


def one_worker(tables: Tables, scores: pd.DataFrame) -> None:
    tables["sessions"]["worker_id"] = "w00"


def two_workers(tables: Tables, scores: pd.DataFrame) -> None:
    tables["sessions"]["worker_id"] = np.where(tables["sessions"]["worker_id"] < "w04", "w00", "w01")


def two_ratings(tables: Tables, scores: pd.DataFrame) -> None:
    tables["sessions"] = tables["sessions"].query("session_number <= 2").reset_index(drop=True)


def constant_exposure(tables: Tables, scores: pd.DataFrame) -> None:
    every_window(tables, lambda number: 1)


def rising_exposure(tables: Tables, scores: pd.DataFrame) -> None:
    every_window(tables, lambda number: number)


def few_vary(tables: Tables, scores: pd.DataFrame) -> None:
    every_window(tables, lambda number: 1)
    log = tables["advocacy"]
    tables["advocacy"] = log.drop(log.index[(log["client_id"] < "c004") & (log["day"] == 13)])


def every_window(tables: Tables, count: Callable[[int], int]) -> None:
    sessions = tables["sessions"]
    rows = np.repeat(np.arange(len(sessions)), [count(n) for n in sessions["session_number"]])
    log = sessions[["client_id", "worker_id", "day"]].iloc[rows].reset_index(drop=True)
    log["day"] -= 1
    tables["advocacy"] = log.assign(mode="joint", setting="court", episode_id=[f"e{i:05d}" for i in range(len(log))])


def constant_outcome(tables: Tables, scores: pd.DataFrame) -> None:
    scores["value"] = 4.0


def nothing_scored(tables: Tables, scores: pd.DataFrame) -> None:
    scores["value"] = np.nan


def one_setting(tables: Tables, scores: pd.DataFrame) -> None:
    tables["advocacy"]["setting"] = "court"


def joint_never_early(tables: Tables, scores: pd.DataFrame) -> None:
    log = tables["advocacy"]
    tables["advocacy"] = log[(log["mode"] != "joint") | (log["day"] > 14)].reset_index(drop=True)


def one_need(tables: Tables, scores: pd.DataFrame) -> None:
    tables["clients"]["mandated"] = pd.array([True] * len(tables["clients"]), dtype="boolean")


def same_need(tables: Tables, scores: pd.DataFrame) -> None:
    tables["clients"]["need_index"] = 5.0


def no_minutes(tables: Tables, scores: pd.DataFrame) -> None:
    tables["advocacy"]["duration_min"] = np.nan


def nobody_leaves(tables: Tables, scores: pd.DataFrame) -> None:
    """As it stands: every client stays to the end."""


def as_it_stands(tables: Tables, scores: pd.DataFrame) -> None:
    """The study has no such thing to begin with."""


JOINT_MINUS_SOLO = {"contrast": {"minus": "worker_solo"}}
CASES: list[tuple[Callable[[Tables, pd.DataFrame], None], dict[str, Any], str]] = [
    (no_log, {}, "no advocacy log"),
    (no_log, {"mediator": {"column": "empathy_client", "lag": 0}}, "no advocacy log"),
    (no_log, {"outcome": {"instrument": "wai_sr", "kind": "dropout"}}, "no advocacy log"),
    (no_joint, {}, "no joint episodes in the log"),
    (no_joint, {"exposure": {"mode": "worker_solo"}, "contrast": {"minus": "joint"}}, "no joint episodes in the log"),
    (no_macro, {"exposure": {"mode": "joint", "level": "macro"}}, "no joint (level macro) episodes"),
    (one_worker, {}, "1 worker, and at least 3 are needed"),
    (two_workers, {}, "2 workers, and at least 3 are needed"),
    (two_ratings, {}, "0 clients with 3 or more usable ratings (of 48), and at least"),
    (constant_exposure, {}, "the exposure does not vary within clients"),
    (constant_exposure, {"effect": "between"}, "the exposure does not vary between clients"),
    (constant_exposure, {"effect": "worker"}, "the exposure does not vary between workers"),
    (few_vary, {}, "the exposure varies within 4 clients, and at least 10 are needed"),
    (rising_exposure, {}, "the exposure rises or falls with time alone"),
    (constant_outcome, {}, "the outcome does not vary within any of 48 clients"),
    (nothing_scored, {}, "is known for none of 384 ratings"),
    (one_setting, {"moderator": "setting"}, "has one level only"),
    (joint_never_early, {"moderator": "phase"}, "in 1 of 4 levels of `phase` the exposure never varies"),
    (one_need, {"moderator": "mandated"}, "the moderator `mandated` has one level only"),
    (same_need, {"moderator": "need_index"}, "the moderator `need_index` has one value only"),
    (no_minutes, {"exposure": {"mode": "joint", "dose": "minutes"}}, "the exposure does not vary within clients"),
    (nobody_leaves, {"outcome": {"instrument": "wai_sr", "kind": "dropout"}}, "0 events"),
    (nobody_leaves, {"outcome": {"instrument": "wai_sr", "kind": "no_show"}}, "0 events"),
    (as_it_stands, {"outcome": {"instrument": "srs"}}, "no ratings on srs by the client"),
    (as_it_stands, {"outcome": {"instrument": "wai_sr", "rater": "worker"}}, "no ratings on wai_sr by the worker"),
    (as_it_stands, {"outcome": {"instrument": "wai_sr", "score": "goal"}}, "the score `goal` is known for none"),
    (as_it_stands, {"outcome": {"instrument": "wai_sr", "kind": "dyad_gap"}}, "so there are no pairs"),
    (as_it_stands, {"covariates": ["crisis"]}, "the study has no column `crisis`"),
    (as_it_stands, {"moderator": "initiated_by"}, "the log has no `initiated_by`"),
    (as_it_stands, {"mediator": {"column": "self_disclosure", "lag": 0}}, "the study has no column `self_disclosure`"),
    (as_it_stands, {"exposure": {"mode": "joint", "lag": 7}}, "usable ratings"),
    (as_it_stands, {"exposure": {"mode": "joint", "setting": "hospital"}}, "no joint (setting hospital) episodes"),
    (as_it_stands, {"exposure": {"mode": "joint", "planned": True}}, "no joint (planned True) episodes"),
]


@pytest.mark.parametrize(("spoil", "changes", "reason"), CASES, ids=lambda value: getattr(value, "__name__", None))
def test_reason(spoil: Callable[[Tables, pd.DataFrame], None], changes: dict[str, Any], reason: str) -> None:
    tables, scores = study()
    spoil(tables, scores)
    occasions, ledger, _ = link(tables, scores, Exposure())
    declared = hypothesis(**changes)
    result = evaluate(declared, occasions, ledger, COMPUTE)
    assert result.status == "not_estimable"
    assert reason in reason_text(result.reason, exact=True)
    assert result.tested is None
    assert result.battery == ()
    verdict = judge_study({"h": result}, {"h": declared}, VerdictRules()).hypotheses["h"]
    assert verdict.verdict == "not estimable"
    assert verdict.reason == result.reason


def test_few_workers_get_kenward_roger_and_are_told() -> None:
    tables, scores = study()
    occasions, ledger, _ = link(tables, scores, Exposure())
    result = evaluate(hypothesis(), occasions, ledger, COMPUTE)
    assert any("Kenward and Roger" in note_text(note) for note in result.notes)


def test_counts_say_where_rows_went() -> None:
    tables, scores = study()
    scores.loc[scores["session_id"] < "s00016", "value"] = np.nan
    occasions, ledger, _ = link(tables, scores, Exposure())
    counts = evaluate(hypothesis(exposure={"mode": "joint", "lag": 1}), occasions, ledger, COMPUTE).counts
    assert [row.rows for row in counts] == [384, 368, 322, 322, 322]
    assert [row.clients for row in counts] == [48, 46, 46, 46, 46]
