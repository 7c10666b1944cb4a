"""What a model leaves over, in slices of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.hypotheses.leftover import BINS, LEAST, QUANTILES, residuals_of


def drawn(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.normal(size=n), rng.normal(0.0, 2.0, n), rng.integers(0, max(2, n // 8), n)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2 * LEAST, 900))
def test_slices_hold_every_row_once_and_never_fewer_than_promised(seed: int, n: int) -> None:
    fitted, residuals, client = drawn(seed, n)
    found = residuals_of(fitted, residuals, client)
    assert found is not None
    assert sum(one.rows for one in found.bins) == n
    assert min(one.rows for one in found.bins) >= LEAST
    assert len(found.bins) <= BINS
    assert len(found.quantiles) <= QUANTILES
    assert sum(one.residual * one.rows for one in found.bins) / n == pytest.approx(residuals.mean())
    assert [one.fitted for one in found.bins] == sorted(one.fitted for one in found.bins)


def test_normal_residuals_lie_on_the_line_and_a_bend_shows() -> None:
    fitted, residuals, client = drawn(1, 4000)
    found = residuals_of(fitted, residuals, client)
    assert found is not None
    assert max(abs(one.residual - one.normal) for one in found.quantiles) < 0.12
    assert max(abs(one.residual) / one.error for one in found.bins) < 3.5
    bent = residuals_of(fitted, residuals + fitted**2 - 1.0, client)
    assert bent is not None
    assert bent.bins[0].residual > 5 * bent.bins[0].error


def test_too_few_rows_and_nothing_left_over_have_no_picture() -> None:
    fitted, residuals, client = drawn(2, 2 * LEAST - 1)
    assert residuals_of(fitted, residuals, client) is None
    assert residuals_of(np.arange(100.0), np.zeros(100), np.arange(100)) is None
