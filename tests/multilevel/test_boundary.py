"""Near boundaries: where variances are zero or correlations one, a search still ends at the lowest point and says so."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from pipeline.multilevel import Model, fit
from pipeline.multilevel.search.estimate import _elsewhere, _from

LOWEST = 1e-6  # above the lowest deviance known: searches end where no step promises 1e-9, valleys are curved
FIXED = ["x", "z", "time"]
ALL = {"worker": ["1"], "client": ["1", "x", "z", "time"]}
# Deviances at the lowest ends met, and those at the saddles beside them where searches once stopped.
SADDLES = {23: (2911.327920116, 2911.328075241), 8: (2037.406461861, 2037.407236633)}

WITH_TWO = (3, 21, 305, 10057, 20151)  # seeds


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


def few(seed: int) -> pd.DataFrame:
    """Ratings of some sixty clients of few workers in few schools, whose sizes differ and whose variances may be zero."""
    draw = np.random.default_rng(seed)
    schools = int(draw.integers(2, 6))
    workers = int(draw.integers(2 * schools, 30))
    school_of = np.append(np.arange(schools), draw.integers(0, schools, workers - schools))
    worker_of = np.append(np.arange(workers), draw.choice(workers, 60 - workers, p=draw.dirichlet(np.full(workers, 2.0))))
    client = np.repeat(np.arange(60), 9)
    worker = worker_of[client]
    sizes = draw.choice([0.0, 0.1, 0.3, 0.6], 3)
    y = draw.normal(0, sizes[0], schools)[school_of[worker]] + draw.normal(0, sizes[1], workers)[worker]
    y = y + draw.normal(0, sizes[2], 60)[client] + draw.normal(0, 1, len(client))
    return pd.DataFrame({"y": y, "x": draw.normal(0, 1, len(client)), "client": client, "worker": worker}).assign(
        school=school_of[worker]
    )


@pytest.mark.parametrize("seed", range(8))
def test_a_zero_is_searched_again_only_where_larger_sizes_may_do_better(seed: int) -> None:
    """Begun anew from the relative sizes that fits of few rows try, no search ends lower."""
    model = fit(few(seed), outcome="y", fixed=["x"], random={"school": ["1"], "worker": ["1"], "client": ["1", "x"]})
    deviance = model.fitted.deviance
    ends = [_from(deviance, start, None).here.deviance for start in deviance.starts(many=True)]
    assert model.deviance <= min(ends) + LOWEST


def test_two_factors_one_of_which_is_zero_are_all_there_is() -> None:
    model = fit(few(1), outcome="y", fixed=["x"], random={"school": ["1"], "worker": ["1"]})
    assert model.converged


def test_a_zero_that_larger_sizes_only_make_worse_costs_a_few_evaluations() -> None:
    model = fit(few(1), outcome="y", fixed=["x"], random={"school": ["1"], "worker": ["1"], "client": ["1"]})
    deviance, before = model.fitted.deviance, model.fitted.deviance.evaluations
    assert (model.fitted.optimum.theta == 0).any()
    assert _elsewhere(deviance, model.fitted.optimum) == []
    assert 4 <= deviance.evaluations - before <= 12 * int((model.fitted.optimum.theta == 0).sum())
    assert model.optimizer.starts == 1


def competing(seed: int, method: Literal["REML", "ML"]) -> Model:
    """Two or three schools, and workers so few and so unequal that one of the two variances may stand for the other."""
    draw = np.random.default_rng(99_000_000 + seed)
    schools = int(draw.integers(2, 4))
    workers = int(draw.integers(schools + 1, 9))
    clients = int(draw.integers(workers + 2, 30))
    school_of = np.append(np.arange(schools), draw.integers(0, schools, workers - schools))
    shares = draw.dirichlet(np.ones(workers))
    worker_of = np.append(np.arange(workers), draw.choice(workers, clients - workers, p=shares))
    client = np.repeat(np.arange(clients), 6)
    worker = worker_of[client]
    sizes = draw.choice([0, 0.3, 0.6, 1.0], 3)
    y = draw.normal(0, sizes[0], schools)[school_of[worker]] + draw.normal(0, sizes[1], workers)[worker]
    y = y + draw.normal(0, sizes[2], clients)[client] + draw.normal(0, 1, len(client))
    x = draw.normal(0, 1, len(client))
    data = pd.DataFrame({"y": y, "x": x, "client": client, "worker": worker, "school": school_of[worker]})
    random = {"school": ["1"], "worker": ["1"], "client": ["1"]}
    return fit(data.assign(z=draw.normal(0, 1, workers)[worker]), outcome="y", fixed=["z"], random=random, method=method)


@pytest.mark.parametrize("seed", WITH_TWO)
def test_where_one_factor_stands_for_another_the_lower_optimum_is_found(seed: int) -> None:
    """From the start by moments the search ends in the higher of two optima: five of some thousand such sets."""
    model = competing(seed, "ML" if seed % 2 else "REML")
    deviance = model.fitted.deviance
    first = _from(deviance, deviance.starts(many=False)[0], None)
    again = _elsewhere(deviance, first)
    assert again
    assert min(_from(deviance, one, None).here.deviance for one in again) < first.here.deviance - 0.01
