"""What a hazard takes: one exposure or a difference of two, not split, with covariates."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.base.errors import Problem
from pipeline.base.params import Hypothesis, Plan

OUTCOMES = ("no_show", "dropout")


def claims(plan: Plan) -> bool:
    """An outcome that happens or does not."""
    return plan.outcome.kind in OUTCOMES and plan.mediator is None


def problems(at: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    """No moderator and no other effect than of the window itself."""
    kind = hypothesis.outcome.kind
    if hypothesis.moderator or hypothesis.effect != "within":
        yield Problem(f"{at}.outcome.kind", f"{kind} takes neither moderator, mediator nor another effect", "leave them out")
