"""Small simulated panels with known numbers, and the dense normal density they must agree with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.dynamic.arrays import Floats, Integers


@dataclass(frozen=True)
class Truth:
    beta: float = 0.15
    lam: float = 0.05
    phi: float = 0.3
    rho: float = 0.25
    gamma: float = -0.3
    var_x: float = 1.0
    var_y: float = 0.5
    error: float = 0.15
    psi: tuple[float, float, float] = (0.4, 0.15, 0.6)
    mean: tuple[float, float] = (1.0, 3.5)


@dataclass(frozen=True)
class Long:
    x: Floats
    y: Floats
    client: Integers
    occasion: Integers
    worker: Integers


def draw(seed: int, clients: int, ratings: int, truth: Truth | None = None, workers: int = 20, missing: float = 0.0) -> Long:
    """Panels from the model itself, started 50 steps before the first rating; some leave early, some ratings are missing."""
    t = truth or Truth()
    rng = np.random.default_rng(seed)
    part = rng.multivariate_normal(t.mean, [[t.psi[0], t.psi[1]], [t.psi[1], t.psi[2]]], size=clients)
    x, y = np.zeros(clients), np.zeros(clients)
    kept_x, kept_y = [], []
    for k in range(50 + ratings):
        new = t.rho * x + t.gamma * y + np.sqrt(t.var_x) * rng.standard_normal(clients)
        y = t.beta * new + t.lam * x + t.phi * y + np.sqrt(t.var_y) * rng.standard_normal(clients)
        x = new
        if k >= 50:
            kept_x.append(part[:, 0] + x)
            kept_y.append(part[:, 1] + y + np.sqrt(t.error) * rng.standard_normal(clients))
    X, Y = np.array(kept_x).T, np.array(kept_y).T
    if missing:
        Y[rng.random(Y.shape) < missing] = np.nan
        last = rng.integers(max(ratings // 2, 2), ratings + 1, size=clients)
        gone = np.arange(ratings) >= last[:, None]
        X[gone], Y[gone] = np.nan, np.nan
    client = np.repeat(np.arange(clients), ratings)
    occasion = np.tile(np.arange(1, ratings + 1), clients)
    keep = np.isfinite(X.ravel())
    worker = np.repeat(rng.integers(0, workers, size=clients), ratings)
    return Long(X.ravel()[keep], Y.ravel()[keep], client[keep], occasion[keep], worker[keep])
