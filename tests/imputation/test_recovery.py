"""Truth: what was simulated is found again on all three levels, and what complete rows get wrong is put right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.imputation.convergence import effective_draws, r_hat
from pipeline.imputation.records import Booleans, Floats, Incomplete, Integers, Kind, Product, Settings, Slope, Variable
from pipeline.imputation.sampler import impute
from tests.imputation.tables import simulated

SETTINGS = Settings(imputations=8, seed=11, warmup=40, watched=80, apart=10, r_hat=1.2, effective=20.0)
ROUGH = replace(SETTINGS, r_hat=1.3, effective=10.0)
WIDE = 4.0  # standard errors: a seeded test, wide enough to say "wrong", not "unlucky"


@pytest.mark.slow
def test_three_levels_are_found_again() -> None:
    slopes = (Slope("client", "x", "y"), Slope("client", "x", "a"))
    data, _, _ = simulated(21, workers=40, clients=400, sessions=6, changing=0.1, slopes=slopes, slope_sd=0.4)
    found = impute(data, SETTINGS)
    posteriors = []
    for one in found:
        posteriors.append(found.chains.posterior(one.number % 4))
    b, residual, client, worker = (
        np.mean([getattr(p, name) for p in posteriors], axis=0) for name in ("coefficients", "residual", "client", "worker")
    )
    assert b[1] == pytest.approx([0.3, 0.3], abs=0.09)
    assert residual == pytest.approx(np.array([[1.0, 0.5], [0.5, 1.0]]), abs=0.1)
    # slopes are on the predictor in SDs; x has SD 1
    assert client[2, 3] / np.sqrt(client[2, 2] * client[3, 3]) > 0.8  # one slope for both variables was simulated
    assert np.sqrt(np.diag(client)) == pytest.approx([0.7, 0.7, 0.4, 0.4], abs=0.1)
    assert np.sqrt(np.diag(worker)) == pytest.approx([0.4, 0.4], abs=0.15)


@pytest.mark.slow
def test_variables_of_clients_keep_their_share_and_their_tie_to_the_sessions() -> None:
    variables = (Variable("y"), Variable("a"), Variable("need", "client"), Variable("mandated", "client", "yes_no"))
    data, _, complete = simulated(22, clients=600, sessions=5, workers=20, variables=variables)
    means, ties = [], []
    for one in impute(data, SETTINGS):
        means.append(one.of_client.mean(axis=0))
        own = np.bincount(data.client, weights=one.session[:, 1]) / np.bincount(data.client)
        ties.append([np.corrcoef(own, one.of_client[:, place])[0, 1] for place in (0, 1)])
    own = np.bincount(data.client, weights=data.session[:, 1]) / np.bincount(data.client)
    assert np.mean(means, axis=0) == pytest.approx(complete.mean(axis=0), abs=0.06)
    true = [np.corrcoef(own, complete[:, place])[0, 1] for place in (0, 1)]
    assert np.mean(ties, axis=0) == pytest.approx(true, abs=0.06)


def test_a_level_that_complete_rows_get_wrong_is_put_right() -> None:
    apart, bare = [], []
    for seed in range(4):
        data, complete, _ = simulated(100 + seed, clients=120, gaps=0.4)
        truth = complete[:, 0].mean()
        bare.append(np.nanmean(data.session[:, 0]) - truth)
        apart.append(np.mean([one.session[:, 0].mean() for one in impute(data, SETTINGS)]) - truth)
    mean, error = np.mean(apart), np.std(apart, ddof=1) / np.sqrt(len(apart))
    assert np.mean(bare) < -0.15  # those with high `a` are missing, and with them high y
    assert abs(mean) < WIDE * error
    assert abs(mean) < 0.03


def test_r_hat_and_effective_draws_of_known_chains() -> None:
    random = np.random.default_rng(5)
    free = random.standard_normal((4, 500, 3))
    assert np.all(r_hat(free) < 1.02)
    assert effective_draws(free) == pytest.approx(2000, rel=0.25)
    apart = free + np.arange(4)[:, None, None]
    assert np.all(r_hat(apart) > 1.5)
    slow = np.zeros((4, 2000, 1))
    for step in range(1, 2000):
        slow[:, step] = 0.9 * slow[:, step - 1] + random.standard_normal((4, 1))
    assert effective_draws(slow)[0] == pytest.approx(8000 / 19, rel=0.3)  # (1 + .9) / (1 - .9)
    assert r_hat(np.ones((4, 100, 1)))[0] == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "seeds"), [("number", (5, 6, 7)), ("yes_no", (5,))])
def test_a_moderator_with_gaps_keeps_its_product(kind: Kind, seeds: tuple[int, ...]) -> None:
    """Slopes that differ by the moderator alone: a prior of their covariance would draw the product towards zero.

    Without the product a third of that of the yes/no is lost (.26 of .38).
    """
    known, drawn = [], []
    for seed in seeds:
        data, z, lost = _moderated(seed, kind)
        assert 0.3 < lost.mean() < 0.7
        y, x, client = data.session[:, 0], data.predictors[:, 0], data.client
        known.append(_products(y, x, z, client, lost))
        found = impute(data, ROUGH)
        drawn.append(np.mean([_products(y, x, one.of_client[:, 0], client, lost) for one in found]))
    assert np.mean(drawn) == pytest.approx(np.mean(known), abs=0.06)
    assert np.mean(drawn) == pytest.approx(PRODUCT[kind], abs=0.06)


def test_a_moderator_of_two_outcomes_is_drawn_knowing_both() -> None:
    """The second outcome alone answers to the product: gaps drawn by the first alone would lose it."""
    data, _, lost = _moderated(5, "number")
    noise = np.random.default_rng(1).standard_normal(len(data.client))
    two = replace(
        data,
        variables=(Variable("other"), *data.variables),
        session=np.column_stack([noise, data.session[:, 0]]),
        slopes=(Slope("client", "x", "other"), *data.slopes),
        products=(Product("x", "z", "other"), *data.products),
    )
    y, x, client = data.session[:, 0], data.predictors[:, 0], data.client
    drawn = [_products(y, x, one.of_client[:, 0], client, lost) for one in impute(two, ROUGH)]
    assert np.mean(drawn) == pytest.approx(PRODUCT["number"], abs=0.06)


PRODUCT = {"number": 0.15, "yes_no": 0.4}


def _moderated(seed: int, kind: Kind) -> tuple[Incomplete, Floats, Booleans]:
    """Clients whose slopes differ by a moderator alone; the moderator complete, and whose is missing (by a rating)."""
    random = np.random.default_rng(seed)
    clients, sessions = 400, 8
    client = np.repeat(np.arange(clients), sessions)
    z, x = random.standard_normal(clients), random.standard_normal(len(client))
    z = (z > 0.2).astype(float) if kind == "yes_no" else z
    slope = 0.2 + PRODUCT[kind] * z
    y = 0.7 * random.standard_normal(clients)[client] + slope[client] * x + random.standard_normal(len(client))
    seen, lost = z.copy(), random.random(clients) < 1.0 / (1.0 + np.exp(-y[::sessions]))
    seen[lost] = np.nan
    data = Incomplete(
        (Variable("y"), Variable("z", "client", kind)), y[:, None], seen[:, None], client, np.zeros_like(client), x[:, None],
        ("x",), np.zeros((clients, 0)), (), (Slope("client", "x", "y"),), (Product("x", "z", "y"),),
    )  # fmt: skip
    return data, z, lost


def _products(y: Floats, x: Floats, z: Floats, client: Integers, of: Booleans) -> float:
    """The product among the clients whose moderator is drawn, from their ratings about their own means."""
    means = (np.bincount(client, values) / np.bincount(client) for values in (y, x))
    inner, dose = (values - mean[client] for values, mean in zip((y, x), means, strict=True))
    rows = of[client]
    return float(np.linalg.lstsq(np.column_stack([dose, dose * z[client]])[rows], inner[rows], rcond=None)[0][1])
