"""What a design cannot identify is no number: variances of equal groupings, errors of as many terms as groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.errors import ModelError
from pipeline.multilevel import compare, fit

ROWS = 160


def study(**changed: Any) -> pd.DataFrame:
    draw = np.random.default_rng(5)
    client = np.repeat(np.arange(32), 5)
    worker = client // 8
    data = pd.DataFrame(
        {
            "client": [f"c{i:02d}" for i in client],
            "worker": [f"w{i}" for i in worker],
            "skill": np.array(["a", "b", "c", "c"])[worker],
            "level": draw.normal(size=4)[worker],
            "x": draw.normal(size=ROWS),
            "z": draw.normal(size=ROWS),
            "w": draw.uniform(1, 2, size=ROWS),
            "day": np.tile(np.arange(5.0), 32),
        }
    )
    y = 0.4 * data["x"] + draw.normal(size=32)[client] + draw.normal(size=4)[worker] + draw.normal(size=ROWS)
    return data.assign(y=y, **changed)


RANDOM = {"worker": ["1"], "client": ["1"]}


@pytest.mark.parametrize("df", ["satterthwaite", "kenward_roger", "none"])
def test_as_many_terms_between_workers_as_workers(df: str) -> None:
    """Four workers, an intercept, a three-level covariate and a worker's mean: p was .0026 from nothing."""
    model = fit(study(), outcome="y", fixed=["x", "skill", "level"], random=RANDOM, df=df)
    assert (
        model.fixed.loc[["Intercept", "skill[b]", "skill[c]", "level"], ["std_error", "p_value", "conf_low"]]
        .isna()
        .all(axis=None)
    )
    assert model.fixed.loc["x"].notna().all()
    assert model.variance.loc[model.variance["group"] == "worker", "covariance"].isna().all()
    assert model.variance.loc[model.variance["group"] == "client", "covariance"].notna().all()
    assert np.isnan(model.joint([{"skill[b]": 1}, {"skill[c]": 1}]).p_value)
    assert np.isnan(model.contrast({"x": 1, "level": 1}).std_error)
    assert any("worker alone" in said for said in model.sentences)


def test_one_term_less_can_be_told() -> None:
    model = fit(study(), outcome="y", fixed=["x", "skill"], random=RANDOM)
    assert model.fixed.notna().all(axis=None)
    assert not model.identification.groups


def test_equal_groupings_have_no_variances_of_their_own() -> None:
    data = study(worker=[f"w{i:02d}" for i in np.repeat(np.arange(32), 5)])
    model = fit(data, outcome="y", fixed=["x"], random=RANDOM)
    assert model.variance.loc[model.variance["group"] != "residual", "covariance"].isna().all()
    assert model.icc().isna().all()
    assert model.fixed.notna().all(axis=None)
    assert any("the same groups" in said for said in model.sentences)


WRONG: dict[str, tuple[str, tuple[Any, ...], str]] = {
    "profile(95)": ("profile", (95,), "level"),
    "confidence(95)": ("confidence", (95,), "level"),
    "bootstrap(0)": ("bootstrap", (1, 0), "n"),
    "simulate(0)": ("simulate", (1, 0), "n"),
    "refit(constant)": ("refit", (np.ones(ROWS),), "y"),
}


@pytest.mark.parametrize("name", WRONG)
def test_methods_check_what_fit_checks(name: str) -> None:
    method, arguments, where = WRONG[name]
    model = fit(study(), outcome="y", fixed=["x"], random=RANDOM)
    with pytest.raises(ModelError) as refused:
        getattr(model, method)(*arguments)
    assert refused.value.problems[0].where == where


def test_ids_of_another_type_are_not_unseen_levels() -> None:
    numbers = study(client=np.repeat(np.arange(32), 5))
    model = fit(numbers, outcome="y", fixed=["x"], random={"client": ["1"]})
    with pytest.raises(ModelError, match="holds text where the fitted rows held numbers"):
        model.predict(study())
    assert np.isfinite(model.predict(numbers.head(3))).all()


@pytest.mark.parametrize("df", ["satterthwaite", "kenward_roger"])
def test_a_combination_that_others_imply_counts_nothing(df: str) -> None:
    model = fit(study(), outcome="y", fixed=["x", "z"], random=RANDOM, df=df)
    once, twice = model.joint([{"x": 1}, {"z": 1}]), model.joint([{"x": 1}, {"z": 1}, {"x": 2, "z": -1}])
    assert twice.df_numerator == 2
    assert twice.statistic == pytest.approx(once.statistic)
    assert twice.p_value == pytest.approx(once.p_value)


def model_of(**changed: Any) -> Any:
    asked = {"outcome": "y", "fixed": ["x"], "random": RANDOM, "method": "ML"} | changed
    data = asked.pop("data", study())
    return fit(data, **asked)


NOT_NESTED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "weights": ({"weights": "w"}, {"fixed": ["x", "z"]}, "weights"),
    "data": ({"data": study(x=study()["z"] * 2)}, {"fixed": ["x", "z"]}, "x"),
    "groups": ({"data": study(worker=study()["worker"].to_numpy()[::-1])}, {"fixed": ["x", "z"]}, ""),
    "residual": ({"residual": "car1", "time": "day"}, {"fixed": ["x", "z"]}, "residual"),
    "correlation": (
        {"random": {"client": ["1", "x"]}},
        {"random": {"client": [["1"], ["x"]]}, "fixed": ["x", "z", "day"]},
        "client",
    ),
}


@pytest.mark.parametrize("name", [name for name in NOT_NESTED if name != "groups"])
def test_models_that_are_not_nested_are_not_compared(name: str) -> None:
    small, large, where = NOT_NESTED[name]
    with pytest.raises(ModelError) as refused:
        compare(model_of(**small), model_of(**large))
    assert where in {problem.where for problem in refused.value.problems}


def test_other_groups_are_other_data() -> None:
    other = study()["client"].to_numpy().copy()
    other[[0, 10]] = other[[10, 0]]
    with pytest.raises(ModelError, match="groups the rows otherwise"):
        compare(model_of(data=study(client=other)), model_of(fixed=["x", "z"]))


def test_independent_residuals_lie_within_car1() -> None:
    found = compare(model_of(), model_of(residual="car1", time="day"))
    assert found.statistic >= 0
    assert found.df == 1


def one_client_a_worker_has_x() -> pd.DataFrame:
    """In one client of each worker x changes; the others never have any."""
    draw = np.random.default_rng(11)
    client = np.repeat(np.arange(48), 5)
    worker = client // 6
    x = np.where(client % 6 == 0, draw.normal(size=240), 0.0)
    x -= np.bincount(client, weights=x)[client] / 5
    y = 0.4 * x + draw.normal(size=8)[worker] + draw.normal(size=48)[client] * (1 + 0.5 * x) + draw.normal(size=240)
    return pd.DataFrame({"client": client, "worker": worker, "x": x, "y": y, "level": draw.normal(size=48)[client]})


def told(model: Any, group: str, one: str, other: str) -> bool:
    rows = model.variance
    own = rows[(rows["group"] == group) & (rows["term_1"] == one) & (rows["term_2"] == other)]
    return bool(own["covariance"].notna().all())


@pytest.mark.parametrize("df", ["satterthwaite", "kenward_roger"])
def test_two_slopes_of_which_only_the_sum_is_told(df: str) -> None:
    """The effect of x keeps its error, which rests on the sum alone: it is that of the model with one of the two slopes."""
    data = one_client_a_worker_has_x()
    both = fit(data, outcome="y", fixed=["x"], random={"worker": [["1"], ["x"]], "client": ["1", "x"]}, df=df)
    one = fit(data, outcome="y", fixed=["x"], random={"worker": ["1"], "client": ["1", "x"]}, df=df)
    assert not told(both, "worker", "x", "x")
    assert not told(both, "client", "x", "x")
    assert told(both, "worker", "Intercept", "Intercept")
    assert told(both, "client", "Intercept", "Intercept")
    assert both.icc().isna().all()
    assert any("the variance of x by client; the variance of x by worker" in said for said in both.sentences)
    assert one.variance["covariance"].notna().all()
    wanted, found = one.fixed.loc["x"], both.fixed.loc["x"]
    assert found[["estimate", "std_error", "df"]].to_numpy() == pytest.approx(
        wanted[["estimate", "std_error", "df"]].to_numpy(), rel=2e-3
    )


def test_a_slope_of_what_does_not_change_within_its_group() -> None:
    data = one_client_a_worker_has_x()
    model = fit(data, outcome="y", fixed=["x", "level"], random={"worker": ["1"], "client": ["1", "level"]})
    assert not told(model, "client", "level", "level")
    assert told(model, "worker", "Intercept", "Intercept")
    assert any("does not change within any level of client" in said for said in model.sentences)


def test_fixed_terms_that_fill_a_slope() -> None:
    """Three workers, and x of each worker a term of its own: nothing is left to tell how workers differ in x."""
    data = one_client_a_worker_has_x().assign(x=lambda rows: np.random.default_rng(2).normal(size=len(rows)))
    data = data[data["worker"] < 3].reset_index(drop=True)
    own = {f"x{w}": data["x"] * (data["worker"] == w) for w in range(3)}
    model = fit(data.assign(**own), outcome="y", fixed=list(own), random={"worker": [["1"], ["x"]], "client": ["1"]})
    assert not told(model, "worker", "x", "x")
    assert model.fixed.loc[list(own), "std_error"].isna().all()
    assert model.fixed.loc[["Intercept"], "std_error"].notna().all()
    fewer = fit(data.assign(**own), outcome="y", fixed=["x0", "x1"], random={"worker": [["1"], ["x"]], "client": ["1"]})
    assert fewer.fixed.notna().all(axis=None)
    assert fewer.variance["covariance"].notna().all()


@pytest.mark.parametrize("shift", [0.0, 30.0, 1e5])
def test_no_shift_of_a_column_makes_or_hides_a_flat_direction(shift: float) -> None:
    data = study().assign(x=lambda rows: rows["x"] + shift)
    model = fit(data, outcome="y", fixed=["x"], random={"worker": ["1"], "client": ["1", "x"]})
    assert not model.identification.flat
    assert model.variance["covariance"].notna().all()


def test_a_level_that_one_cluster_alone_has_no_error_over_clusters() -> None:
    """CR2 of the one worker with skill a: the residual there is nil whatever the truth (clubSandwich gives about 1e-9)."""
    data = study(skill=np.where(np.repeat(np.arange(4), 40) == 0, "a", "b"))
    model = fit(data, outcome="y", fixed=["x", "skill"], random=RANDOM)
    robust = model.cluster_robust("worker")
    assert robust.table.loc[["Intercept", "skill[b]"], ["std_error", "p_value"]].isna().all(axis=None)
    assert robust.table.loc["x"].notna().all()
    assert robust.covariance.loc["x", "x"] > 0
    assert np.isnan(robust.covariance.loc["Intercept", "Intercept"])
    # the average over both levels is told there as well, and has none either; their sum without that worker's share has one
    assert np.isnan(robust.contrast({"Intercept": 1, "skill[b]": 0.5}).std_error)
    assert robust.contrast({"Intercept": 1, "skill[b]": 1}).std_error > 0
