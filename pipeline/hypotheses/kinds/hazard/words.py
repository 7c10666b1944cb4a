"""A hypothesis about missed sessions or dropout in words."""

from __future__ import annotations

from pipeline.base.params import Plan

AT_RISK = (
    "Sessions after more {x} against sessions after less, at the same point of the course; not split within and between."
)
OUTCOME = {
    "no_show": "missing the next scheduled session (log-odds)",
    "dropout": "no session attended any more (log-odds)",
}


def compared(_: Plan) -> str:
    """What is compared with what; `{x}` stands for the exposure."""
    return AT_RISK


def outcome(plan: Plan) -> str:
    """The outcome."""
    return OUTCOME[plan.outcome.kind]


def beside(_: Plan) -> str:
    """What else is to be said of the question; empty here."""
    return ""
