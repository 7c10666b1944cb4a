"""The deviance, its gradient and what is read off it, against n x n matrices, for every shape of design."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.multilevel import Model, fit
from pipeline.multilevel.design.matrix import build
from pipeline.multilevel.design.options import Specification, blocks_of
from pipeline.multilevel.inference import influence
from pipeline.multilevel.likelihood.deviance import Deviance, make_deviance, make_structure
from pipeline.multilevel.likelihood.series import SeriesDeviance
from tests.multilevel.dense import Dense, columns, covariance, random_columns, residual
from tests.multilevel.designs import CASES, Case

# Both sides are sums of about 100 rows in double precision; V may have a condition number near 1e4.
DENSE = 1e-8
# Central differences of the deviance (values near 400) at a step of 1e-5.
DIFFERENCE = 2e-5
SEEDS = (0, 1, 2)

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_method = pytest.mark.parametrize("method", ["REML", "ML"])


def deviance_of(case: Case, method: str) -> Deviance:
    arguments: dict[str, Any] = case.arguments(method=method)
    arguments["random"] = blocks_of(arguments["random"])
    arguments["fixed"] = tuple(arguments["fixed"])
    design = build(case.data, Specification(**arguments))
    structure = make_structure(design)
    if design.spec.residual == "car1":
        return SeriesDeviance(design, structure, reml=method == "REML")
    return make_deviance(design, structure, reml=method == "REML")


def dense_of(case: Case, model: Model) -> Dense:
    """The dense model at the variances a fit reports."""
    series = str(max(model.n_groups, key=lambda group: model.n_groups[group]))
    error = residual(case.data, model.residual_sd, model.phi, series, model.spec.weights)
    blocks = [(group, _raw(names), matrix) for group, parts in model.covariances.items() for names, matrix in parts]
    v = covariance(case.data, blocks, error)
    x = columns(case.data, ["1", "x", "z"])
    return Dense(x, case.data["y"].to_numpy(), v, reml=model.spec.method == "REML")


def _raw(names: tuple[str, ...]) -> list[str]:
    return ["1" if name == "Intercept" else name for name in names]


@every_method
@every_case
def test_gradient_is_the_derivative_of_the_deviance(case: Case, method: str) -> None:
    deviance = deviance_of(case, method)
    for seed in SEEDS:
        theta = np.random.default_rng(seed).normal(0.5, 0.5, deviance.size)
        _, gradient = deviance.value_and_gradient(theta)
        for i in range(deviance.size):
            step = np.zeros(deviance.size)
            step[i] = 1e-5
            slope = (deviance.at(theta + step).deviance - deviance.at(theta - step).deviance) / 2e-5
            assert gradient[i] == pytest.approx(slope, abs=DIFFERENCE, rel=DIFFERENCE)


@every_method
@every_case
def test_fit_agrees_with_dense_matrices(case: Case, method: str) -> None:
    model = fit(case.data, **case.arguments(method=method))
    dense = dense_of(case, model)
    assert model.converged
    assert model.deviance == pytest.approx(dense.deviance, abs=DENSE)
    np.testing.assert_allclose(model.beta, dense.beta, rtol=DENSE, atol=DENSE)
    np.testing.assert_allclose(model.vcov, dense.vcov, rtol=1e-6, atol=DENSE)


@every_case
def test_no_nearby_variances_are_better(case: Case) -> None:
    """A minimum: the dense deviance rises when variances, sigma or phi are changed by a little."""
    model = fit(case.data, **case.arguments())
    best = dense_of(case, model).deviance
    deviance, theta = model.fitted.deviance, model.fitted.optimum.theta
    rng = np.random.default_rng(5)
    for _ in range(30):
        there = deviance.at(theta + 0.03 * rng.normal(size=len(theta)))
        assert there.deviance >= best - DENSE


@every_case
def test_modes_are_the_best_linear_predictions(case: Case) -> None:
    model = fit(case.data, **case.arguments())
    dense = dense_of(case, model)
    rest = dense.inverse @ (dense.y - dense.x @ dense.beta)
    for group, parts in model.covariances.items():
        table = model.effects(group)
        for names, matrix in parts:
            z = random_columns(case.data, group, _raw(names))
            big = np.kron(np.eye(len(table)), matrix)
            modes = big @ z.T @ rest
            expected = pd.DataFrame(modes.reshape(len(table), -1), columns=list(names))
            np.testing.assert_allclose(table[list(names)], expected, atol=1e-7)
            spread = np.diag(big - big @ z.T @ dense.inverse @ z @ big).reshape(len(table), -1)
            got = table[[f"variance[{name}]" for name in names]]
            np.testing.assert_allclose(got, spread, atol=1e-7)


@every_case
def test_leaving_a_group_out_is_fitting_without_its_rows(case: Case) -> None:
    model = fit(case.data, **case.arguments())
    group = next(iter(model.n_groups))
    without = model.influence(group)
    level = without.index[1]
    kept = Case(case.name, case.data[case.data[group] != level].reset_index(drop=True), case.random, case.options)
    dense = dense_of(kept, model)
    np.testing.assert_allclose(without.loc[level], dense.beta, atol=1e-7)


def test_where_levels_are_independent_leaving_each_out_by_subtraction_is_leaving_it_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    client = np.repeat(np.arange(60), 5)
    worker, time, dose = client // 6, np.tile(np.arange(5.0), 60), rng.poisson(0.5, 300).astype(float)
    y = 0.2 * dose + rng.normal(size=10)[worker] + rng.normal(size=60)[client] * (1.0 + 0.1 * time) + rng.normal(size=300)
    dose[worker == 3] = 0.0
    only_by_one = (worker == 7).astype(float) * rng.normal(size=300)  # without that worker it cannot be estimated
    data = {"y": y, "dose": dose, "time": time, "own": only_by_one, "client": client, "worker": worker}
    random = {"worker": ["1", "dose"], "client": ["1", "time"]}
    model = fit(data, outcome="y", fixed=["dose", "time", "own"], random=random)
    quick = model.influence("worker")
    monkeypatch.setattr(influence, "_independent_parts", lambda *_: None)
    slow = model.influence("worker")
    np.testing.assert_allclose(quick.to_numpy(), slow.to_numpy(), rtol=1e-9, atol=1e-12)
    assert quick.loc[7].isna().all()
    assert not quick.drop(index=7).isna().any().any()


def test_with_many_crossed_levels_those_that_move_a_combination_most_are_found() -> None:
    rng = np.random.Generator(np.random.PCG64(8))
    client = np.repeat(np.arange(200), 6)
    worker = np.where((np.arange(1200) % 6 > 3) & (client % 5 == 0), (client + 1) % 40, client % 40)
    time, dose = np.tile(np.arange(6.0), 200), rng.poisson(0.5, 1200).astype(float)
    y = 0.2 * dose + rng.normal(size=40)[worker] + rng.normal(size=200)[client] + rng.normal(size=1200)
    data = {"y": y, "dose": dose, "time": time, "client": client, "worker": worker}
    model = fit(data, outcome="y", fixed=["dose", "time"], random={"worker": ["1", "dose"], "client": ["1"]})
    whole = model.influence("worker")["dose"] - model.fixed.loc["dose", "estimate"]
    some = model.influence("worker", on={"dose": 1.0}, most=8)["dose"] - model.fixed.loc["dose", "estimate"]
    assert some.notna().sum() == 8
    assert some.abs().idxmax() == whole.abs().idxmax()
    np.testing.assert_allclose(some.dropna(), whole[some.notna()], rtol=1e-12)
    assert set(whole.abs().nlargest(4).index) <= set(some.dropna().index)
