from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.measures.omega import factor_omega
from pipeline.sem.fitness import fitness
from pipeline.sem.likelihood import deviance, evaluate_at
from pipeline.sem.models import (
    LEVELS,
    FittedStructure,
    Invariance,
    Shape,
    complete_moments,
    fit_groups,
    fit_one,
    loading_pattern,
)
from pipeline.sem.optimize import maximize
from pipeline.sem.twolevel import BETWEEN, WITHIN, fit_two_level, two_level_blocks
from tests.measures.reference import data, said

SUBSCALES = [[item for item in range(12) if item % 3 == group] for group in range(3)]
CHI2 = 1e-3  # the parity the issue asks for; lavaan stops at a relative deviance of 1e-10
INDEX = 1e-3
LOADING = 1e-4
OMEGA = 1e-5  # lavaan's EM-like start leaves its two-level solution this far from the stationary point
SLOPE = 1e-5  # central differences with steps of 1e-5
SHAPES: tuple[Shape, ...] = ("one_factor", "subscales", "bifactor")
CASES = ("twelve", "other", "five")


def fitted(name: str, shape: Shape) -> tuple[FittedStructure, Any]:
    sample = complete_moments(data(name).to_numpy(dtype=float))
    return fit_one(sample, loading_pattern(shape, 12, SUBSCALES), orthogonal=shape == "bifactor"), sample


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", CASES)
def test_fit_measures_are_lavaans(name: str, shape: Shape) -> None:
    model, sample = fitted(name, shape)
    found, expected = fitness(model, [sample]), said("cfa")[name][shape]["fit"]
    assert found.converged
    assert found.df == expected["df"]
    assert found.chi2 == pytest.approx(expected["chisq"], abs=CHI2)
    assert [found.aic, found.bic] == pytest.approx([expected["aic"], expected["bic"]], abs=CHI2)
    ours = [found.cfi, found.tli, found.rmsea, found.rmsea_low, found.rmsea_high, found.srmr, found.p_value]
    theirs = ["cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "pvalue"]
    assert ours == pytest.approx([expected[key] for key in theirs], abs=INDEX)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", CASES)
def test_loadings_are_lavaans(name: str, shape: Shape) -> None:
    model, _ = fitted(name, shape)
    columns = {"one_factor": ["g"], "subscales": ["s1", "s2", "s3"], "bifactor": ["g", "s1", "s2", "s3"]}[shape]
    found = pd.DataFrame(model.loadings(), columns=columns)
    for row in said("cfa")[name][shape]["loadings"]:
        item = int(row["item"].removeprefix("item_")) - 1
        sign = np.sign(found[row["factor"]].sum() * sum_of(name, shape, row["factor"]))  # a factor may be turned round
        assert sign * found.loc[item, row["factor"]] == pytest.approx(row["loading"], abs=LOADING)


def sum_of(name: str, shape: Shape, factor: str) -> float:
    return sum(row["loading"] for row in said("cfa")[name][shape]["loadings"] if row["factor"] == factor)


def test_factor_correlations_are_lavaans() -> None:
    model, _ = fitted("twelve", "subscales")
    expected = {(row["lhs"], row["rhs"]): row["est.std"] for row in said("cfa")["twelve"]["subscales"]["correlations"]}
    found = model.factor_correlations()
    for (one, two), value in expected.items():
        assert found[int(one[1]) - 1, int(two[1]) - 1] == pytest.approx(value, abs=LOADING)


@pytest.mark.parametrize("invariance", LEVELS)
def test_invariance_is_lavaans(invariance: Invariance) -> None:
    groups = [
        complete_moments(part.drop(columns="block").to_numpy(dtype=float)) for _, part in data("blocks").groupby("block")
    ]
    found = fitness(fit_groups(groups, loading_pattern("subscales", 12, SUBSCALES), invariance), groups)
    expected = said("invariance")[invariance]
    assert found.df == expected["df"]
    assert [found.chi2, found.aic, found.bic] == pytest.approx([expected[k] for k in ("chisq", "aic", "bic")], abs=CHI2)
    assert [found.cfi, found.tli, found.rmsea, found.srmr] == pytest.approx(
        [expected[key] for key in ("cfi", "tli", "rmsea", "srmr")], abs=INDEX
    )


@pytest.mark.parametrize(
    ("case", "file", "items", "cluster"),
    [
        ("demo", "demo_twolevel", ["y1", "y2", "y3"], "cluster"),
        ("clustered", "clustered", [f"item_{i}" for i in range(1, 7)], "client"),
    ],
)
def test_two_level_omega_is_lavaans(case: str, file: str, items: list[str], cluster: str) -> None:
    table, expected = data(file), said("twolevel")[case]
    answers = table[items].to_numpy(dtype=float)
    model = fit_two_level(answers, pd.factorize(table[cluster])[0])
    assert model.optimum.converged
    loglik = -(model.optimum.deviance + answers.size * np.log(2 * np.pi)) / 2
    assert loglik == pytest.approx(expected["loglik"], abs=CHI2)
    for part, name in ((WITHIN, "within"), (BETWEEN, "between")):
        omega, low, high = factor_omega(model, part, 0.95)
        assert omega == pytest.approx(expected[name], abs=OMEGA)
        assert low < omega < high <= 1
        loadings = model.parts[part].loadings.at(model.optimum.theta)[:, 0]
        assert np.abs(loadings) == pytest.approx(np.abs(expected[f"loadings_{name}"]), abs=10 * LOADING)


def test_the_published_two_level_omegas() -> None:
    table = data("demo_twolevel")
    model = fit_two_level(table[["y1", "y2", "y3"]].to_numpy(dtype=float), pd.factorize(table["cluster"])[0])
    assert round(factor_omega(model, WITHIN, 0.95)[0], 4) == 0.6762
    assert round(factor_omega(model, BETWEEN, 0.95)[0], 4) == 0.9352


@pytest.mark.parametrize("seed", [1, 2])
def test_the_gradient_is_the_slope_of_the_deviance(seed: int) -> None:
    table = data("clustered")
    answers, clusters = table.filter(like="item").to_numpy(dtype=float), pd.factorize(table["client"])[0]
    model, blocks = fit_two_level(answers, clusters), two_level_blocks(answers, clusters)
    theta = model.optimum.theta * np.random.default_rng(seed).uniform(0.8, 1.2, len(model.optimum.theta))
    step = np.eye(len(theta)) * SLOPE
    slopes = [
        (deviance(theta + h, model.parts, blocks) - deviance(theta - h, model.parts, blocks)) / (2 * SLOPE) for h in step
    ]
    np.testing.assert_allclose(evaluate_at(theta, model.parts, blocks).gradient, slopes, rtol=1e-4, atol=1e-2)


def test_the_optimum_does_not_depend_on_the_start() -> None:
    model, sample = fitted("twelve", "bifactor")
    table = data("twelve")
    rng = np.random.default_rng(4)
    from pipeline.sem.likelihood import PatternBlock

    blocks = [PatternBlock(len(table), sample.covariance, sample.mean, 1.0, ((0, 1.0),), 0)]
    start = model.optimum.theta * rng.uniform(0.7, 1.3, len(model.optimum.theta))
    again = maximize([start], model.parts, blocks)
    assert again.converged
    assert again.deviance == pytest.approx(model.optimum.deviance, abs=CHI2 / 1000)


def test_fit_does_not_depend_on_the_items_scale_or_sign() -> None:
    answers = data("twelve").to_numpy(dtype=float)
    turned = answers * np.where(np.arange(12) % 2, -3.0, 0.1)
    one, two = complete_moments(answers), complete_moments(turned)
    where = loading_pattern("subscales", 12, SUBSCALES)
    first, second = fitness(fit_one(one, where), [one]), fitness(fit_one(two, where), [two])
    assert first.chi2 == pytest.approx(second.chi2, abs=CHI2)
