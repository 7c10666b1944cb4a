"""Attempts to prove a number wrong: what a check computed (by fit), and the one state it ends in (by judge)."""

from __future__ import annotations

from typing import Literal

from pipeline.results.estimate import Estimate
from pipeline.results.reason import Reason
from pipeline.results.record import Record, Sparse

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


class FurtherNumbers(Sparse):
    """What a check estimates beside its own number, on the scale of the tested one unless said otherwise."""

    control: Estimate | None = None  # the control alone, as the tested number is for the exposure
    controls: Estimate | None = None  # the mean of all controls
    without: Estimate | None = None  # the model that the check did not end with
    product: Estimate | None = None  # exposure by how often a client is accompanied (log)
    before: Estimate | None = None  # hidden_cause: the tested number beside the other windows,
    after: Estimate | None = None  # that of the window after the rating,
    earlier: Estimate | None = None  # and of the window before the exposure's own
    after_next: Estimate | None = None  # recurring_cause: of the windows two away, on either side
    earlier_still: Estimate | None = None
    back: Estimate | None = None  # from a rating to the advocacy (or the mediator) after it
    path: Estimate | None = None  # of a product of paths the one a check is about, in its own units,
    apart: Estimate | None = None  # that path minus what the window after gives,
    first: Estimate | None = None  # and either path told again
    second: Estimate | None = None


class CheckFacts(Sparse):
    """Plain numbers of a check that no interval stands beside."""

    phi: float | None = None  # correlation of residuals one day (or session) apart
    share: float | None = None  # at which differential logging leaves nothing, or of episodes written late
    days: float | None = None  # of the mean delay
    kept: float | None = None  # share of the exposure that one round of the delay leaves
    controls: float | None = None  # how many controls were asked
    reliability: float | None = None  # of change within clients
    memory: float | None = None  # from rating to rating, of the panel with feedback
    largest_change: float | None = None  # of the tested number, one worker left out
    workers: float | None = None  # who were left out in turn
    cov_before_after: float | None = None  # covariances of the numbers of hidden_cause
    cov_before_earlier: float | None = None
    cov_after_earlier: float | None = None


class CheckCodes(Sparse):
    """Codes and columns a check has to tell."""

    unit: Literal["day", "session"] | None = None  # of the time between ratings
    columns: str | None = None  # left out of the fixed terms, with commas
    mediator: str | None = None  # the column, and who rates the outcome, where another person tells one of them
    rater: str | None = None
    slopes: Literal["none"] | None = None  # of time came out without variance: nothing changes with them


class CheckResult(Record):
    """What one check of the battery found, before anything is judged: the fit knows neither alpha nor what decides.

    `estimate` is the number the check is about. No sentence: `vocabulary.CHECKS` has the words.
    """

    check: str
    outcome: Computed
    reason: Reason | None = None
    estimate: Estimate | None = None
    beside: FurtherNumbers = FurtherNumbers()
    facts: CheckFacts = CheckFacts()
    names: CheckCodes = CheckCodes()


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
    beside: FurtherNumbers = FurtherNumbers()
    facts: CheckFacts = CheckFacts()
    names: CheckCodes = CheckCodes()
    margin: float | None = None
