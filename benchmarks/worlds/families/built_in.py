"""The scenarios of the pipeline's own simulator, with what its older benchmark of verdicts promises of them (points)."""

from __future__ import annotations

from functools import partial

from benchmarks.worlds.world import LARGE, MIDDLING, SMALL, BuiltIn, World
from pipeline.base.options import Scenario, Verdict

MARKED = {"covariates": ["phase", "crisis"]}
SOLO = {"contrast": {"minus": "worker_solo"}, "claim": "It is being there together that matters."}
BOND = {
    "claim": "Joint advocacy deepens the bond more than it brings agreement on tasks.",
    "outcome": {"instrument": "wai_sr", "score": "bond", "rater": "client"},
    "contrast": {"outcome_minus": "task"},
}
NOT_SPECIFIC: Verdict = "not specific to being there"


def scenario(name: Scenario) -> BuiltIn:
    """A scenario as it is."""
    return BuiltIn(name, {})


built_in = partial(World, family="built_in", sizes=(LARGE,), question=MARKED)

WORLDS = (
    built_in(
        name="built_in_default",
        words="the built-in study: an effect, and crises marked in the log",
        law=scenario("default"),
        truth=0.15,
        sizes=(LARGE, MIDDLING, SMALL),
        found={LARGE: 0.95, MIDDLING: 0.95},
    ),
    built_in(name="built_in_null", words="the same without an effect", law=scenario("null"), truth=0.0),
    built_in(
        name="built_in_harm",
        words="joint advocacy weakens the alliance",
        law=scenario("harm"),
        truth=-0.15,
        finds="opposite",
        found={LARGE: 0.80},
    ),
    built_in(
        name="built_in_shared_trend",
        words="alliance and advocacy rise together, in some clients more",
        law=scenario("shared_trend"),
        truth=0.0,
    ),
    built_in(
        name="built_in_reverse",
        words="a better alliance brings joint advocacy, and lasts",
        law=scenario("reverse"),
        truth=0.0,
    ),
    built_in(
        name="built_in_autocorrelated",
        words="no effect; residuals hang together from week to week",
        law=scenario("autocorrelated"),
        truth=0.0,
    ),
    built_in(
        name="built_in_between_only",
        words="clients with a habit of joint advocacy have better alliances; no episode changes anything",
        law=scenario("between_only"),
        truth=0.0,
    ),
    built_in(
        name="built_in_crisis_null",
        words="crises the log does not mark bring all advocacy and strain the alliance; no effect",
        law=scenario("crisis_null"),
        truth=0.0,
        finds=NOT_SPECIFIC,
        found={LARGE: 0.85},
    ),
    built_in(
        name="built_in_presence_does_not_matter",
        words="advocacy the worker does alone works as well; joint minus solo is asked",
        law=scenario("presence_does_not_matter"),
        truth=0.0,
        question={**MARKED, **SOLO},
    ),
    built_in(
        name="built_in_bond_only",
        words="joint advocacy strengthens the bond alone; bond minus task is asked",
        law=scenario("bond_only"),
        truth=0.20,
        question={**MARKED, **BOND},
        found={LARGE: 0.80},
    ),
)
