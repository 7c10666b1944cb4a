"""Attempts to prove a number wrong: what a check computed (by fit), and the one state it ends in (by judge)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.results.estimate import Estimate
from pipeline.results.reason import Reason
from pipeline.results.record import Record

State = Literal[
    "held",  # it tried to break the number and did not
    "broke",  # it did, and the verdict hangs on it
    "speaks_against",  # it would have, but the verdict does not hang on it
    "no_difference",  # there was nothing to break, or nothing changes with it
    "not_clear",  # its interval reaches both sides
    "not_applicable",  # it cannot be asked of this number; `reason` says why
    "not_computed",  # it applies, and no number came out; `reason` says why
]
Computed = Literal["computed", "not_applicable", "not_computed"]


class CheckResult(Record):
    """What one check of the battery found, before anything is judged: the fit knows neither alpha nor what decides.

    `estimate` is the number the check is about; `beside` holds further ones by name (`control`, `after`, `without`);
    `facts` plain numbers (`phi`, `covariance`), `names` codes (`unit`). No sentence: `vocabulary.CHECKS` has the words.
    """

    check: str
    outcome: Computed
    reason: Reason | None = None
    estimate: Estimate | None = None
    beside: Mapping[str, Estimate] = {}
    facts: Mapping[str, float] = {}
    names: Mapping[str, str] = {}


class Attempt(Record):
    """A check as judged: one state, its group, whether the verdict hangs on it, and the number with those behind it.

    `margin` is the number the state was read from where that is none of the check's own (a Fieller limit ...).
    """

    check: str
    group: str
    decides: bool
    state: State
    reason: Reason | None = None
    estimate: Estimate | None = None
    beside: Mapping[str, Estimate] = {}
    facts: Mapping[str, float] = {}
    names: Mapping[str, str] = {}
    margin: float | None = None
