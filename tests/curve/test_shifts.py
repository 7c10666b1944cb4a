"""Tests under shifts equal generalized least squares by dense algebra, and all but equal whole refits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.curve.inference import own_lines, shares_of_variance, summarize, turns
from pipeline.curve.shifts import NotTestableError, SpecificationRows, shift_tests
from pipeline.multilevel import Model, fit

ROUNDING = 1e-9
REFIT = 0.04  # largest difference of t between held and refitted variance parameters in 336 refits by lme4 was .039


@dataclass(frozen=True)
class Made:
    specification: SpecificationRows
    frame: pd.DataFrame
    null: Model


def factor(covariance: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0.0))


def made(seed: int, clients: int = 40, workers: int = 6, moving: int = 4) -> Made:
    rng = np.random.Generator(np.random.PCG64(seed))
    length = rng.integers(3, 11, clients)
    client = np.repeat(np.arange(clients), length)
    time = np.concatenate([np.arange(n) for n in length]).astype(float)
    first = rng.integers(0, workers, clients)
    worker = np.where((time > 3) & (client % moving == 0), (first[client] + 1) % workers, first[client])
    worker = np.unique(worker, return_inverse=True)[1]
    dose = rng.poisson(0.6, len(client)).astype(float)
    mean = np.bincount(client, dose) / length
    within, centred, other = dose - mean[client], time - time.mean(), rng.normal(size=len(client))
    y = 0.1 * within + 0.4 * rng.normal(size=workers)[worker] + rng.normal(size=clients)[client] + 0.2 * other
    y += 0.08 * rng.normal(size=clients)[client] * centred + rng.normal(size=len(client))
    frame = pd.DataFrame(
        {"c": client, "w": worker, "within": within, "between": mean[client], "t": centred, "z": other, "y": y}
    )
    null = fit(frame, outcome="y", fixed=["between", "t", "z"], random={"w": ["1"], "c": ["1", "t"]})
    one, sd = np.ones(len(client)), null.residual_sd
    own, shared = null.covariances["c"][0][1], null.covariances["w"][0][1]
    return Made(
        SpecificationRows(
            y,
            within,
            np.column_stack([one, mean[client], centred, other]),
            client,
            worker,
            np.column_stack([one, centred]) @ factor(own) / sd,
            one[:, None] @ factor(shared) / sd,
        ),
        frame,
        null,
    )


def shifted(s: SpecificationRows, turn: np.ndarray) -> np.ndarray:
    found = s.exposure.copy()
    for client in range(len(turn)):
        rows = s.client == client
        found[rows] = np.roll(s.exposure[rows], turn[client] % rows.sum())
    return found if s.held is None else found + s.held


def by_dense_algebra(s: SpecificationRows, exposure: np.ndarray) -> tuple[float, float]:
    n = len(s.y)
    effects = [
        s.client_terms[:, [k]] * (s.client[:, None] == np.arange(s.client.max() + 1)) for k in range(s.client_terms.shape[1])
    ]
    effects += [
        s.worker_terms[:, [k]] * (s.worker[:, None] == np.arange(s.worker.max() + 1)) for k in range(s.worker_terms.shape[1])
    ]
    design = np.hstack(effects)
    inverse = np.linalg.inv(correlated(s) + design @ design.T)
    columns = np.column_stack([s.fixed, exposure])
    bread = np.linalg.inv(columns.T @ inverse @ columns)
    beta = bread @ columns.T @ inverse @ s.y
    left = s.y - columns @ beta
    variance = left @ inverse @ left / (n - columns.shape[1])
    return float(beta[-1]), float(beta[-1] / np.sqrt(variance * bread[-1, -1]))


def correlated(s: SpecificationRows) -> np.ndarray:
    """The residuals' correlations, from what each row carries over from the one before."""
    found = np.eye(len(s.y))
    for row in range(1, len(s.y)):
        found[row, :row] = found[:row, row] = 0.0 if s.carried is None else s.carried[row] * found[row - 1, :row]
    return found


def with_lines_held(s: SpecificationRows) -> SpecificationRows:
    held = own_lines(s.exposure, s.fixed[:, 2], s.client)
    return replace(s, exposure=s.exposure - held, held=held)


def forgetting(s: SpecificationRows, seed: int) -> SpecificationRows:
    own = np.random.Generator(np.random.PCG64(seed)).uniform(0.1, 0.8, len(s.y))
    again = (np.diff(s.client, prepend=-1) == 0) & (np.diff(s.worker, prepend=-1) == 0)
    return replace(s, carried=np.where(again, own, 0.0))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.booleans())
def test_shifts_are_generalized_least_squares_with_variances_held(seed: int, lines: bool, forgets: bool) -> None:
    s = made(seed, clients=15, workers=4).specification
    s = with_lines_held(s) if lines else s
    s = forgetting(s, seed) if forgets else s
    turn = turns(15, 3, seed)
    found = shift_tests(s, turn)
    assert (found.estimate, found.statistic) == pytest.approx(
        by_dense_algebra(s, shifted(s, np.zeros(15, dtype=int))), rel=ROUNDING
    )
    for b in range(3):
        expected = by_dense_algebra(s, shifted(s, turn[:, b]))
        assert (found.estimates[b], found.statistics[b]) == pytest.approx(expected, rel=ROUNDING)


def test_holding_the_variances_hardly_moves_a_statistic() -> None:
    one = made(4, clients=80, workers=10)
    turn = turns(80, 6, 1)
    found = shift_tests(one.specification, turn)
    for b in range(6):
        frame = one.frame.assign(within=shifted(one.specification, turn[:, b]))
        refit = fit(frame, outcome="y", fixed=["within", "between", "t", "z"], random={"w": ["1"], "c": ["1", "t"]})
        assert abs(float(refit.fixed.loc["within", "statistic"]) - found.statistics[b]) < REFIT


def test_without_workers_effects_and_with_zero_variances_it_still_holds() -> None:
    s = made(5, clients=15).specification
    bare = SpecificationRows(s.y, s.exposure, s.fixed, s.client, s.worker, 0.0 * s.client_terms, 0.0 * s.worker_terms)
    assert shift_tests(bare, turns(15, 2, 1)).statistic == pytest.approx(by_dense_algebra(bare, s.exposure)[1], rel=ROUNDING)


def test_an_exposure_that_does_not_vary_within_clients_is_not_tested() -> None:
    s = made(6, clients=15).specification
    still = SpecificationRows(s.y, 0.0 * s.exposure, s.fixed, s.client, s.worker, s.client_terms, s.worker_terms)
    with pytest.raises(NotTestableError):
        shift_tests(still, turns(15, 2, 1))


def test_every_place_of_a_client_is_as_likely_as_another() -> None:
    turn = turns(4, 40_000, 3)
    for length in (2, 5, 12):
        share = np.bincount(turn[0] % length, minlength=length) / turn.shape[1]
        assert np.abs(share - 1 / length).max() < 0.01


def test_p_values_are_exact_where_nothing_is_there() -> None:
    """A shift of the data is one more shift: over studies without an effect, p is uniform on multiples of 1 / (B + 1)."""
    small = np.zeros(4)
    for seed in range(60):
        rng = np.random.Generator(np.random.PCG64(seed))
        statistics = rng.normal(size=(8, 40)) + 0.5 * rng.normal(size=40)  # specifications agree with each other
        told = summarize(statistics[:, 0], statistics[:, 0], statistics[:, 1:], statistics[:, 1:], 1.0)
        small += [one.p_value <= 0.2 for one in (told.median, told.share, told.clear, told.stouffer)]
    assert (small >= 3).all()  # 99.9% of binomial(60, .2)
    assert (small <= 23).all()


def test_the_choice_that_matters_is_told() -> None:
    estimates = np.array([0.1, 0.1, 0.3, 0.3])
    shares = shares_of_variance(estimates, {"dose": ["a", "a", "b", "b"], "rater": ["x", "y", "x", "y"]})
    assert shares["dose"] == pytest.approx(1.0)
    assert shares["rater"] == pytest.approx(0.0)


def test_each_clients_own_line_is_told_from_what_lies_around_it() -> None:
    s = made(7, clients=12)
    time, client = s.frame["t"].to_numpy(), s.specification.client
    lines = 0.3 * client * time + client
    around = lines - (np.bincount(client, lines) / np.bincount(client))[client]
    assert np.abs(own_lines(lines, time, client) - around).max() < 1e-9
