"""Interweaving leaves the posterior alone: data from the effects, effects from the data, and the prior must come out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import PCG64, Generator
from scipy import stats

from pipeline.imputation.covariances import Covariance
from pipeline.imputation.interweave import interweave, stretch
from pipeline.imputation.records import Prior

ROUNDS, THIN, GROUPS, CHAINS = 1500, 3, 5, 8
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
OFF = 0.05  # of a probability, from about 1,200 effective rounds: 3.5 errors at the median


@pytest.mark.parametrize("unit", [(False, False, False), (True, False, False)])
def test_effects_and_data_drawn_in_turn_come_back_to_the_prior(unit: tuple[bool, ...]) -> None:
    """Geweke 2004: where the kernel is right, the standard deviation keeps its half-t prior with 2 df."""
    random = Generator(PCG64(3))
    covariance = Covariance.start(random, CHAINS, np.array(unit), Prior(), 0.5)
    known = np.array([0.5, 2.0, 1.0, 4.0, 0.1])
    u = random.standard_normal((CHAINS, GROUPS, 3)) @ np.linalg.cholesky(covariance.matrix).mT
    found = []
    for number in range(ROUNDS):
        for place in (1, 2):
            pull = known * u[:, :, place] + np.sqrt(known) * random.standard_normal((CHAINS, GROUPS))
            interweave(random, covariance, u, place, np.tile(known, (CHAINS, 1)), pull)
        if not any(unit):
            places, pull = np.array([1, 2]), known[:, None] * u[:, :, 1:]
            pull += np.sqrt(known)[:, None] * random.standard_normal((CHAINS, GROUPS, 2))
            linear, quadratic = np.sum(pull * u[:, :, 1:], axis=(1, 2)), np.sum(u[:, :, 1:] ** 2, axis=2) @ known
            stretch(random, covariance, u, places, linear, quadratic)
        u = random.standard_normal((CHAINS, GROUPS, 3)) @ np.linalg.cholesky(covariance.matrix).mT  # with no data on them
        covariance.draw(random, u.mT @ u, GROUPS)
        if number % THIN == 0:
            slope = covariance.matrix[:, 0, 2] / covariance.matrix[:, 0, 0] if unit[0] else np.zeros(CHAINS)
            left = covariance.matrix[:, 2, 2] - slope**2 * covariance.matrix[:, 0, 0]
            found.append(np.sqrt(left))
    below = [np.mean(np.array(found) < stats.t.ppf(0.5 + share / 2.0, 2)) for share in QUANTILES]
    assert below == pytest.approx(QUANTILES, abs=OFF)
