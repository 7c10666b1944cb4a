"""Pure functions of the ladder: Fieller's limit, robustness and E-values, SIMEX, tipping points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.hypotheses import confounding, lateness
from pipeline.hypotheses.lateness import (
    DelayLaw,
    delayed_days,
    extrapolated_to_no_delay,
    simex_estimate,
    tipping_share,
    within_slope,
)
from pipeline.hypotheses.memory import Memory

finite = st.floats(-2.0, 2.0)


@given(finite, finite, st.floats(0.01, 0.5), st.floats(0.01, 0.5), st.floats(-0.9, 0.9))
def test_rho_break_is_where_the_difference_ceases_to_be_clear(b: float, a: float, sb: float, sa: float, r: float) -> None:
    memory = Memory(b, a, sb**2, sa**2, r * sb * sa, df=20.0)
    found, sign = memory.rho_break(), 1.0 if b >= 0 else -1.0

    def clear(rho: float) -> bool:
        error = np.sqrt(rho**2 * sb**2 + sa**2 - 2 * rho * r * sb * sa)
        return bool(sign * (rho * b - a) > 1.724718 * error)

    if np.isfinite(found):
        assert clear(found * (1 + 1e-3) + 1e-4)
        assert found == 0.0 or not clear(found * (1 - 1e-3) - 1e-4)
    else:
        assert not clear(1e4)


def test_rho_break_by_hand() -> None:
    assert Memory(1.0, 0.0, 0.0, 0.01, 0.0).rho_break() == pytest.approx(1.6448536 * 0.1, abs=1e-6)
    assert Memory(-1.0, 0.0, 0.0, 0.01, 0.0).rho_break() == pytest.approx(1.6448536 * 0.1, abs=1e-6)
    assert Memory(1.0, 0.5, 1e-12, 1e-12, 0.0).rho_break() == pytest.approx(0.5, abs=1e-4)
    assert Memory(1.0, -2.0, 0.01, 0.01, 0.0).rho_break() == 0.0  # a strongly opposite lead: see feedback, not "robust"
    assert Memory(0.1, 0.0, 0.01, 0.01, 0.0).rho_break() == np.inf


def test_the_effect_without_a_cause_of_that_memory() -> None:
    memory = Memory(0.3, 0.1, 0.01, 0.04, 0.005)
    estimate, error = memory.without(0.5)
    assert estimate == pytest.approx(0.1)
    assert error == pytest.approx(np.sqrt(0.01 + 0.16 - 0.02))
    with pytest.raises(ValueError, match="without memory"):
        memory.without(0.0)


def test_robustness_values_are_sensemakrs() -> None:
    """Darfur, the example of sensemakr's vignette: estimate .0973 (.0233), df 783: RV 13.9%, of the interval 7.6%."""
    t = 0.09731582 / 0.02325654
    assert confounding.robustness_value(t, 783) == pytest.approx(0.1388, abs=5e-5)
    assert confounding.robustness_value(t, 783, 0.95) == pytest.approx(0.0763, abs=5e-5)
    assert confounding.partial_r2(t, 783) == pytest.approx(0.0219, abs=5e-5)
    assert confounding.robustness_value(1.5, 783, 0.95) == 0.0


def test_yardstick_is_sensemakrs() -> None:
    """The same, a confounder as strong as `female`: R2 with exposure .0092, with outcome .1246, adjusted .0752 (.0219)."""
    found = confounding.yardstick_bound("female", 0.00908, 0.10903, 0.09731582, 0.02325654, 783)
    assert found is not None
    assert found.with_exposure == pytest.approx(0.0092, abs=1e-4)
    assert found.with_outcome == pytest.approx(0.1246, abs=3e-3)
    assert found.estimate == pytest.approx(0.0752, abs=5e-4)
    assert found.std_error == pytest.approx(0.0219, abs=2e-4)
    assert confounding.yardstick_bound("all", 0.6, 0.5, 0.1, 0.02, 783) is None


def test_e_values() -> None:
    """VanderWeele & Ding (2017): a risk ratio of 3.9 has 7.26, its lower end 1.8 has 3.0; the same turned round."""
    assert confounding.e_value(3.9) == pytest.approx(7.26, abs=5e-3)
    assert confounding.e_value(1 / 3.9) == pytest.approx(7.26, abs=5e-3)
    assert confounding.e_value(1.8) == pytest.approx(3.0, abs=5e-3)
    assert confounding.ratio_of_odds(np.log(4.0), 0.05) == pytest.approx(4.0)
    assert confounding.ratio_of_odds(np.log(4.0), 0.5) == pytest.approx(2.0)
    assert confounding.end_nearer_zero(-0.1, 0.4) is None
    assert confounding.end_nearer_zero(0.1, 0.4) == 0.1
    assert confounding.end_nearer_zero(-0.4, -0.1) == -0.1


def test_simex_takes_a_known_attenuation_back() -> None:
    """An estimate that falls by a tenth of itself with each round of delay."""
    found = simex_estimate(lambda times, _: 0.15 * (1 - 0.1 * (1 + times)) + 0.01 * times**2 - 0.01, 1, 2, 0.125)
    assert found == pytest.approx(0.15, abs=1e-9)
    assert extrapolated_to_no_delay([0, 1, 2], [1.0, 1.0, 1.0]) == pytest.approx(1.0)


def test_added_delay_follows_its_law() -> None:
    rng, law = np.random.default_rng(3), DelayLaw(0.5, 10)
    added = delayed_days(np.zeros(200_000), law, 1.0, rng)
    assert (added > 0).mean() == pytest.approx(0.5, abs=0.01)
    assert added.mean() == pytest.approx(0.5 * 5.5, abs=0.05)
    assert delayed_days(np.zeros(200_000), law, 1.5, rng).mean() == pytest.approx(1.5 * 0.5 * 5.5, abs=0.05)
    assert delayed_days(np.arange(5.0), law, 0.0, rng).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_tipping_point_is_where_nothing_is_left(sign: float) -> None:
    rng = np.random.default_rng(4)
    client = np.repeat(np.arange(100), 10)
    x = rng.poisson(1.0, 1000).astype(float)
    time = np.tile(np.arange(10.0), 100)
    y = sign * 0.3 * x + 0.1 * time + rng.normal(size=1000)
    found = tipping_share(x, y, client, time[:, None])
    assert found is not None
    good = sign * (y - np.bincount(client, weights=y)[client] / 10) > 0
    thinned = np.where(good, x / (1 + found), x)
    assert within_slope(thinned, y, client, time[:, None]) == pytest.approx(0.0, abs=1e-6)
    assert tipping_share(x, y, client, time[:, None], left=10.0) is None
    half = tipping_share(x, y, client, time[:, None], left=0.15)
    assert half is not None
    assert half < found


def test_a_slope_of_what_does_not_vary_is_none() -> None:
    assert np.isnan(lateness.within_slope(np.repeat([1.0, 2.0], 3), np.arange(6.0), np.repeat([0, 1], 3)))
    assert tipping_share(np.repeat([1.0, 2.0], 3), np.arange(6.0), np.repeat([0, 1], 3)) is None
