"""What `check` says of hypotheses that cannot be meant as they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import load
from pipeline.hypotheses.design.sample import how_many
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.rules import check_params
from tests.hypotheses.studies import COMPUTE, hypothesis, linked

ROOT = Path(__file__).parents[2]


def problems(**changes: Any) -> list[str]:
    shipped = load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params = shipped.model_copy(update={"hypotheses": {"h": hypothesis(**changes)}})
    return [str(problem) for problem in check_params(params)]


DROPOUT = {"outcome": {"instrument": "wai_sr", "kind": "dropout"}}
CASES: list[tuple[dict[str, Any], str]] = [
    ({"covariates": ["phse"]}, "did you mean `phase`?"),
    ({"covariates": ["phase", "phase"]}, "names a column twice"),
    ({"moderator": "settings"}, "did you mean `setting`?"),
    ({"mediator": {"column": "empaty_client", "lag": 0}}, "did you mean `empathy_client`?"),
    ({"random": {"worker_id": ["intercept"]}}, "has no effects by client_id"),
    ({"random": {"client": ["intercept"]}}, "did you mean `client_id`?"),
    ({"random": {"client_id": ["intercept", "slope"]}}, "no such column: `slope`"),
    ({"random": {"client_id": ["exposure"]}}, "needs the intercept"),
    ({"random": {"client_id": ["intercept", "intercept"]}}, "each term once"),
    ({"exposure": {"mode": "joint", "dose": "decay(0)"}}, "a half-life of zero days"),
    ({"exposure": {"mode": "joint", "dose": "minutes"}}, "0.1 SD a minute are 6 SD an hour"),
    ({"moderator": "need_index"}, "1 SD over 10 of them"),
    ({"moderator": "duration_min", "smallest_effect": 0.02}, "1.2 SD over 60 of them"),
    ({"contrast": {}}, "says nothing to subtract"),
    ({"contrast": {"minus": "joint"}}, "an exposure minus itself"),
    ({"contrast": {"outcome_minus": "total"}}, "a score minus itself"),
    ({"effect": "contextual", "moderator": "phase"}, "cannot be split by a moderator"),
    ({"moderator_level": "court"}, "there is no moderator"),
    ({"mediator": {"column": "empathy_client", "lag": 1}}, "the mediator would come before the exposure"),
    ({"mediator": {"column": "empathy_client", "lag": 0}, "moderator": "phase"}, "a single within-client exposure only"),
    ({**DROPOUT, "contrast": {"outcome_minus": "task"}}, "has no other score"),
    ({**DROPOUT, "moderator": "phase"}, "takes neither moderator"),
]


@pytest.mark.parametrize(("changes", "words"), CASES, ids=[words for _, words in CASES])
def test_problem(changes: dict[str, Any], words: str) -> None:
    found = problems(**changes)
    assert any(words in problem for problem in found), found
    assert all(problem.startswith("hypotheses.h") for problem in found)


@pytest.mark.parametrize("changes", [{"moderator": "need_index", "smallest_effect": 0.02}, {"moderator": "empathy_client"}])
def test_a_smallest_effect_by_the_point_that_can_be_meant(changes: dict[str, Any]) -> None:
    assert problems(**changes) == []


def test_all_problems_at_once() -> None:
    assert len(problems(covariates=["phse", "modallity"], contrast={"minus": "joint"})) == 3


def test_a_sound_hypothesis_has_none() -> None:
    assert problems(covariates=["phase", "crisis"], moderator="setting", contrast={"minus": "worker_solo"}) == []


def test_barriers_count_as_a_number() -> None:
    cells = pd.Series(["housing;cost", "none", "", pd.NA, "transport"], dtype="string")
    np.testing.assert_array_equal(how_many(cells), [2, 0, 0, np.nan, 1])  # an unknown list is not an empty one
    occasions, ledger = linked()
    codes = np.where(occasions["client_id"].str[-1].astype(int) % 2, "housing;cost", "none")
    result = evaluate(hypothesis(moderator="barriers"), occasions.assign(barriers=codes), ledger, COMPUTE)
    assert result.status == "estimated"
    assert [level.level for level in result.moderation.levels] == ["one SD below", "at the mean", "one SD above"]
