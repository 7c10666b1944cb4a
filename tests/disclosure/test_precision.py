"""One rule of precision: whatever one client could have answered, at most two neighbouring values are shown."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.precision import decimals, next_step, to_unit, unit_of, unit_of_mean, unit_of_p, unit_of_spread
from pipeline.disclosure.rules import Rules
from pipeline.results.backing import Backing

GATE, INSIDE = Gate(Rules(), Census()), Gate(Rules(release="internal"), Census())
LOW, HIGH = 1, 5
SIZES = st.integers(10, 400)


def answers(seed: int, clients: int) -> np.ndarray:
    """One answer a client, of every shape from all the same to all over the scale."""
    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.choice(np.arange(LOW, HIGH + 1), clients, p=rng.dirichlet(np.full(HIGH, 0.7)))


def text(shown: object) -> str:
    return str(shown)


@given(st.floats(1e-9, 1e9))
def test_a_unit_is_the_next_of_1_2_5(least: float) -> None:
    unit = next_step(least)
    assert least * (1 - 1e-6) <= unit <= 2.5 * least * (1 + 1e-6)
    assert round(unit / 10 ** math.floor(math.log10(unit) + 1e-9)) in (1, 2, 5)
    assert math.isclose(round(unit, decimals(unit)), unit)


@given(st.integers(0, 10**6), SIZES)
def test_whatever_one_client_answered_the_mean_moves_by_one_unit_at_most(seed: int, clients: int) -> None:
    given_ = answers(seed, clients)
    seen, units = set(), []
    for last in range(LOW, HIGH + 1):
        one = np.append(given_[:-1], last)
        units.append(unit_of_mean(float(one.std(ddof=1)), Backing(clients), HIGH - LOW))
        seen.add(float(one.mean()))
    unit = min(unit for unit in units if unit)
    assert max(seen) - min(seen) <= unit * (1 + 1e-9)
    assert len({round(to_unit(mean, unit), 9) for mean in seen}) <= 2


@given(st.integers(0, 10**6), SIZES)
def test_granularity_arithmetic_finds_no_sum_and_no_sum_of_squares(seed: int, clients: int) -> None:
    """GRIM and GRIMMER with the exact number of answers in hand: at least as many sums fit as one client could have made."""
    given_ = answers(seed, clients)
    mean, spread = float(given_.mean()), float(given_.std(ddof=1))
    shown = GATE.mean(mean, spread, clients, ends=(LOW, HIGH))
    if shown.value is not None:
        unit = unit_of_mean(spread, Backing(clients), HIGH - LOW)
        sums = [s for s in range(clients * LOW, clients * HIGH + 1) if abs(s / clients - shown.value) <= unit / 2 + 1e-9]
        assert len(sums) >= HIGH - LOW
        assert int(given_.sum()) in sums
    sd = GATE.spread(spread, clients, ends=(LOW, HIGH))
    if sd.value:
        unit = unit_of_spread(spread, Backing(clients), HIGH - LOW)
        low, high = max(0.0, sd.value - unit / 2) ** 2, (sd.value + unit / 2) ** 2
        assert (high - low) * (clients - 1) >= (HIGH - LOW) ** 2 * 0.45  # one client moves the sum of squares by R^2 at most


def test_decimals_follow_the_clients() -> None:
    assert [text(GATE.mean(3.70271, 0.93, n, ends=(1, 5))) for n in (12, 30, 100, 400, 4000)] == [
        "3.5",
        "3.8",
        "3.70",
        "3.70",
        "3.70",
    ]
    assert [text(GATE.statistic(0.11360, 0.0168, n)) for n in (12, 60, 400, 4000)] == ["0.12", "0.11", "0.115", "0.114"]
    assert [text(GATE.correlation(0.931, n)) for n in (12, 60, 400)] == ["0.95", "0.93", "0.93"]
    assert [text(GATE.df(df, 400)) for df in (3458.1, 228.7, 37.8, 9.4)] == ["3,450", "230", "40", "< 10"]
    assert text(INSIDE.mean(3.70271, 0.93, 12)) == "3.70"
    assert text(INSIDE.df(9.43, 12)) == "9.4"


@pytest.mark.parametrize(
    ("p", "clients", "shown"),
    [(0.43, 400, "= .4"), (0.0004, 30, "< .001"), (0.049, 100, "< .05"), (0.051, 100, "> .05"), (0.97, 30, "> .5"),
     (0.003, 400, "= .004"), (0.02, 12, "< .05")],
)  # fmt: skip
def test_p_values_follow_the_clients_and_keep_to_their_side(p: float, clients: int, shown: str) -> None:
    assert text(GATE.p_value(p, clients)) == shown


@given(st.floats(0, 1), SIZES)
def test_a_p_value_is_never_0_or_1_and_never_on_the_other_side(p: float, clients: int) -> None:
    shown = GATE.p_value(p, clients)
    assert shown.value is not None
    assert 0 < shown.value < 1
    assert unit_of_p(p, Backing(clients)) <= 0.5
    if shown.text.startswith("= "):
        assert (p < 0.05) == (shown.value < 0.05)


@given(st.floats(-5, 5), st.floats(0.001, 1), SIZES)
def test_the_ends_of_an_interval_tell_no_more_than_the_estimate(estimate: float, std_error: float, clients: int) -> None:
    """Any two estimates shown alike have ends shown alike: the ends are made from what is shown."""
    unit = unit_of(std_error, Backing(clients))
    alike = to_unit(estimate, unit)
    shown = [
        GATE.interval(value, (value - 2 * std_error, value + 2 * std_error), std_error, clients)
        for value in (alike, alike + 0.49 * unit, alike - 0.49 * unit)
    ]
    first = GATE.statistic(alike, std_error, clients).value
    same = [one for one in shown if one[0].value == first]
    assert len({tuple(map(str, one)) for one in same}) == 1


def test_an_interval_on_another_scale() -> None:
    odds = GATE.interval(-0.2231, (-0.5, 0.06), 0.14, 400, scale=math.exp)
    assert [text(one) for one in odds] == ["0.82", "0.62", "1.08"]  # from the log-odds as shown, -0.20


@pytest.mark.parametrize("behind", [9, Backing(50, workers=4), Backing(50, largest=0.9, second=0.05)])
def test_over_too_few_nothing_is_shown(behind: Backing | int) -> None:
    shown = [
        GATE.statistic(0.1, 0.02, behind),
        GATE.std_error(0.02, behind),
        *GATE.interval(0.1, (0.06, 0.14), 0.02, behind),
        GATE.mean(3.0, 1.0, behind),
        GATE.spread(1.0, behind),
        GATE.correlation(0.5, behind),
        GATE.variance(0.5, behind),
        GATE.portion(0.5, behind),
        GATE.p_value(0.04, behind),
        GATE.df(50, behind),
    ]
    assert all(one.hidden and one.value is None for one in shown)


@pytest.mark.parametrize(("mean", "spread"), [(5.0, 0.0), (4.99, 0.1), (1.05, 0.3)])
def test_what_is_true_of_nearly_all_of_a_group_is_not_told_of_it(mean: float, spread: float) -> None:
    assert GATE.mean(mean, spread, 100, ends=(1, 5)).hidden
    assert GATE.spread(0.0, 100, ends=(1, 5)).hidden


def test_one_client_with_many_rows_makes_the_unit_coarser() -> None:
    assert unit_of_mean(1.0, Backing(400, largest=0.1), 4) > unit_of_mean(1.0, Backing(400), 4)


def test_workers_have_a_threshold_of_their_own() -> None:
    assert [text(GATE.workers(n)) for n in (4, 5, 8, 40)] == ["·", "5", "10", "40"]
    assert GATE.variance(0.2, Backing(100, workers=4)).hidden
    assert text(GATE.variance(0.2, Backing(100, workers=8))) == "0.2"
