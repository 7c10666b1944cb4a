"""What must hold of the panel whatever the data: exact scores, units, order, missing ratings, refusals, contrasts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dynamic import Panel, Series, Unidentified, combine, fit_panel, series_of
from pipeline.dynamic.kalman import likelihood, log_likelihoods
from pipeline.dynamic.parameters import COUNT
from pipeline.dynamic.series import compressed_series, rows_of, without_covariates
from tests.dynamic.worlds import Long, Truth, draw

SCORE = 1e-6  # central differences of the log-likelihood at steps of 1e-5, relative to its size


def series(long: Long, **extra: object) -> Series:
    return series_of(long.x, long.y, long.client, long.occasion, long.worker, **extra)


def panel(long: Long, reliability: float = 0.85, **extra: object) -> Panel:
    found = fit_panel(series(long, **extra), reliability)
    assert isinstance(found, Panel)
    return found


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 10**6),
    st.lists(st.floats(-0.45, 0.45), min_size=5, max_size=5),
    st.sampled_from([0.0, 0.2]),
    st.booleans(),
)
def test_scores_are_the_derivatives(seed: int, paths: list[float], missing: float, squeeze: bool) -> None:
    rows = rows_of(series(draw(seed, 12, 6, missing=missing)), 0.2)
    rows = compressed_series(rows) if squeeze else rows
    theta = np.array([*paths, -0.2, -0.4, 0.1, -0.1, 0.3, 0.1, 0.5])
    steps = 1e-5 * np.eye(COUNT)
    numeric = (log_likelihoods(theta + steps, rows) - log_likelihoods(theta - steps, rows)) / 2e-5
    found = likelihood(theta[None], rows)
    np.testing.assert_allclose(found.slope[:, 0], numeric, atol=SCORE * (1 + abs(found.total[0])))
    by_client = (found.own + found.shared[:, :, rows.pattern]).sum(axis=2)
    if not squeeze:
        np.testing.assert_allclose(by_client, found.slope, atol=1e-8)


def test_outside_the_stationary_region_there_is_no_likelihood() -> None:
    rows = rows_of(series(draw(1, 12, 6)), 0.2)
    theta = np.array(
        [[0.0, 0.0, phi, rho, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.0, 0.3] for phi, rho in ((1.0, 0.2), (0.2, -1.01))]
    )
    assert (log_likelihoods(theta, rows) == -np.inf).all()


def test_few_rows_stand_for_many_clients() -> None:
    rows = rows_of(series(draw(2, 300, 5, missing=0.05)), 0.2)
    small = compressed_series(rows)
    theta = np.array([[0.2, 0.0, 0.2, 0.3, -0.1, -0.2, -0.4, 0.1, -0.1, 0.3, 0.1, 0.5]])
    assert small.z.shape[2] < rows.z.shape[2]
    np.testing.assert_allclose(likelihood(theta, small).slope, likelihood(theta, rows).slope, atol=1e-8)
    np.testing.assert_allclose(log_likelihoods(theta, small), log_likelihoods(theta, rows), rtol=1e-12)


def test_units_and_order_of_rows_do_not_matter() -> None:
    long = draw(3, 80, 6, missing=0.05)
    first = panel(long)
    shuffled = np.random.default_rng(0).permutation(len(long.x))
    other = panel(
        Long(
            10 * long.x[shuffled] - 3, 0.1 * long.y[shuffled] + 50, 7 * long.client[shuffled], long.occasion[shuffled] + 4,
            long.worker[shuffled] * 3,
        )
    )  # fmt: skip
    for name, factor in {"beta": 0.01, "gamma": 100.0, "phi": 1.0, "var_rating": 0.01, "lag_one": 0.01}.items():
        assert other.numbers[name].estimate == pytest.approx(factor * first.numbers[name].estimate, rel=1e-5)
        assert other.numbers[name].std_error == pytest.approx(factor * first.numbers[name].std_error, rel=1e-5)
    assert other.numbers["beta"].df == first.numbers["beta"].df == len(set(long.worker)) - 1


def test_a_missing_rating_keeps_its_place_and_a_row_that_is_not_there_is_the_same() -> None:
    long = draw(4, 80, 7, missing=0.15)
    seen = np.isfinite(long.y) | (long.occasion == 1)
    without_rows = Long(*(getattr(long, name)[seen] for name in ("x", "y", "client", "occasion", "worker")))
    with_nan = replace(long, x=np.where(seen, long.x, np.nan))
    assert panel(with_nan).log_likelihood == pytest.approx(panel(without_rows).log_likelihood, abs=1e-8)


def test_what_changes_within_clients_alike_in_both_series_is_taken_out() -> None:
    long = draw(5, 120, 6)
    burden = np.random.default_rng(1).normal(size=len(long.x))
    shifted = replace(long, x=long.x + 2 * burden, y=long.y - 3 * burden)
    constant = long.client.astype(float)  # no change within clients, so nothing to take out
    first = panel(long, covariates=burden[:, None]).numbers["beta"].estimate
    found = panel(
        shifted, 1.0 - 0.15 / series(shifted).rating_variance, covariates=np.column_stack([burden, constant, burden])
    )
    same = panel(long, 1.0 - 0.15 / series(long).rating_variance, covariates=burden[:, None])
    assert found.numbers["beta"].estimate == pytest.approx(same.numbers["beta"].estimate, abs=1e-6)
    assert first != panel(shifted).numbers["beta"].estimate
    assert (
        np.isnan(without_covariates(long.x, long.client, np.where(long.occasion == 2, np.nan, burden)[:, None])).sum() == 120
    )


def test_neglected_measurement_error_bends_the_feedback() -> None:
    long = draw(6, 600, 8, Truth(beta=0.0, lam=0.0, gamma=-0.4, error=0.4))
    right = panel(long, 1 - 0.4 / series(long).rating_variance).numbers["beta"]
    assert abs(right.estimate) < 3 * right.std_error
    assert (
        panel(long, 1.0).numbers["phi"].estimate
        < panel(long, 1 - 0.4 / series(long).rating_variance).numbers["phi"].estimate
    )


@pytest.mark.slow
def test_intervals_cover() -> None:
    """80 panels of 100 clients and 6 ratings: mean near the truth, about 95% covered (binomial bounds at 1 in 10,000)."""
    truth, hits, found = Truth(), 0, []
    for seed in range(80):
        long = draw(1000 + seed, 100, 6)
        beta = panel(long, 1 - truth.error / series(long).rating_variance).numbers["beta"]
        found.append(beta.estimate)
        hits += abs(beta.estimate - truth.beta) < 2.1 * beta.std_error
    assert hits >= 66
    assert abs(np.mean(found) - truth.beta) < 4 * np.std(found) / np.sqrt(80)


CLIENTS_OF_TWO = draw(7, 60, 2)
FLAT_X = replace(draw(8, 60, 6), x=np.ones(360))
NO_CHANGE = replace(draw(8, 60, 6), y=np.repeat(np.arange(60.0), 6))


@pytest.mark.parametrize(
    ("long", "reliability", "code"),
    [
        (draw(9, 60, 6), None, "no_reliability"),
        (draw(9, 60, 6), 0.0, "reliability_out_of_range"),
        (draw(9, 60, 6), 1.2, "reliability_out_of_range"),
        (draw(9, 60, 6), float("nan"), "reliability_out_of_range"),
        (draw(9, 60, 6), 0.01, "nothing_beyond_error"),
        (draw(9, 15, 6), 0.8, "too_few_clients"),
        (CLIENTS_OF_TWO, 0.8, "too_few_clients"),
        (FLAT_X, 0.8, "constant_exposure"),
        (NO_CHANGE, 0.8, "constant_rating"),
    ],
)
def test_what_cannot_be_identified_is_no_number(long: Long, reliability: float | None, code: str) -> None:
    found = fit_panel(series(long), reliability)
    assert isinstance(found, Unidentified)
    assert found.code == code
    assert found.counts["clients"] == len(set(long.client))


def test_a_rating_that_is_the_exposure_is_no_number() -> None:
    long = draw(10, 60, 6)
    found = fit_panel(series(replace(long, y=2 * long.x + 1)), 1.0)
    assert isinstance(found, Unidentified)
    assert found.code in ("flat_direction", "nothing_beyond_error", "not_converged")


def test_the_number_of_a_rating_is_given_once() -> None:
    long = draw(11, 30, 4)
    with pytest.raises(ValueError, match="same number"):
        series(replace(long, occasion=np.ones_like(long.occasion)))


def test_contrasts_of_panels() -> None:
    first, second = panel(draw(12, 100, 6)), panel(draw(13, 80, 6))
    assert combine([first, first], [1.0, -1.0]).number.std_error == 0.0
    alone = combine([first], [2.0])
    assert alone.number.estimate == 2 * first.numbers["beta"].estimate
    assert alone.number.std_error == pytest.approx(2 * first.numbers["beta"].std_error)
    both = combine([first, second], [1.0, -1.0])
    assert both.number.estimate == first.numbers["beta"].estimate - second.numbers["beta"].estimate
    assert len(both.influence) == 100
    assert both.influence[90] == first.influence_of("beta")[90]


def test_the_worker_of_most_ratings_is_the_cluster() -> None:
    client, worker = np.array([5, 5, 5, 9, 9]), np.array([2, 7, 7, 7, 2])
    found = series_of(np.arange(5.0), np.arange(5.0), client, np.array([1, 2, 3, 1, 2]), worker)
    assert found.cluster.tolist() == [1, 0]
