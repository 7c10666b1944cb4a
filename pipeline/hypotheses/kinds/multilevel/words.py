"""A hypothesis about ratings in words: what is compared with what, and what the outcome is."""

from __future__ import annotations

from pipeline.base.params import Plan

EFFECT = {
    "within": "Within clients: ratings after more {x} than that client's usual, against ratings after less.",
    "between": "Between clients of one worker: clients with more {x} on the whole, against clients with less.",
    "worker": "Between workers: workers whose clients have more {x}, against workers whose clients have less.",
    "contextual": "Contextual: the difference between clients minus the difference within clients, for {x}.",
}
OUTCOME = {
    "score": "the {score} score of {instrument}, rated by the {rater}",
    "dyad_gap": "the distance between client and worker on the {score} score of {instrument}, for one session",
}


def compared(plan: Plan) -> str:
    """What is compared with what; `{x}` stands for the exposure."""
    return EFFECT[plan.effect]


def outcome(plan: Plan) -> str:
    """The outcome; `{score}`, `{instrument}`, `{rater}` stand for the plan's own."""
    return OUTCOME[plan.outcome.kind]


TALKED_OVER = (
    "Whether a visit is talked over is decided in the session that is rated: sessions that go well may be those in which it "
    "is, and no check tells this from an effect. A claim about them is inconclusive; with lag 1 it can be asked."
)


def beside(plan: Plan) -> str:
    """What else is to be said of the question; empty where there is nothing."""
    asked = plan.moderator == "debriefed" or plan.exposure.debriefed is not None
    return TALKED_OVER if asked and plan.exposure.lag == 0 else ""
