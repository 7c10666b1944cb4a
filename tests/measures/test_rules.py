from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.base.params import Params, validate
from pipeline.base.yaml_text import parse
from pipeline.measures import check_params
from tests.measures.test_instruments import OWN

PARAMS = (Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8")
RATING: dict[str, Any] = {
    "file": "a.csv",
    "instrument": "wai_sr",
    "rater": "client",
    "items": "q{item}",
    "columns": {"session_id": "sid"},
}


def study(**changes: Any) -> Params:
    data = parse(PARAMS)
    hypothesis = next(iter(data["hypotheses"].values()))
    hypothesis["outcome"] |= changes.pop("outcome", {})
    hypothesis |= changes.pop("hypothesis", {})
    data["sources"]["ratings"] = {"one": RATING | changes.pop("rating", {})}
    data["measures"] |= changes.pop("measures", {})
    assert not changes
    return validate(data)


def test_the_shipped_params_are_sound() -> None:
    assert check_params(study()) == []


@pytest.mark.parametrize(
    ("changes", "where", "told"),
    [
        ({"outcome": {"instrument": "wai_rs"}}, "outcome.instrument", "no instrument"),
        ({"outcome": {"score": "bonding"}}, "outcome.score", "no score"),
        ({"outcome": {"rater": "worker"}}, "outcome.rater", "no key for the rater"),
        ({"hypothesis": {"contrast": {"outcome_minus": "tasks"}}}, "contrast.outcome_minus", "no score"),
        ({"rating": {"instrument": "wai"}}, "sources.ratings.one.instrument", "no instrument"),
        ({"rating": {"rater": "observer"}}, "sources.ratings.one.rater", "no key"),
        ({"rating": {"items": "q"}}, "sources.ratings.one.items", "pattern"),
        ({"rating": {"items": "q{item}{item}"}}, "sources.ratings.one.items", "pattern"),
        ({"rating": {"items": ["a", "b"]}}, "sources.ratings.one.items", "2 columns are listed, `wai_sr` has 12"),
        ({"rating": {"items": ["a"] * 12}}, "sources.ratings.one.items", "twice"),
        ({"rating": {"labels": {"Never": 0, "Always": 5}}}, "sources.ratings.one.labels", "1 of the labels"),
        ({"rating": {"totals": {"sum": "x"}}}, "sources.ratings.one.totals.sum", "no score"),
        ({"measures": {"scales": {"wai_sr": [5, 1]}}}, "measures.scales.wai_sr", "lowest answer"),
        ({"measures": {"scales": {"wai_sr": [1, 5.5]}}}, "measures.scales.wai_sr", "whole numbers"),
        ({"measures": {"scales": {"wai_rs": [1, 7]}}}, "measures.scales.wai_rs", "no instrument"),
        ({"measures": {"overrule": ["wai"]}}, "measures.overrule", "no instrument"),
    ],
)
def test_a_fault_is_named_with_its_key(changes: dict[str, Any], where: str, told: str) -> None:
    problems = check_params(study(**changes))
    assert [problem for problem in problems if where in problem.where and told in problem.what]


def test_own_instruments_count_once_their_files_are_read() -> None:
    params = study(
        outcome={"instrument": "wai_s_worker", "rater": "worker"},
        measures={"instruments": ["own.yaml"]},
    )
    assert check_params(params, {"own.yaml": OWN}) == []
    assert check_params(params) == []  # without the files, a name they may define is let pass
    assert check_params(params, {"own.yaml": OWN.replace("items: 3", "items: 1")})


def test_every_fault_is_named_at_once() -> None:
    changes = {"outcome": {"score": "x"}, "rating": {"rater": "worker", "items": ["a"]}, "measures": {"overrule": ["z"]}}
    assert len(check_params(study(**changes))) == 4
