"""Wrong use is refused with the column and the count, all problems at once, and never with a value from a cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.errors import ModelError
from pipeline.multilevel import fit

ROWS = 120


def study() -> pd.DataFrame:
    draw = np.random.default_rng(0)
    data = pd.DataFrame(
        {
            "worker": np.repeat([f"secret-w{i}" for i in range(6)], 20),
            "client": np.repeat([f"secret-c{i:02d}" for i in range(24)], 5),
            "x": draw.normal(size=ROWS),
            "z": draw.normal(size=ROWS),
            "day": np.tile(np.arange(5.0) * 7, 24),
            "kind": draw.choice(["secret-a", "secret-b", "secret-c"], ROWS),
        }
    )
    clients = draw.normal(size=24)[pd.factorize(data["client"])[0]]
    return data.assign(y=1 + 0.5 * data["x"] + clients + draw.normal(size=ROWS), ones=1.0, w=1.0)


ASKED: dict[str, Any] = {"outcome": "y", "fixed": ["x"], "random": {"worker": ["1"], "client": ["1"]}}


def holed(column: str, value: Any) -> dict[str, Any]:
    values = study()[column].astype(object if value is None else float).copy()
    values.iloc[[3, 8]] = value
    return {column: values}


def same_kind_by_client() -> dict[str, Any]:
    return {"kind": np.where(np.arange(ROWS) < 60, "secret-a", study()["kind"])}


# What is changed in the data, what is changed in the question, the place named and a piece of what is said.
TABLE: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "missing covariate": (holed("x", np.nan), {}, "x", "2 rows have no value"),
    "missing outcome": (holed("y", np.nan), {}, "y", "2 rows have no value"),
    "missing group": (holed("client", None), {}, "client", "2 rows have no value"),
    "missing category": (holed("kind", None), {"fixed": ["kind"]}, "kind", "2 rows have no value"),
    "missing weight": (holed("w", np.nan), {"weights": "w"}, "w", "2 rows have no value"),
    "missing time": (holed("day", np.nan), {"residual": "car1", "time": "day"}, "day", "2 rows have no value"),
    "infinite covariate": (holed("x", np.inf), {}, "x", "2 rows are infinite"),
    "infinite outcome": (holed("y", -np.inf), {}, "y", "2 rows are infinite"),
    "nullable integers": ({"x": pd.array([None, *range(ROWS - 1)], dtype="Int64")}, {}, "x", "1 rows have no value"),
    "unknown fixed": ({}, {"fixed": ["nope"]}, "nope", "not a column"),
    "unknown in a product": ({}, {"fixed": ["x", "x:nope"]}, "nope", "not a column"),
    "unknown random": ({}, {"random": {"client": ["1", "nope"]}}, "nope", "not a column"),
    "unknown group": ({}, {"random": {"nope": ["1"]}}, "nope", "not a column"),
    "unknown outcome": ({}, {"outcome": "nope"}, "nope", "not a column"),
    "an expression is a name": ({}, {"fixed": ["np.log(x)"]}, "np.log(x)", "not a column"),
    "constant": ({}, {"fixed": ["x", "ones"]}, "ones", "constant over all 120 rows"),
    "constant random": ({}, {"random": {"client": ["1", "ones"]}}, "ones", "constant over all 120 rows"),
    "constant outcome": ({}, {"outcome": "ones"}, "ones", "constant over all 120 rows"),
    "one category": ({"kind": "secret-a"}, {"fixed": ["kind"]}, "kind", "one category"),
    "collinear": ({"z": 2 * study()["x"] - 3}, {"fixed": ["x", "z"]}, "z", "linear combination of x"),
    "collinear threefold": (
        {"s": study()["x"] + study()["z"]},
        {"fixed": ["x", "z", "s"]},
        "s",
        "linear combination of x, z",
    ),
    "empty cell": (
        same_kind_by_client() | {"half": np.arange(ROWS) < 30},
        {"fixed": ["kind", "half", "kind:half"]},
        "kind[...]:half[...]",
        "constant over all 120 rows",
    ),
    "one group": ({"worker": "secret-w"}, {}, "worker", "has 1 group"),
    "a level a row": ({"client": np.arange(ROWS)}, {}, "client", "120 random effects (120 groups) for 120 rows"),
    "more effects than rows": (
        {},
        {"random": {"client": ["1", "x", "z", "day", "kind"]}},
        "client",
        "144 random effects (24 groups) for 120 rows",
    ),
    "weights of zero": ({"w": np.r_[0.0, np.ones(ROWS - 1)]}, {"weights": "w"}, "w", "1 rows have a weight"),
    "negative weights": ({"w": -1.0}, {"weights": "w"}, "w", "120 rows have a weight"),
    "text outcome": ({}, {"outcome": "kind"}, "kind", "must be numeric"),
    "true-or-false outcome": ({"y": study()["x"] > 0}, {}, "y", "must be numeric"),
    "dates": ({"x": pd.Timestamp(2020, 1, 1) + pd.to_timedelta(np.arange(ROWS), "D")}, {}, "x", "dates"),
    "durations": ({"y": pd.to_timedelta(np.arange(ROWS), "D")}, {}, "y", "durations"),
    "complex numbers": ({"x": study()["x"] + 1j}, {}, "x", "complex"),
    "two ratings at one time": ({"day": 0.0}, {"residual": "car1", "time": "day"}, "day", "same time"),
    "no time": ({}, {"residual": "car1"}, "time", "needed for CAR(1)"),
    "unknown method": ({}, {"method": "reml"}, "method", "not one of the options"),
    "unknown df": ({}, {"df": "kr"}, "df", "not one of the options"),
    "unknown residual": ({}, {"residual": "ar1"}, "residual", "not one of the options"),
    "Kenward-Roger by ML": ({}, {"df": "kenward_roger", "method": "ML"}, "df", "REML only"),
    "no grouping": ({}, {"random": {}}, "random", "no grouping column"),
    "random terms are none": ({}, {"random": {"client": None}}, "client", "not a name"),
    "random terms have no order": ({}, {"random": {"client": {"1", "x"}}}, "client", "not a name"),
    "a grouping column by number": ({}, {"random": {3: ["1"]}}, "random", "no name"),
    "random is a list": ({}, {"random": ["client"]}, "random", "not a mapping"),
    "fixed is nothing": ({}, {"fixed": None}, "fixed", "not a list"),
    "fixed has no order": ({}, {"fixed": {"x", "z"}}, "fixed", "not a list"),
    "fixed is a formula": ({}, {"fixed": "x + z"}, "fixed", "not a list"),
    "a formula among the terms": ({}, {"fixed": ["x + z"]}, "x + z", "not a column"),
    "the outcome is a list": ({}, {"outcome": ["y"]}, "outcome", "not the name of a column"),
    "weights themselves": ({}, {"weights": np.ones(3)}, "weights", "not the name of a column"),
    "time itself": ({}, {"residual": "car1", "time": [1.0]}, "time", "not the name of a column"),
    "near is no model": ({}, {"near": 5}, "near", "not a fitted model"),
    "no terms": ({}, {"random": {"client": []}}, "client", "empty list"),
    "a term twice": ({}, {"random": {"client": ["1", "x", "x"]}}, "client", "twice"),
    "a fixed term twice": ({}, {"fixed": ["x", "x"]}, "fixed", "twice"),
    "outcome among the terms": ({}, {"fixed": ["y"]}, "fixed", "outcome"),
    "outcome among the random terms": ({}, {"random": {"client": ["1", "y"]}}, "client", "outcome"),
}


@pytest.mark.parametrize(("columns", "question", "where", "what"), TABLE.values(), ids=TABLE.keys())
def test_refused(columns: dict[str, Any], question: dict[str, Any], where: str, what: str) -> None:
    with pytest.raises(ModelError) as refused:
        fit(study().assign(**columns), **(ASKED | question))
    found = [problem for problem in refused.value.problems if problem.where == where]
    assert found, str(refused.value)
    assert any(what in problem.what for problem in found), str(refused.value)
    assert all(problem.mend for problem in found)
    assert "secret" not in str(refused.value)


def test_all_problems_come_at_once() -> None:
    data = study().assign(**holed("x", np.nan), **holed("z", np.inf))
    with pytest.raises(ModelError) as refused:
        fit(data, outcome="y", fixed=["x", "z", "nope"], random={"worker": ["1"], "away": ["1"]})
    assert {problem.where for problem in refused.value.problems} >= {"x", "z", "nope", "away"}


def test_a_column_twice() -> None:
    data = pd.concat([study(), study()[["x"]]], axis=1)
    with pytest.raises(ModelError, match="x: is there twice"):
        fit(data, **ASKED)


def test_arrays_of_unequal_length() -> None:
    data = {str(name): values.to_numpy() for name, values in study().items()}
    data["x"] = data["x"][:7]
    with pytest.raises(ModelError, match="has 7 rows where other columns have 120"):
        fit(data, **ASKED)


@pytest.mark.parametrize("data", [5, "data.csv", np.ones((3, 3)), [{"y": 1.0}], {"y": 1, "x": 2}, {"y": "abc", "x": "abc"}])
def test_data_that_are_no_table(data: Any) -> None:
    with pytest.raises(ModelError):
        fit(data, **ASKED)


def test_terms_from_a_generator() -> None:
    model = fit(study(), **(ASKED | {"fixed": (name for name in ["x"])}))
    assert model.terms == ("Intercept", "x")


def test_no_rows() -> None:
    with pytest.raises(ModelError, match="0 rows"):
        fit(study().iloc[:0], **ASKED)


def test_no_more_rows_than_coefficients() -> None:
    with pytest.raises(ModelError, match="has 4 rows for 4 fixed coefficients"):
        fit(study().iloc[[0, 31, 62, 93]], outcome="y", fixed=["x", "z", "day"], random={"worker": ["1"]})


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("contrast", ({"nope": 1.0},)),
        ("joint", ([{"nope": 1.0}],)),
        ("contrast", ("x",)),
        ("contrast", ({},)),
        ("contrast", ({"x": "1"},)),
        ("contrast", ({"x": np.nan},)),
        ("joint", ({"x": 1.0},)),
        ("joint", ([],)),
        ("confidence", ("95%",)),
        ("predict", (5,)),
        ("simulate", ("seed",)),
        ("bootstrap", (-1, 2)),
        ("effects", ("nope",)),
        ("influence", ("nope",)),
        ("cluster_robust", ("nope",)),
        ("refit", ([1.0, 2.0],)),
        ("refit", (np.full(ROWS, np.nan),)),
    ],
)
def test_a_fitted_model_asked_wrongly(method: str, arguments: tuple[Any, ...]) -> None:
    model = fit(study(), **ASKED)
    with pytest.raises(ModelError):
        getattr(model, method)(*arguments)


def test_predictions_name_what_is_missing() -> None:
    model = fit(study(), outcome="y", fixed=["x", "kind"], random={"client": ["1"]})
    with pytest.raises(ModelError, match="x"):
        model.predict(study().drop(columns="x"))
    unseen = study().assign(kind="secret-unseen")
    with pytest.raises(ModelError) as refused:
        model.predict(unseen)
    assert "secret" not in str(refused.value)
    stranger = study().assign(client="stranger")
    assert np.allclose(model.predict(stranger), model.predict(stranger, effects=False))
