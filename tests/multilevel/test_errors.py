"""Wrong use ends in one error that names every column and count, and never a value of the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.errors import ModelError
from pipeline.multilevel import compare, fit

ROWS = 60


@pytest.fixture
def data() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"y": rng.normal(size=ROWS), "x": rng.normal(size=ROWS), "day": np.tile(np.arange(6), 10)})
    frame["group"] = np.repeat(np.arange(10), 6)
    frame["double"] = 2 * frame["x"] + 1
    frame["missing"] = frame["x"].where(frame.index > 3)
    frame["infinite"] = frame["x"].where(frame.index > 1, np.inf)
    frame["constant"] = 1.0
    frame["word"] = np.where(frame["x"] > 0, "secretvalue", "other")
    frame["one_word"] = "secretvalue"
    frame["gap"] = frame["group"].where(frame.index > 6)
    frame["row"] = np.arange(ROWS)
    frame["group_alone"] = frame["group"] ** 2.0
    frame["group_and_x"] = frame["group"] ** 2.0 + frame["x"]
    return frame


def problems(data: pd.DataFrame, **asked: Any) -> str:
    arguments: dict[str, Any] = {"outcome": "y", "fixed": ["x"], "random": {"group": ["1"]}} | asked
    with pytest.raises(ModelError) as caught:
        fit(data, **arguments)
    assert "secretvalue" not in str(caught.value)
    return str(caught.value)


def test_all_problems_come_at_once(data: pd.DataFrame) -> None:
    said = problems(
        data, fixed=["x", "double", "constant", "missing", "infinite", "nope", "one_word"], random={"group": ["1", "where"]}
    )
    assert "double: is a linear combination of x" in said
    assert "constant: is constant over all 60 rows" in said
    assert "missing: 4 rows have no value" in said
    assert "infinite: 2 rows are infinite" in said
    assert "nope: the fixed term is not a column" in said
    assert "where: the random term is not a column" in said
    assert "one_word: is constant: one category only" in said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"outcome": "word"}, "word: the outcome must be numeric"),
        ({"outcome": "constant", "fixed": []}, "constant: is constant over all 60 rows"),
        ({"outcome": "missing"}, "missing: 4 rows have no value"),
        ({"random": {"constant": ["1"]}}, "constant: has 1 group; at least 2 are needed"),
        ({"random": {"gap": ["1"]}}, "gap: 7 rows have no value"),
        ({"random": {"nobody": ["1"]}}, "nobody: the grouping column is not a column"),
        ({"random": {"row": ["1"]}}, "row: has 60 random effects (60 groups) for 60 rows"),
        ({"random": {}}, "random: names no grouping column"),
        ({"random": {"group": []}}, "group: has an empty list of random terms"),
        ({"random": {"group": ["1", "1"]}}, "group: names a random term twice"),
        ({"fixed": ["x", "x"]}, "fixed: names a term twice"),
        ({"fixed": ["y"]}, "fixed: holds the outcome itself"),
        ({"fixed": ["word", "x", "double"]}, "double: is a linear combination of x"),
        ({"outcome": "double", "fixed": ["x"]}, "double: is a linear combination of the fixed terms"),
        ({"random": {"group": ["word"]}}, "word: is categorical and varies by group without the intercept"),
        ({"outcome": "group_alone", "fixed": []}, "group_alone: is explained fully by the fixed terms and the groups"),
        ({"outcome": "group_and_x"}, "group_and_x: is explained fully by the fixed terms and the groups"),
        ({"method": "reml"}, "method: is not one of the options"),
        ({"df": "exact"}, "df: is not one of the options"),
        ({"residual": "ar1"}, "residual: is not one of the options"),
        ({"residual": "car1"}, "time: is needed for CAR(1) residuals"),
        ({"residual": "car1", "time": "constant"}, "have the same time as another row"),
        ({"df": "kenward_roger", "method": "ML"}, "Kenward-Roger is defined for REML only"),
        ({"df": "kenward_roger", "residual": "car1", "time": "day"}, "not defined for CAR(1)"),
        ({"weights": "x"}, "rows have a weight that is not positive"),
        ({"weights": "missing"}, "missing: 4 rows have no value"),
    ],
)
def test_each_problem_is_named(data: pd.DataFrame, asked: dict[str, Any], said: str) -> None:
    assert said in problems(data, **asked)


def test_more_coefficients_than_rows(data: pd.DataFrame) -> None:
    few = data.iloc[:8].assign(group=[0, 0, 1, 1, 2, 2, 3, 3])
    for k in range(8):
        few[f"z{k}"] = np.random.default_rng(k).normal(size=8)
    assert "y: has 8 rows for 9 fixed coefficients" in problems(few, fixed=[f"z{k}" for k in range(8)])


def test_ties_in_time_are_counted(data: pd.DataFrame) -> None:
    data.loc[[1, 7], "day"] = 0
    assert "2 rows have the same time" in problems(data, residual="car1", time="day")


def test_unknown_names_after_the_fit(data: pd.DataFrame) -> None:
    model = fit(data, outcome="y", fixed=["x"], random={"group": ["1"]})
    with pytest.raises(ModelError, match="nobody: is not a coefficient"):
        model.contrast({"nobody": 1.0})
    with pytest.raises(ModelError, match="nobody: is not a grouping column"):
        model.effects("nobody")
    with pytest.raises(ModelError, match="finite number for each row"):
        model.refit(np.zeros(3))
    with pytest.raises(ModelError, match="x: the term is not a column"):
        model.predict(data.drop(columns="x"))


def test_only_nested_models_are_compared(data: pd.DataFrame) -> None:
    small = fit(data, outcome="y", fixed=["x"], random={"group": ["1"]})
    other = fit(data, outcome="y", fixed=["word"], random={"group": ["1", "x"]})
    with pytest.raises(ModelError, match="x: is in the smaller model only"):
        compare(small, other)
    with pytest.raises(ModelError, match="no more parameters"):
        compare(small, small)
