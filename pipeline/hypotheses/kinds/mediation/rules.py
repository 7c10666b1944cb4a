"""What a mediation takes: a single within-client exposure, a mediator of the session that does not come before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.base.errors import Problem
from pipeline.base.key_path import nearest
from pipeline.base.options import Rater
from pipeline.base.params import Hypothesis, Plan
from pipeline.hypotheses.kinds.multilevel import rules as ratings

OUTCOMES: tuple[str, ...] = ()
# Who tells it: a client's own rating, or the worker's record of the session.
KEPT_BY: Mapping[str, Rater] = {
    "empathy_client": "client",
    "empathy_worker": "worker",
    "self_disclosure": "worker",
    "co_construction": "worker",
}
MEDIATORS = tuple(KEPT_BY)


def claims(plan: Plan) -> bool:
    """A hypothesis with a mediator."""
    return plan.mediator is not None


def problems(at: str, hypothesis: Hypothesis) -> Iterator[Problem]:
    """A mediator of this study's sessions, after the exposure, of a rating."""
    mediator, kind = hypothesis.mediator, hypothesis.outcome.kind
    if mediator is None:
        return
    if mediator.column not in MEDIATORS:
        where = f"{at}.mediator.column"
        yield Problem(where, f"no such column: `{mediator.column}`", nearest(mediator.column, list(MEDIATORS)))
    if hypothesis.moderator or hypothesis.contrast or hypothesis.effect != "within":
        yield Problem(f"{at}.mediator", "goes with a single within-client exposure only", "leave the others out")
    if hypothesis.exposure.lag < mediator.lag:
        yield Problem(
            f"{at}.mediator.lag", "the mediator would come before the exposure", "give the exposure at least its lag"
        )
    if kind not in ratings.OUTCOMES:
        yield Problem(f"{at}.outcome.kind", f"{kind} takes neither moderator, mediator nor another effect", "leave them out")
