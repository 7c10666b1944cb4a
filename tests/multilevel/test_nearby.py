"""A search started near an earlier fit ends where one of its own would, and errors of covariances are those of theory."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.base.errors import ModelError
from pipeline.multilevel import Model, fit
from pipeline.multilevel.search import estimate

SAME_DEVIANCE = 1e-7  # both searches end where no step promises a decrease of 1e-9
SAME = 1e-5  # relative: of estimates and errors at two ends that near
SAMPLING = 0.1  # relative: the standard deviation of 200 draws has a standard error of 5%
ROWS = 12
PLAIN = {"worker": ["1"], "client": ["1", "x"]}


def study(spread: float = 0.3, workers: int = 12, each: int = 6, seed: int = 3) -> pd.DataFrame:
    """Clients of workers with own slopes of x; `spread` 0: nobody differs in slope."""
    random = np.random.default_rng(seed)
    client = np.repeat(np.arange(workers * each), ROWS)
    x, z = random.normal(size=(2, len(client)))
    level, slope = random.normal(size=(2, workers * each)) * np.array([[0.6], [spread]])
    y = 2 + 0.4 * x + level[client] + slope[client] * x + random.normal(0, 0.4, workers)[client // each]
    day = np.tile(np.arange(ROWS), workers * each) * 7.0
    frame = pd.DataFrame({"worker": client // each, "client": client, "x": x, "z": z, "day": day})
    return frame.assign(y=y + random.normal(0, 0.7, len(client)))


def same(one: Model, other: Model) -> None:
    assert one.converged
    assert other.converged
    assert one.deviance == pytest.approx(other.deviance, abs=SAME_DEVIANCE)
    np.testing.assert_allclose(one.fixed[["estimate", "std_error"]], other.fixed[["estimate", "std_error"]], rtol=SAME)


@pytest.mark.parametrize("spread", [0.3, 0.0], ids=["slopes", "none"])
@pytest.mark.parametrize(
    "random",
    [PLAIN, {"worker": ["1"], "client": ["1"]}, {"client": ["1", "x", "z"]}, {"client": [["1"], ["x"]], "worker": ["1"]}],
    ids=["same", "fewer", "more", "uncorrelated"],
)
def test_the_same_optimum_from_nearby(random: dict[str, list[str]], spread: float) -> None:
    data = study(spread)
    first = fit(data, outcome="y", fixed=["x"], random=PLAIN)
    settings = {"outcome": "y", "fixed": ["x", "z"], "random": random}
    near = fit(data.iloc[: len(data) - 5 * ROWS], near=first, **settings)
    same(near, fit(data.iloc[: len(data) - 5 * ROWS], **settings))


def test_car1_from_nearby() -> None:
    data = study()
    settings = {"outcome": "y", "fixed": ["x"], "random": PLAIN}
    first = fit(data, **settings)
    own = fit(data, residual="car1", time="day", **settings)
    near = fit(data, residual="car1", time="day", near=first, **settings)
    same(near, own)
    assert near.optimizer.evaluations < own.optimizer.evaluations


def test_a_fit_nearby_saves_evaluations() -> None:
    data = study()
    first = fit(data, outcome="y", fixed=["x"], random=PLAIN)
    settings = {"outcome": "y", "fixed": ["x", "z"], "random": PLAIN}
    assert fit(data, near=first, **settings).optimizer.evaluations < fit(data, **settings).optimizer.evaluations


def test_a_start_where_a_variance_is_zero_is_left() -> None:
    none, some = study(0.0), study(0.5)
    first = fit(none, outcome="y", fixed=["x"], random=PLAIN)
    settings = {"outcome": "y", "fixed": ["x"], "random": PLAIN}
    same(fit(some, near=first, **settings), fit(some, **settings))


@pytest.mark.slow
def test_error_of_a_covariance_is_its_spread_over_samples() -> None:
    model = fit(study(workers=30), outcome="y", fixed=["x"], random=PLAIN)
    ends = [model.refit(y, near=True).covariances["client"][0][1] for y in model.simulate(5, 200)]
    for one, other, (i, j) in (("Intercept", "Intercept", (0, 0)), ("Intercept", "x", (0, 1)), ("x", "x", (1, 1))):
        spread = np.std([matrix[i, j] for matrix in ends])
        assert model.covariance_error("client", one, other) == pytest.approx(spread, rel=SAMPLING)


def test_error_of_a_covariance_across_blocks_is_refused() -> None:
    model = fit(study(), outcome="y", fixed=["x"], random={"client": [["1"], ["x"]]})
    with pytest.raises(ModelError, match="client"):
        model.covariance_error("client", "Intercept", "x")


@pytest.mark.parametrize("seed", range(6))
def test_further_searches_stop_only_where_they_would_end_as_well(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = study(0.2 * (seed % 2), workers=3 + seed, each=3, seed=seed)
    settings = {"outcome": "y", "fixed": ["x", "z"], "random": {"worker": ["1", "x"], "client": ["1", "x"]}}
    sooner = fit(data, **settings)
    monkeypatch.setattr(estimate, "_near_any", lambda *_: lambda *_: False)
    whole = fit(data, **settings)
    assert sooner.deviance == whole.deviance
    pd.testing.assert_frame_equal(sooner.fixed, whole.fixed, check_exact=True)
    assert sooner.optimizer.evaluations < whole.optimizer.evaluations
