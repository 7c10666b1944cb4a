"""Simulated responses have the mean and the covariance the model says, written out as an n x n matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.multilevel import Model
from tests.multilevel.references import Case, all_cases, model_of

DRAWS = 4000
# z values of means and covariances over thousands of (dependent) pairs: 7 is out of reach by chance, while a forgotten
# weight, slope or correlation gives tens.
LARGEST = 7.0

NAMES = (
    "study_tiny", "machines_slopes", "penicillin", "study_weighted_intercept", "study_moving", "study_blocks",
    "car1_client", "car1_weekly", "car1_weekly_slope", "car1_moving", "car1_weighted",
)  # fmt: skip
CASES = [case for case in all_cases() if case.name in NAMES and case.method == "REML"]


def implied(model: Model, data: pd.DataFrame, case: Case) -> np.ndarray[Any, Any]:
    """Z G Z' + R from the model's tables and the data alone."""
    n = len(data)
    total = np.zeros((n, n))
    for group, blocks in model.covariances.items():
        codes = pd.factorize(data[group])[0]
        for names, covariance in blocks:
            columns = np.column_stack([np.ones(n) if name == "Intercept" else data[name] for name in names])
            total += (codes[:, None] == codes) * (columns @ covariance @ columns.T)
    residual = np.eye(n)
    if case.asked["time"]:
        days = data[case.asked["time"]].to_numpy(dtype=float)
        clients = pd.factorize(data["client_id"])[0]
        assert model.phi is not None
        residual = (clients[:, None] == clients) * model.phi ** np.abs(days[:, None] - days)
    weights = np.ones(n) if case.asked["weights"] is None else data[case.asked["weights"]].to_numpy()
    found: np.ndarray[Any, Any] = total + model.residual_sd**2 * residual / np.sqrt(np.outer(weights, weights))
    return found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_mean_and_covariance(case: Case) -> None:
    model = model_of(case)
    draws = model.simulate(seed=3, n=DRAWS)
    assert draws.shape == (DRAWS, model.n_obs)
    away = draws - model.predict(effects=False)
    covariance = implied(model, case.data, case)
    variances = np.diag(covariance)
    assert np.abs(away.mean(axis=0) / np.sqrt(variances / DRAWS)).max() < LARGEST
    spread = np.sqrt((np.outer(variances, variances) + covariance**2) / DRAWS)
    assert np.abs((away.T @ away / DRAWS - covariance) / spread).max() < LARGEST


def test_a_seed_decides_every_draw() -> None:
    model = model_of(CASES[0])
    assert np.array_equal(model.simulate(seed=1, n=3), model.simulate(seed=1, n=3))
    assert not np.array_equal(model.simulate(seed=1, n=3), model.simulate(seed=2, n=3))


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case.name in ("study_moving", "car1_weekly")], ids=str)
def test_a_refit_to_simulated_responses_finds_the_model_again(case: Case) -> None:
    """Estimates scatter around the values simulated from: means over refits within four standard errors of them."""
    model = model_of(case)
    again = [model.refit(outcome) for outcome in model.simulate(seed=5, n=60)]
    betas = np.array([one.beta for one in again])
    error = betas.std(axis=0, ddof=1) / np.sqrt(len(again))
    assert (np.abs(betas.mean(axis=0) - model.beta) < 4 * error).all()
    if model.phi is not None:
        found = np.array([float(one.phi or 0.0) for one in again])
        assert abs(np.median(found) - model.phi) < 0.02
