"""Verdicts: one record a hypothesis, the families p-values were adjusted over, and the state of the lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.base.options import Origin, Predicted, Role, Verdict
from pipeline.results.attempt import Attempt
from pipeline.results.fit import Ceiling, ModelFacts, Tested
from pipeline.results.missing import Judging
from pipeline.results.reason import Reason
from pipeline.results.record import Record

Rule = Literal[
    "no_number",
    "not_computed",
    "none_predicted_within_limit",
    "none_predicted_effect_seen",
    "none_predicted_too_wide",
    "none_predicted_may_be_hidden",
    "not_significant_within_limit",
    "not_significant",
    "may_be_hidden",
    "direction_broke",
    "mood_not_excluded",
    "order_not_given",
    "talked_over_in_session",
    "order_broke",
    "order_not_clear",
    "rater_not_clear",
    "feedback_broke",
    "feedback_not_clear",
    "specificity_broke",
    "specificity_not_clear",
    "within_limit",
    "robustness_broke",
    "not_checked",
    "not_clear",
    "other_sign",
    "exploratory",
    "ceiling",
    "not_asked",
    "all_held",
]


class Judged(Record):
    """One hypothesis as judged: the verdict, the code of the rule that gave it, and what it rests on.

    `attempts` are the battery with their states; `decided_by` names those (or none) that made the rule speak.
    `deviations` are what differs from the lock, as the lock tells it: texts of params.yaml, nothing of the data.
    """

    name: str
    role: Role
    declared_role: Role
    claim: str
    predicted: Predicted
    smallest_effect: float
    verdict: Verdict
    rule: Rule
    reason: Reason | None = None
    ceiling: Ceiling | None = None
    decided_by: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    p_value: float | None = None
    p_adjusted: float | None = None
    correction: str = "none"
    tested: Tested | None = None
    models: tuple[ModelFacts, ...] = ()  # what the output gate asks of them, wherever the number is shown
    turning: tuple[Judging, ...] = ()


class Family(Record):
    """The hypotheses whose p-values were adjusted together; `counted_from_the_lock` are gone and still count."""

    size: int
    correction: str
    names: tuple[str, ...]
    counted_from_the_lock: tuple[str, ...] = ()


class Declared(Record):
    """A deviation from the lock that was declared."""

    hypothesis: str
    why: str
    date: str


class Opened(Record):
    """A lock that was opened, when and why."""

    unlocked: str
    why: str


class LockState(Record):
    """What is told of the lock: whether it is closed, since when, on what, and what differs from it."""

    locked: bool = False
    date: str | None = None
    sha256: str | None = None
    manifest: str | None = None
    engine: str | None = None
    outcomes_seen_before: bool | None = None
    declared: tuple[Declared, ...] = ()
    history: tuple[Opened, ...] = ()
    deviations: Mapping[str, tuple[str, ...]] = {}
    notes: tuple[str, ...] = ()


class Verdicts(Record):
    """What `judge` leaves behind."""

    hypotheses: Mapping[str, Judged]
    family: Mapping[str, Family]
    lock: LockState = LockState()
    tried: Mapping[str, int] = {}  # how many further versions of a hypothesis were tried (`python -m pipeline try`)
    origin: Origin = "simulated"
