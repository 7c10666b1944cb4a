"""Every true effect has a name, a meaning and bounds, and is what a regression finds in a large study."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from pipeline.base.options import Scenario
from pipeline.base.params import Simulate
from pipeline.simulate import known_truth
from pipeline.simulate.page import page
from pipeline.simulate.scenarios import DIFFERENCES, IN_WORDS, check_overrides, truth_of
from pipeline.simulate.truth import BOUNDS, MEANINGS, NAMES
from tests.simulate.panel import observed, panel, within

ROOT = Path(__file__).parent.parent.parent
SAMPLING = 0.015  # four standard errors of a slope within clients in a study of 2000 clients (0.0037)
MONTE_CARLO = 0.004  # three standard errors of a truth found by simulation, and more than any of them


@pytest.mark.parametrize("name", NAMES)
def test_every_effect_has_a_meaning_and_a_default_within_its_bounds(name: str) -> None:
    low, high = BOUNDS[name]
    assert len(MEANINGS[name]) > 10
    assert low <= getattr(truth_of("default", {}), name) <= high


def test_every_scenario_is_defined_by_known_effects_within_their_bounds() -> None:
    assert set(DIFFERENCES) == set(get_args(Scenario))
    assert [problem for differences in DIFFERENCES.values() for problem in check_overrides(differences)] == []


def test_the_page_of_effects_and_scenarios_is_current() -> None:
    assert (ROOT / "docs/simulation.md").read_text(encoding="utf-8") == page()
    assert set(IN_WORDS) == set(DIFFERENCES)


def test_overrides_are_checked_by_name_and_bounds() -> None:
    first, second = check_overrides({"joimt": 0.1, "no_show": 1.2})
    assert (first.where, first.mend) == ("simulate.truth.joimt", "did you mean `joint`?")
    assert (second.where, second.mend) == ("simulate.truth.no_show", "allowed: 0 to 1")


def test_the_truth_names_scenario_parameters_and_observed_effects() -> None:
    truth = known_truth(Simulate(scenario="harm", truth={"joint": -0.2}))
    assert (truth["simulated"], truth["scenario"]) == (True, "harm")
    assert truth["parameters"]["joint"] == {"value": -0.2, "meaning": MEANINGS["joint"]}
    assert -0.2 < truth["observed"]["effects"]["joint.within.total"]["estimate"] < -0.15
    assert all(effect["std_error"] < MONTE_CARLO for effect in truth["observed"]["effects"].values())


def test_away_from_floor_and_ceiling_an_effect_is_observed_whole() -> None:
    middle = {"alliance_start": 3.0, "alliance_trend": 0.0, "phase_step": 0.0, "client_sd": 0.1, "joint_slope_sd": 0.0}
    truth = known_truth(Simulate(truth={**middle, "joint": 0.1, "worker_solo": 0.05}))["observed"]["effects"]
    assert truth["joint.within.total"]["estimate"] == pytest.approx(0.1, abs=0.001)
    assert truth["worker_solo.within.bond"]["estimate"] == pytest.approx(0.05, abs=0.001)


def test_the_effect_of_joint_advocacy_is_found_by_score() -> None:
    rows = panel("default")
    for score in ("total", "goal", "task", "bond"):
        slope, _ = within(rows, f"score_{score}", "joint", "crisis")
        assert slope == pytest.approx(observed("default")[f"joint.within.{score}"], abs=SAMPLING)


def test_effects_by_mode_are_found_side_by_side() -> None:
    truth = {"worker_solo": 0.1, "client_solo": -0.1, "concrete": 0.05}
    rows = panel("default", **truth)
    expected = known_truth(Simulate(truth=truth))["observed"]["effects"]
    slopes = within(rows, "score_total", "joint", *truth, "crisis")
    for mode, slope in zip(("joint", *truth), slopes, strict=False):
        assert slope == pytest.approx(expected[f"{mode}.within.total"]["estimate"], abs=SAMPLING)


def test_an_effect_of_the_window_before_is_found_there_alone() -> None:
    rows = panel("null", joint_lag1=0.1)
    now, before = within(rows, "score_total", "joint", "joint_before", trend=False)
    assert now == pytest.approx(0, abs=SAMPLING)
    assert 0.07 < before < 0.11  # the ceiling takes its share


@pytest.mark.parametrize(("fact", "effect"), [("disclosure", "joint_disclosure"), ("debriefed", "joint_debriefed")])
def test_what_happens_at_an_episode_can_carry_the_effect(fact: str, effect: str) -> None:
    plain, extra = panel("null"), panel("null", **{effect: 0.2})
    difference = within(extra, "score_total", "joint")[0] - within(plain, "score_total", "joint")[0]
    share = {"disclosure": 0.4, "debriefed": 0.6}[fact]
    assert difference == pytest.approx(0.2 * share * 0.93, abs=2 * SAMPLING)


def test_who_rates_low_is_the_likelier_to_leave() -> None:
    stayed, left = panel("default").groupby("dropped_out")["score_total"].mean()
    indifferent = panel("default", alliance_on_dropout=0.0).groupby("dropped_out")["score_total"].mean()
    assert stayed - left > 0.1
    assert abs(indifferent[False] - indifferent[True]) < 0.08  # four standard errors: SD 0.6, about 1000 clients who left


def test_answers_pile_up_at_the_ceiling_and_hardly_at_the_floor() -> None:
    rows = panel("default")
    score = rows["score_total"]
    assert 3.4 < score.mean() < 4.2
    assert np.mean(score > 4.9) > 20 * np.mean(score < 1.1)
