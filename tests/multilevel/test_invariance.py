"""What must not change a fit, or must change it in a known way: order, labels, dtypes, units, weights, containers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.multilevel import Model, fit
from tests.multilevel.references import read_data, relative

# The same numbers added up in another order, then an optimum found from them.
SAME_DEVIANCE = 1e-7
SAME_ESTIMATE = 1e-6
# Degrees of freedom rest on second derivatives, by differences.
SAME_FREEDOM = 2e-5

MODELS: dict[str, dict[str, Any]] = {
    "nested": {
        "data": "nested",
        "outcome": "alliance",
        "fixed": ["x_within", "phase", "time"],
        "random": {"worker_id": ["1"], "client_id": ["1", "x_within"]},
    },
    "crossed": {
        "data": "moving",
        "outcome": "alliance",
        "fixed": ["x_within", "time"],
        "random": {"worker_id": ["1", "x_within"], "client_id": ["1"]},
    },
    "lectures": {
        "data": "lectures",
        "outcome": "rating",
        "fixed": ["service"],
        "random": {"student": ["1"], "teacher": ["1"], "department": ["1"]},
    },
    "serial": {
        "data": "car1_irregular",
        "outcome": "alliance",
        "fixed": ["x_within", "time"],
        "random": {"worker_id": ["1"], "client_id": ["1"]},
        "residual": "car1",
        "time": "day",
    },
}
Change = Callable[[pd.DataFrame], Any]


def asked(name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    model = dict(MODELS[name])
    return read_data(model.pop("data")).copy(), model


def groups_of(model: dict[str, Any]) -> list[str]:
    return list(model["random"])


def assert_same(one: Model, other: Model) -> None:
    assert other.deviance == pytest.approx(one.deviance, abs=SAME_DEVIANCE)
    assert other.terms == one.terms
    assert relative(other.beta, one.beta) < SAME_ESTIMATE
    assert relative(other.fixed["std_error"], one.fixed["std_error"]) < SAME_ESTIMATE
    assert relative(other.fixed["df"], one.fixed["df"]) < SAME_FREEDOM
    assert other.singular == one.singular
    assert other.residual_sd == pytest.approx(one.residual_sd, rel=SAME_ESTIMATE)


def shuffled(data: pd.DataFrame) -> pd.DataFrame:
    return data.sample(frac=1, random_state=3)


def repeated_index(data: pd.DataFrame) -> pd.DataFrame:
    return data.set_axis(np.zeros(len(data), dtype=int))


def scattered_integers(data: pd.DataFrame) -> pd.DataFrame:
    """Group labels as integers far apart, negative ones too, in no order."""
    draw = np.random.default_rng(5)
    out = data.copy()
    for column in ("worker_id", "client_id", "student", "teacher", "department"):
        if column in out:
            codes = pd.factorize(out[column])[0]
            labels = draw.permutation(np.arange(codes.max() + 1) * 1_000_003 - 7_000_000)
            out[column] = labels[codes]
    return out


def categories_with_unused_levels(data: pd.DataFrame) -> pd.DataFrame:
    out = data.copy()
    for column in ("worker_id", "client_id", "student", "teacher", "department", "phase"):
        if column in out:
            used = sorted(out[column].unique())
            extra = ["never", "seen"] if isinstance(used[0], str) else [-1, -2]
            out[column] = pd.Categorical(out[column], categories=[*used, *extra])
    return out


def objects(data: pd.DataFrame) -> pd.DataFrame:
    return data.astype({c: object for c in data.columns if not pd.api.types.is_numeric_dtype(data[c])})


def nullable(data: pd.DataFrame) -> pd.DataFrame:
    return data.convert_dtypes()


def plain_arrays(data: pd.DataFrame) -> dict[str, Any]:
    return {str(name): data[name].to_numpy() for name in data.columns}


def with_missing_elsewhere(data: pd.DataFrame) -> pd.DataFrame:
    return data.assign(unused=np.nan, also=None)


def reversed_columns(data: pd.DataFrame) -> pd.DataFrame:
    return data[data.columns[::-1]]


CHANGES: tuple[Change, ...] = (
    shuffled, repeated_index, scattered_integers, categories_with_unused_levels, objects, nullable, plain_arrays,
    with_missing_elsewhere, reversed_columns,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("name", MODELS)
def test_the_form_of_the_data_does_not_matter(name: str, change: Change) -> None:
    data, model = asked(name)
    before = data.copy()
    assert_same(fit(data, **model), fit(change(data), **model))
    pd.testing.assert_frame_equal(data, before)


@pytest.mark.parametrize("name", MODELS)
def test_the_order_of_grouping_columns_does_not_matter(name: str) -> None:
    data, model = asked(name)
    if name == "serial":
        return
    turned = model | {"random": dict(reversed(model["random"].items()))}
    assert_same(fit(data, **model), fit(data, **turned))


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize(("factor", "shift"), [(1e-6, 0.0), (1e6, 0.0), (1.0, 1e6), (1e-3, -50.0), (-2.0, 3.0)])
@pytest.mark.parametrize("name", MODELS)
def test_units_of_the_outcome(name: str, factor: float, shift: float, method: str) -> None:
    data, model = asked(name)
    model["method"] = method
    one = fit(data, **model)
    outcome = model["outcome"]
    two = fit(data.assign(**{outcome: factor * data[outcome] + shift}), **model)
    df = one.n_obs - (len(one.terms) if method == "REML" else 0)
    assert two.deviance - 2 * df * np.log(abs(factor)) == pytest.approx(one.deviance, abs=1e-6)
    moved = factor * one.beta
    moved[0] += shift
    assert np.abs((two.beta - moved) / (abs(factor) * one.fixed["std_error"])).max() < 1e-6
    assert relative(two.fixed["std_error"], abs(factor) * one.fixed["std_error"]) < SAME_ESTIMATE
    assert relative(two.fixed["df"], one.fixed["df"]) < 10 * SAME_FREEDOM
    assert two.singular == one.singular


@pytest.mark.parametrize(("factor", "shift"), [(1e-6, 0.0), (1e6, 0.0), (1.0, 1e5), (-7.0, 365.0)])
@pytest.mark.parametrize("name", ["nested", "crossed"])
def test_units_of_a_column_with_a_random_slope(name: str, factor: float, shift: float) -> None:
    data, model = asked(name)
    one = fit(data, **model)
    two = fit(data.assign(x_within=factor * data["x_within"] + shift), **model)
    assert two.deviance - 2 * np.log(abs(factor)) == pytest.approx(one.deviance, abs=1e-6)
    ours, theirs = two.fixed.loc["x_within"], one.fixed.loc["x_within"]
    assert ours["estimate"] * factor == pytest.approx(theirs["estimate"], rel=1e-6)
    assert ours["std_error"] * abs(factor) == pytest.approx(theirs["std_error"], rel=1e-6)
    assert ours["df"] == pytest.approx(theirs["df"], rel=10 * SAME_FREEDOM)
    assert two.fixed.loc["time", "estimate"] == pytest.approx(one.fixed.loc["time", "estimate"], rel=1e-6)


@pytest.mark.parametrize("name", ["nested", "crossed", "lectures"])
def test_equal_weights_are_no_weights(name: str) -> None:
    data, model = asked(name)
    one = fit(data, **model)
    for weight in (1.0, 7.0):
        two = fit(data.assign(w=weight), weights="w", **model)
        assert two.deviance == pytest.approx(one.deviance, abs=1e-6)
        assert relative(two.beta, one.beta) < SAME_ESTIMATE
        assert relative(two.fixed["std_error"], one.fixed["std_error"]) < SAME_ESTIMATE
        assert two.residual_sd == pytest.approx(one.residual_sd * np.sqrt(weight), rel=SAME_ESTIMATE)


def test_levels_counted_anew_within_each_group_are_crossed_and_not_guessed_to_be_nested() -> None:
    data, model = asked("nested")
    again = data.assign(client_id=data.groupby("worker_id")["client_id"].transform(lambda ids: pd.factorize(ids)[0]))
    assert fit(data, **model).n_groups["client_id"] > fit(again, **model).n_groups["client_id"]


def test_a_fit_twice_is_the_same_to_the_last_bit() -> None:
    for name in MODELS:
        data, model = asked(name)
        one, two = fit(data, **model), fit(data, **model)
        assert one.deviance == two.deviance
        assert one.beta.tobytes() == two.beta.tobytes()
        assert one.theta.tobytes() == two.theta.tobytes()


def test_the_coding_of_a_category_changes_names_not_the_fit() -> None:
    data, model = asked("nested")
    one = fit(data, **model)
    order = ["evaluation", "engagement", "intervention", "assessment"]
    two = fit(data.assign(phase=pd.Categorical(data["phase"], categories=order)), **model)
    assert [term for term in two.terms if term.startswith("phase")] == [f"phase[{level}]" for level in order[1:]]
    assert two.deviance == pytest.approx(one.deviance, abs=SAME_DEVIANCE)
    difference = one.contrast({"phase[intervention]": 1, "phase[evaluation]": -1})
    assert two.fixed.loc["phase[intervention]", "estimate"] == pytest.approx(difference.estimate, rel=1e-6)
    assert two.fixed.loc["phase[intervention]", "df"] == pytest.approx(difference.df, rel=SAME_FREEDOM)
