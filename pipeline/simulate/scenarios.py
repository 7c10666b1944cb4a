"""The scenarios by name: which true effects differ from `default`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipeline.base.errors import Problem
from pipeline.base.key_path import nearest
from pipeline.base.options import Scenario
from pipeline.simulate.truth import BOUNDS, NAMES, Truth

CALM = {"crisis_on_alliance": 0.0}
CRISES = {"crisis_share": 0.15, "crisis_on_advocacy": 1.0, "crisis_on_alliance": -0.5}

DIFFERENCES: Mapping[Scenario, Mapping[str, float]] = {
    "default": {},
    "null": {"joint": 0.0, "joint_slope_sd": 0.0},
    "shared_trend": {
        **CALM,
        "joint": 0.0,
        "joint_slope_sd": 0.0,
        "trend_sd": 0.03,
        "advocacy_trend": 0.03,
        "advocacy_trend_sd": 0.07,
        "trend_correlation": 0.8,
    },
    "crisis": {**CRISES, "crisis_recorded": 0.0},
    "crisis_marked": {**CRISES},
    "crisis_null": {**CRISES, "crisis_recorded": 0.0, "joint": 0.0, "joint_slope_sd": 0.0},
    "reverse": {**CALM, "joint": 0.0, "joint_slope_sd": 0.0, "alliance_on_joint": 1.0, "residual_ar": 0.45},
    "presence_does_not_matter": {"worker_solo": 0.15},
    "autocorrelated": {**CALM, "joint": 0.0, "joint_slope_sd": 0.0, "residual_ar": 0.7},
    "harm": {"joint": -0.15},
    "between_only": {**CALM, "joint": 0.0, "joint_slope_sd": 0.0, "joint_between": 0.6},
    "bond_only": {"joint": 0.0, "joint_bond": 0.20},
    "mediated": {"joint": 0.05, "joint_lag1": 0.05, "joint_on_empathy": 0.30, "empathy_on_next": 0.20},
}


IN_WORDS: Mapping[Scenario, str] = {
    "default": "joint advocacy strengthens the alliance; crises, marked in the log, bring advocacy and strain the alliance",
    "null": "as default, without an effect of joint advocacy",
    "shared_trend": "alliance and joint advocacy rise together, in some clients more than in others; no effect",
    "crisis": "strong crises the log does not mark hide a part of the effect (its mark is noise)",
    "crisis_marked": "the same crises, marked in the log",
    "crisis_null": "the same unmarked crises, and no effect",
    "reverse": "a better alliance brings joint advocacy, not the other way round",
    "presence_does_not_matter": "advocacy the worker does alone works as well as going together",
    "autocorrelated": "no effect, and residuals that hang together from week to week",
    "harm": "joint advocacy weakens the alliance",
    "between_only": "clients with a habit of joint advocacy have better alliances, yet no episode changes anything",
    "bond_only": "joint advocacy strengthens the bond, neither goals nor tasks",
    "mediated": "most of the effect comes a rating later, through the empathy felt in between",
}


def truth_of(scenario: Scenario, overrides: Mapping[str, float]) -> Truth:
    """The true effects of a scenario, with single ones overridden by name."""
    return replace(Truth(), **{**DIFFERENCES[scenario], **overrides})


def check_overrides(overrides: Mapping[str, float]) -> list[Problem]:
    """A problem for each override that names no true effect or lies outside its bounds."""
    problems = []
    for name, value in overrides.items():
        where = f"simulate.truth.{name}"
        if name not in NAMES:
            problems.append(Problem(where, "no such true effect", nearest(name, list(NAMES))))
        elif not BOUNDS[name][0] <= value <= BOUNDS[name][1]:
            low, high = BOUNDS[name]
            problems.append(Problem(where, f"found {value:g}", f"allowed: {low:g} to {high:g}"))
    return problems
