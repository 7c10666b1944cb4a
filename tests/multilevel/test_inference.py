"""Tests and intervals: what R cannot be asked for, held to definitions and to each other."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy.special import chdtri, stdtr

from pipeline.multilevel import compare, fit
from pipeline.multilevel.inference.profile import Curve, targets
from tests.multilevel.dense import Dense, indicator
from tests.multilevel.designs import CASES, Case
from tests.multilevel.test_deviance import dense_of, every_case

BY_NAME = {case.name: case for case in CASES}
# Dense eigen-decompositions of matrices with condition numbers near 1e3.
DENSE = 1e-7
# A profile bound is found to 1e-6 in the root of the rise of the deviance (about 2 there, so 4e-6 in the rise).
RISE = 2e-5


def cr2(dense: Dense, clusters: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, float]:
    """CR2 with the full V in the scores: the definition, cluster by cluster; and the df of one contrast."""
    rest, xv = dense.y - dense.x @ dense.beta, dense.inverse @ dense.x
    meat, shares = np.zeros_like(dense.vcov), []
    for cluster in clusters.T.astype(bool):
        v = dense.v[np.ix_(cluster, cluster)]
        x = dense.x[cluster]
        root = np.linalg.cholesky(v)
        values, vectors = np.linalg.eigh(root.T @ (v - x @ dense.vcov @ x.T) @ root)
        a = root @ vectors @ np.diag(values**-0.5) @ vectors.T @ root.T
        score = xv[cluster].T @ a @ rest[cluster]
        meat += np.outer(score, score)
        share = np.zeros(len(dense.y))
        share[cluster] = a @ xv[cluster] @ dense.vcov @ weights
        shares.append(share)
    s = np.array(shares)
    p = s @ (dense.v - dense.x @ dense.vcov @ dense.x.T) @ s.T
    return dense.vcov @ meat @ dense.vcov, float(np.trace(p) ** 2 / np.sum(p**2))


@pytest.mark.parametrize("name", ["nested", "three_nested", "moving", "moving_slopes", "weighted_moving", "car1_nested"])
def test_cluster_robust_is_its_definition(name: str) -> None:
    case = BY_NAME[name]
    model = fit(case.data, **case.arguments())
    robust = model.cluster_robust("worker")
    vcov, df = cr2(dense_of(case, model), indicator(case.data, "worker"), np.array([0.0, 1.0, 0.0]))
    np.testing.assert_allclose(robust.vcov, vcov, rtol=1e-5, atol=DENSE)
    assert robust.contrast({"x": 1.0}).df == pytest.approx(df, rel=1e-6)


@every_case
def test_contrast_of_one_coefficient_is_its_row(case: Case) -> None:
    model = fit(case.data, **case.arguments())
    row, one = model.fixed.loc["x"], model.contrast({"x": 1.0})
    assert one.estimate == row["estimate"]
    assert one.df == row["df"]
    assert one.p_value == pytest.approx(2 * stdtr(one.df, -abs(one.statistic)))
    joint = model.joint([{"x": 1.0}])
    assert joint.p_value == pytest.approx(one.p_value)
    assert joint.df_denominator == pytest.approx(one.df)


def test_level_and_null() -> None:
    case = BY_NAME["nested"]
    model = fit(case.data, **case.arguments())
    wide, narrow = model.contrast({"x": 1.0, "z": -1.0}), model.contrast({"x": 1.0, "z": -1.0}, level=0.9)
    assert wide.conf_low < narrow.conf_low < narrow.estimate < narrow.conf_high < wide.conf_high
    at_bound = model.contrast({"x": 1.0, "z": -1.0}, null=wide.conf_low)
    assert at_bound.p_value == pytest.approx(0.05)


def test_no_degrees_of_freedom_is_the_normal_distribution() -> None:
    case = BY_NAME["nested"]
    model = fit(case.data, **case.arguments(df="none"))
    assert np.isinf(model.fixed["df"]).all()
    half = (model.fixed["conf_high"] - model.fixed["conf_low"]) / 2 / model.fixed["std_error"]
    np.testing.assert_allclose(half, 1.959963984540054)


@pytest.mark.parametrize("name", ["slope", "nested", "moving", "car1"])
def test_profile_bounds_raise_the_deviance_by_the_quantile(name: str) -> None:
    case = BY_NAME[name]
    model = fit(case.data, **case.arguments(method="ML"))
    table = model.profile(0.95)
    for target, (_, row) in zip(targets(model.fitted), table.iterrows(), strict=True):
        curve = Curve(model.fitted, target)
        for bound, edge in ((row["conf_low"], 0.0 if target.j is None else -1.0), (row["conf_high"], 1.0)):
            rise = curve.rise(bound / curve.unit) ** 2
            reached = rise == pytest.approx(chdtri(1, 0.05), abs=RISE)
            assert reached or (bound == pytest.approx(edge, abs=1e-6) and rise < chdtri(1, 0.05))


def test_bootstrap_is_seeded_and_centred() -> None:
    case = BY_NAME["nested"]
    model = fit(case.data, **case.arguments())
    one, again = model.bootstrap(7, 60), model.bootstrap(7, 60)
    np.testing.assert_array_equal(one.draws, again.draws)
    assert not np.array_equal(one.draws, model.bootstrap(8, 60).draws)
    table = one.intervals().set_index(["group", "term_1"])
    x = table.loc[("fixed", "x")]
    # 60 draws: the mean is off by se / sqrt(60); four such steps.
    assert abs(one.draws[:, 1].mean() - model.beta[1]) < 4 * x["std_error"] / np.sqrt(60)
    assert x["conf_low"] < model.beta[1] < x["conf_high"]


def test_likelihood_ratio_is_twice_the_gain() -> None:
    case = BY_NAME["nested"]
    small = fit(case.data, **case.arguments(fixed=["x"]))
    large = fit(case.data, **case.arguments())
    found = compare(small, large)
    one = fit(case.data, **case.arguments(fixed=["x"], method="ML"))
    two = fit(case.data, **case.arguments(method="ML"))
    assert found.statistic == pytest.approx(one.deviance - two.deviance, abs=1e-8)
    assert found.df == 1
    assert found.aic_large == pytest.approx(two.aic, abs=1e-8)


def test_import_brings_no_heavy_library() -> None:
    """What makes the import dear stays out of it: pandas, SciPy and statsmodels are loaded where they are used."""
    script = "import sys, pipeline.multilevel; print([m for m in ('pandas', 'scipy', 'statsmodels') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
