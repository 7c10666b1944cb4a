"""What comes back in a rhythm, and what moves all clients at one session: the checks, against R and by their states."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pipeline.base.params import VerdictRules
from pipeline.hypotheses.battery import free_time, recurring_cause
from pipeline.hypotheses.verdict.states import attempt_of
from pipeline.results.attempt import CheckResult, FurtherNumbers, State
from pipeline.results.estimate import estimate_of
from tests.hypotheses.test_ladder_parity import agrees, setting
from tests.hypotheses.test_parity import HERE
from tests.results import make

R = json.loads((HERE / "rhythm.json").read_text())
RULES = VerdictRules()
ERROR = 0.02


def test_the_windows_around_are_those_of_lme4() -> None:
    found = recurring_cause.run(setting())
    agrees(found.estimate, R["tested"])
    for name in ("after", "earlier", "after_next", "earlier_still"):
        agrees(getattr(found.beside, name), R[name])


def test_levels_by_session_number_are_those_of_lme4() -> None:
    agrees(free_time.run(setting()).estimate, R["free_time"])


def state(value: float, around: dict[str, float], own: float | None = None) -> State:
    beside = FurtherNumbers(**{name: estimate_of(number, ERROR, None) for name, number in around.items()})
    number = estimate_of(value if own is None else own, ERROR, None)
    result = CheckResult(check="recurring_cause", outcome="computed", estimate=number, beside=beside)
    return attempt_of(result, make.number_tested(value, ERROR), RULES).state


@pytest.mark.parametrize("sign", [1.0, -1.0], ids=["positive", "negative"])
@pytest.mark.parametrize(
    ("around", "wanted"),
    [
        ({"after": 0.0, "earlier": 0.0, "after_next": 0.0, "earlier_still": 0.0}, "held"),
        ({"after": -0.2, "earlier": -0.2, "after_next": 0.2, "earlier_still": 0.2}, "broke"),  # every second session
        ({"after": 0.0, "earlier": 0.0, "after_next": -0.2, "earlier_still": -0.2}, "broke"),  # every fourth
        ({"after": -0.1, "earlier": -0.1, "after_next": -0.1, "earlier_still": -0.1}, "broke"),  # every third
        ({"after": -0.2, "earlier": 0.0, "after_next": -0.05, "earlier_still": 0.0}, "held"),  # ratings bring the advocacy
        ({"after": 0.0, "earlier": 0.2, "after_next": 0.0, "earlier_still": 0.1}, "held"),  # an effect that lasts
        ({"after": -0.02, "earlier": -0.02, "after_next": -0.02, "earlier_still": -0.02}, "held"),  # chance
        ({"after": 0.0, "after_next": 0.0}, "held"),  # a dose that decays has no window before it
        ({"after": -0.2, "after_next": 0.2}, "broke"),
        ({}, "held"),  # series of three ratings
    ],
)
def test_what_comes_back_turns_the_windows_on_both_sides(around: dict[str, float], wanted: State, sign: float) -> None:
    assert state(sign * 0.2, {name: sign * value for name, value in around.items()}) == wanted


def test_a_number_lost_beside_the_windows_around_is_broken() -> None:
    assert state(0.2, {}, own=0.01) == "broke"


def test_nothing_to_break_is_no_difference() -> None:
    assert state(0.01, {"after": -0.2, "earlier": -0.2}) == "no_difference"


def test_rare_session_numbers_are_joined_to_the_ones_before() -> None:
    number = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], [30, 30, 25, 6, 2])
    level = free_time.levels_of(number)
    assert np.bincount(level).tolist() == [30, 30, 33]
    assert free_time.levels_of(np.arange(5.0)).max() == 0  # too few for a level of their own


def test_very_many_session_numbers_make_no_more_levels_than_declared() -> None:
    level = free_time.levels_of(np.repeat(np.arange(300.0), 20))
    assert free_time.LEVELS / 2 < level.max() + 1 <= free_time.LEVELS
    assert (np.diff(level) >= 0).all()
