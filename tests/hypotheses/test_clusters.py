"""Odds over few workers: clubSandwich's degrees of freedom, a dense calculation, and what one worker alone carries."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.hypotheses.clusters import cr2_covariance

FOLDER = Path(__file__).parent.parent / "reference" / "hypotheses"
PARITY = 1e-6


def weighted(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns times the root of the working weights, Pearson's residuals, and workers."""
    data = pd.read_csv(FOLDER / "few_workers.csv")
    x = np.column_stack([np.ones(len(data)), data["x"], data["time"], data["z"]])
    if kind == "linear":
        y = data["y"].to_numpy()
        return x, y - x @ np.linalg.lstsq(x, y)[0], data["worker"].to_numpy()
    y, beta = data["event"].to_numpy(dtype=float), np.zeros(4)
    for _ in range(30):
        mean = 1 / (1 + np.exp(-x @ beta))
        weights = mean * (1 - mean)
        beta = beta + np.linalg.solve(x.T @ (weights[:, None] * x), x.T @ (y - mean))
    return x * np.sqrt(weights)[:, None], (y - mean) / np.sqrt(weights), data["worker"].to_numpy()


def clubsandwich(kind: str) -> dict[str, list[float]]:
    return json.loads((FOLDER / "few_workers.json").read_text())[kind]


def test_linear_errors_and_df_are_clubsandwichs() -> None:
    """With equal weights the adjustment's root is the same in every coordinate; with unequal ones it is a convention."""
    found, theirs = cr2_covariance(*weighted("linear")), clubsandwich("linear")
    for weights, error, df in zip(np.eye(4), theirs["std_error"], theirs["df"], strict=True):
        assert found.std_error(weights) == pytest.approx(error, rel=PARITY)
        assert found.df(weights) == pytest.approx(df, rel=PARITY)


def test_errors_of_odds_are_the_dense_calculations() -> None:
    x, e, worker = weighted("odds")
    found, m = cr2_covariance(x, e, worker), np.linalg.inv(x.T @ x)
    meat = np.zeros((4, 4))
    for w in np.unique(worker):
        own = worker == w
        values, vectors = np.linalg.eigh(np.eye(own.sum()) - x[own] @ m @ x[own].T)
        score = x[own].T @ ((vectors / np.sqrt(values)) @ vectors.T) @ e[own]
        meat += np.outer(score, score)
    np.testing.assert_allclose(found.covariance, m @ meat @ m, rtol=1e-9)
    dense = np.eye(len(e)) - x @ m @ x.T
    for weights in np.eye(4):
        shares = []
        for w in np.unique(worker):
            own = worker == w
            values, vectors = np.linalg.eigh(dense[np.ix_(own, own)])
            shares.append(dense[:, own] @ ((vectors / np.sqrt(values)) @ vectors.T) @ x[own] @ m @ weights)
        p = np.array(shares) @ np.array(shares).T
        assert found.df(weights) == pytest.approx(np.trace(p) ** 2 / (p**2).sum(), rel=1e-9)


def test_odds_are_near_clubsandwichs_other_convention() -> None:
    """clubSandwich takes the root in the coordinates of working residuals, we (as Kauermann & Carroll 2001) in Pearson's."""
    found, theirs = cr2_covariance(*weighted("odds")), clubsandwich("odds")
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), theirs["std_error"], rtol=0.02)
    np.testing.assert_allclose([found.df(weights) for weights in np.eye(4)], theirs["df"], rtol=2e-3)


def test_what_one_worker_alone_carries_has_no_error() -> None:
    x, e, worker = weighted("linear")
    only = np.column_stack([x, worker == 3])
    found = cr2_covariance(only, e, worker)
    assert found.alone(np.eye(5)[4])
    assert np.isnan(found.std_error(np.eye(5)[4]))
    assert not found.alone(np.eye(5)[1])


def test_few_workers_reject_a_true_null_no_more_often_than_they_say() -> None:
    """Three and five workers whose levels and clients differ: at most .05 and four binomial errors."""
    from scipy.stats import t

    for workers in (3, 5):
        rng, wrong, rounds = np.random.default_rng(workers), 0, 200
        for _ in range(rounds):
            worker = np.repeat(np.arange(workers), 80)
            x = np.column_stack([np.ones(len(worker)), rng.poisson(np.exp(rng.normal(-0.5, 0.4, workers))[worker])])
            chance = 1 / (1 + np.exp(1.5 - rng.normal(0, 0.5, workers)[worker]))
            event, beta = (rng.random(len(worker)) < chance).astype(float), np.zeros(2)
            for _ in range(15):
                mean = 1 / (1 + np.exp(-x @ beta))
                weights = mean * (1 - mean)
                beta = beta + np.linalg.solve(x.T @ (weights[:, None] * x), x.T @ (event - mean))
            found = cr2_covariance(x * np.sqrt(weights)[:, None], (event - mean) / np.sqrt(weights), worker)
            slope = np.array([0.0, 1.0])
            wrong += abs(beta[1]) > t.ppf(0.975, found.df(slope)) * found.std_error(slope)
        assert wrong / rounds < 0.05 + 4 * np.sqrt(0.05 * 0.95 / rounds)
