"""Near boundaries: where variances are zero or correlations one, a search still ends at the lowest point and says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.multilevel import Model, fit

LOWEST = 1e-6  # above the lowest deviance known: searches end where no step promises 1e-9, valleys are curved
FIXED = ["x", "z", "time"]
ALL = {"worker": ["1"], "client": ["1", "x", "z", "time"]}
# Deviances at the lowest ends met, and those at the saddles beside them where searches once stopped.
SADDLES = {23: (2911.327920116, 2911.328075241), 8: (2037.406461861, 2037.407236633)}


def within(values: np.ndarray, client: np.ndarray) -> np.ndarray:
    return values - np.asarray(pd.Series(values).groupby(client).transform("mean"))


def study(seed: int) -> pd.DataFrame:
    """Clients who differ in level; in slopes not at all, hardly or somewhat; workers hardly."""
    random = np.random.default_rng(10_000 + seed)
    workers, clients, ratings = (int(random.integers(low, high)) for low, high in ((5, 16), (60, 150), (9, 14)))
    client = np.repeat(np.arange(clients), ratings)
    n, worker = len(client), client % workers
    if seed % 2 == 0:
        worker = np.where(random.random(n) < 0.05, (worker + 1) % workers, worker)
    time = np.tile(np.arange(ratings), clients) - (ratings - 1) / 2.0
    x, z = (within(random.poisson(rate, n).astype(float), client) for rate in (0.7, 0.4))
    spread = {"x": (0.0, 0.02, 0.1)[seed % 3], "time": (0.0, 0.003, 0.05)[seed // 3 % 3]}
    y = 1 + 0.15 * x + 0.02 * time + random.normal(0, (0.0, 0.05)[seed // 9 % 2], workers)[worker]
    y = y + random.normal(0, 0.4, clients)[client] + random.normal(0, spread["x"], clients)[client] * x
    y = y + random.normal(0, spread["time"], clients)[client] * time + random.normal(0, 0.6, n)
    day = time * 7 + random.integers(0, 3, n)
    return pd.DataFrame({"y": y, "x": x, "z": z, "time": time, "day": day, "client": client, "worker": worker})


def fitted(seed: int, **more: Any) -> Model:
    return fit(study(seed), **{"outcome": "y", "fixed": FIXED, "random": ALL, **more})


@pytest.mark.parametrize("seed", range(18))
def test_every_search_settles(seed: int) -> None:
    model = fitted(seed)
    assert model.converged
    assert "promised" not in model.optimizer.reason


def test_a_saddle_whose_way_down_is_short_is_left() -> None:
    lowest, saddle = SADDLES[23]
    model = fitted(23)
    assert model.converged
    assert model.singular
    assert model.deviance < lowest + LOWEST < saddle


def test_a_saddle_is_left_with_autocorrelated_residuals_too() -> None:
    lowest, saddle = SADDLES[8]
    random = {"worker": ["1"], "client": ["1", "x", "time"]}
    model = fitted(8, random=random, residual="car1", time="day")
    assert model.converged
    assert model.deviance < lowest + LOWEST < saddle


def schools() -> pd.DataFrame:
    """Ratings of 32 clients of ten workers in three schools: levels so few that one factor may stand for another."""
    draw = np.random.default_rng(583)
    school_of, worker_of = draw.integers(0, 3, 10), draw.integers(0, 10, 32)
    client = np.repeat(np.arange(32), 18)
    worker = worker_of[client]
    school = school_of[worker]
    y = draw.normal(0, 0.6, 3)[school] + draw.normal(0, 0.3, 10)[worker] + draw.normal(0, 1, 32)[client]
    y = y + draw.normal(0, 1, len(client))
    z = draw.normal(0, 1, 10)[worker]
    return pd.DataFrame({"y": y, "z": z, "client": client, "worker": worker, "school": school})


def test_few_levels_that_take_each_others_place() -> None:
    """lme4 finds 1779.3273 by nloptwrap; its bobyqa, and a search by moments alone, end at 1779.3608 without schools."""
    model = fit(schools(), outcome="y", fixed=["z"], random={"school": ["1"], "worker": ["1"], "client": ["1"]})
    assert model.n_obs > 500
    assert model.deviance == pytest.approx(1779.327269900, abs=LOWEST)
    assert model.optimizer.starts > 1
