"""Data as strangers bring them: odd names, dtypes, ids and sizes are fitted right or refused by name, never in silence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pipeline.base.errors import ModelError
from pipeline.multilevel import Model, fit
from tests.multilevel.test_wrong_use import ASKED, ROWS, study

SAME = 1e-9  # relative: the same numbers under another name, dtype or index
UNITS = 1e-6  # relative: the same numbers in other units, with other rounding
WHOLE = np.round(3 * np.asarray(study()["x"]))
FLAG = np.asarray(study()["z"]) > 0


def fitted(data: Any, **question: Any) -> Model:
    return fit(data, **{**ASKED, **question})


def same(one: Model, other: Model, names: dict[str, str] | None = None) -> None:
    assert [(names or {}).get(term, term) for term in one.terms] == list(other.terms)
    np.testing.assert_allclose(one.beta, other.beta, rtol=SAME)
    np.testing.assert_allclose(one.vcov, other.vcov, rtol=SAME)


@pytest.mark.parametrize("name", ["my x", "x'\"; x", "é变", "x[1]", "x + z", ""])
def test_odd_column_names(name: str) -> None:
    same(fitted(study()), fitted(study().rename(columns={"x": name}), fixed=[name]), {"x": name})


def test_a_group_may_have_a_colon() -> None:
    same(fitted(study()), fitted(study().rename(columns={"client": "a:b"}), random={"worker": ["1"], "a:b": ["1"]}))


@pytest.mark.parametrize("dtype", ["int8", "Int64", "Float64", "float32", "int64[pyarrow]", "double[pyarrow]"])
def test_dtypes_of_numbers(dtype: str) -> None:
    same(fitted(study().assign(x=WHOLE)), fitted(study().assign(x=pd.array(WHOLE.astype(int), dtype="Int64").astype(dtype))))


@pytest.mark.parametrize("dtype", ["boolean", "bool[pyarrow]", "object"])
def test_dtypes_of_yes_and_no(dtype: str) -> None:
    same(fitted(study().assign(x=FLAG)), fitted(study().assign(x=pd.Series(FLAG).astype(dtype))))


@pytest.mark.parametrize("dtype", ["str", "category", "string[python]", pd.ArrowDtype(pa.string())], ids=str)
def test_dtypes_of_categories(dtype: Any) -> None:
    same(fitted(study(), fixed=["kind"]), fitted(study().astype({"kind": dtype}), fixed=["kind"]))


def test_unused_categories_do_not_count() -> None:
    kinds = pd.Categorical(study()["kind"], categories=["none", *sorted(set(study()["kind"])), "never"])
    same(fitted(study(), fixed=["kind"]), fitted(study().assign(kind=kinds), fixed=["kind"]))


@pytest.mark.parametrize(
    "ids",
    [lambda i: f"c{i}" if i % 2 else i, lambda i: (1, i), lambda i: i / 10, lambda i: str(i).encode()],
    ids=["text and numbers", "tuples", "fractions", "bytes"],
)
def test_kinds_of_ids(ids: Any) -> None:
    codes = pd.factorize(study()["client"])[0]
    same(fitted(study()), fitted(study().assign(client=pd.Series([ids(int(i)) for i in codes], dtype=object))))


def test_index_does_not_matter() -> None:
    same(fitted(study()), fitted(study().set_axis([0] * ROWS)))


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_units_of_weights(unit: float) -> None:
    weights = np.random.default_rng(1).uniform(0.5, 2.0, ROWS)
    one, other = (fitted(study().assign(w=weights * size), weights="w") for size in (1.0, unit))
    np.testing.assert_allclose(
        other.fixed[["estimate", "std_error", "df"]], one.fixed[["estimate", "std_error", "df"]], rtol=UNITS
    )


def test_times_between_days() -> None:
    days = study()["day"] + np.random.default_rng(2).uniform(0, 6.9, ROWS)
    one, other = (fitted(study().assign(day=days * size), residual="car1", time="day") for size in (1.0, 1e-6))
    assert other.deviance == pytest.approx(one.deviance, rel=UNITS)


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "numbers as objects": ({"x": study()["x"].astype(object)}, {}, "x", "numbers as Python objects"),
    "decimals": ({"x": [Decimal(int(value)) for value in WHOLE]}, {}, "x", "numbers as Python objects"),
    "numbers and text": ({"x": pd.Series([1, "secret-b"] * (ROWS // 2), dtype=object)}, {}, "x", "mixes"),
    "lists": ({"x": pd.Series([[1]] * ROWS)}, {}, "x", "no single value"),
    "ids that are lists": ({"client": pd.Series([[1]] * ROWS)}, {}, "client", "no single value"),
    "periods": ({"x": pd.period_range("2000", periods=ROWS, freq="D")}, {}, "x", "dates"),
    "a colon in a name": ({"a:b": WHOLE}, {"fixed": ["a:b"]}, "a:b", "stands for a product"),
    "half a product": ({}, {"fixed": ["x:"]}, "x:", "one side of a colon"),
    "column Intercept": ({"Intercept": WHOLE}, {"fixed": ["x", "Intercept"]}, "Intercept", "name of the intercept"),
    "column 1": ({"1": WHOLE}, {}, "1", "name of the intercept"),
    "one name twice": (
        {"k": pd.Categorical([1, "1", "a"] * (ROWS // 3), categories=["a", 1, "1"])},
        {"fixed": ["k"]},
        "k[...]",
        "two different columns",
    ),
    "no list of terms": ({}, {"fixed": "x"}, "fixed", "not a list"),
    "terms not text": ({}, {"fixed": [0]}, "fixed", "not a list"),
    "no mapping of groups": ({}, {"random": ["client"]}, "random", "not a mapping"),
    "random term not text": ({}, {"random": {"client": [None]}}, "client", "not a name"),
    "weights all zero": ({"w": 0.0}, {"weights": "w"}, "w", f"{ROWS} rows have a weight"),
    "too large to square": ({"y": study()["y"] * 1e200}, {}, "y", "too large or too small"),
    "too small to square": ({"x": study()["x"] * 1e-200}, {}, "x", "too large or too small"),
}


@pytest.mark.parametrize(("columns", "question", "where", "what"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_by_name(columns: dict[str, Any], question: dict[str, Any], where: str, what: str) -> None:
    with pytest.raises(ModelError) as refusal:
        fitted(study().assign(**columns), **question)
    assert where in [problem.where for problem in refusal.value.problems]
    assert what in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_no_data_and_columns_of_two_dimensions() -> None:
    with pytest.raises(ModelError, match="neither a table"):
        fitted(None)
    columns = {name: np.asarray(values) for name, values in study().items()}
    with pytest.raises(ModelError, match="2 dimensions"):
        fitted({**columns, "x": np.ones((ROWS, 2))})
