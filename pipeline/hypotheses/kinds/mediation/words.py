"""A mediated hypothesis in words."""

from __future__ import annotations

from pipeline.base.params import Plan
from pipeline.hypotheses.kinds.multilevel.words import compared, outcome

__all__ = ["beside", "compared", "outcome"]

BACK = {0: "the session of this rating", 1: "the session of the rating before"}


def beside(plan: Plan) -> str:
    """Through what it runs."""
    assert plan.mediator is not None
    back = BACK.get(plan.mediator.lag, f"the session {plan.mediator.lag} ratings before")
    return f"Tested is the part that runs through `{plan.mediator.column}` of {back}."
