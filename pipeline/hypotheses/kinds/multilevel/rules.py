"""What a mixed model of ratings takes: any single outcome of ratings. It is what a hypothesis is where nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.base.errors import Problem
from pipeline.base.params import Hypothesis, Plan

OUTCOMES = ("score", "dyad_gap")


def claims(plan: Plan) -> bool:
    """Whatever is left."""
    return plan.outcome.kind in OUTCOMES


def problems(at: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    """A contextual effect has no levels; a distance has no other score."""
    if hypothesis.moderator and hypothesis.effect == "contextual":
        yield Problem(f"{at}.moderator", "a contextual effect cannot be split by a moderator", "use within or between")
