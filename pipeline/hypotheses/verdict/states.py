"""The one state a check ends in, at the study's own alpha: how it is read from its numbers depends on its group.

What each rule of the verdict does with each state stands in `decisions`. A new group is one function and its line in `READ`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipeline.base.params import VerdictRules
from pipeline.hypotheses.verdict import memory
from pipeline.results.attempt import Attempt, CheckFacts, CheckResult, FurtherNumbers, State
from pipeline.results.estimate import Estimate
from pipeline.results.fit import Tested
from pipeline.vocabulary.checks import CHECKS, Group, group_of_check

ONE_SIDED = 0.05  # of each of two windows that must both go the other way: by chance one in 400
ALONE = 0.01  # of one window in which nothing should be seen


@dataclass(frozen=True)
class Reading:
    """What a state is read from: the tested number, the check's own, and whether the verdict hangs on it."""

    tested: Tested
    estimate: Estimate
    beside: FurtherNumbers
    facts: CheckFacts
    decides: bool
    alpha: float
    rho_star: float = 1.0
    product_alpha: float = 0.05

    @property
    def sign(self) -> float:
        """The side of zero the tested number lies on."""
        return 1.0 if self.tested.estimate >= 0 else -1.0

    @property
    def something_there(self) -> bool:
        """Whether there is an effect that could be broken: the tested interval excludes zero, or its own test does.

        The two differ where the p-value is no t test's, as that of a product of paths.
        """
        return self.tested.p_value < self.alpha or self.tested.excludes_zero(self.sign, self.alpha)

    def keeps_side(self, number: Estimate) -> bool:
        """Whether a number's interval lies wholly on the tested number's side of zero."""
        return number.excludes_zero(self.sign, self.alpha)

    def goes_against(self, number: Estimate | None) -> bool:
        """Whether a number is there and clearly lies on the other side of zero (one-sided 5%, as two of them must)."""
        return number is not None and number.excludes_zero(-self.sign, 2 * ONE_SIDED)

    def against(self) -> State:
        """The state of a check that speaks against the number."""
        return "broke" if self.decides else "speaks_against"


def attempts_of(results: tuple[CheckResult, ...], tested: Tested, rules: VerdictRules) -> tuple[Attempt, ...]:
    """Every check of a fit with its state, in the order of the vocabulary."""
    order = list(CHECKS)
    known = sorted(results, key=lambda one: (order.index(one.check) if one.check in order else len(order), one.check))
    return tuple(attempt_of(one, tested, rules) for one in known)


def attempt_of(result: CheckResult, tested: Tested, rules: VerdictRules) -> Attempt:
    """One check with its state."""
    decides = result.check in deciding_checks(rules)
    return Attempt(
        check=result.check,
        reason=result.reason,
        estimate=result.estimate,
        beside=result.beside,
        facts=result.facts,
        names=result.names,
        group=group_of_check(result.check),
        decides=decides,
        state=_state(result, tested, decides, rules),
        margin=_margin(result),
    )


def deciding_checks(rules: VerdictRules) -> tuple[str, ...]:
    """The checks a verdict hangs on."""
    lists = (rules.direction_checks, rules.specificity_checks, rules.evidence_checks, rules.fragile_checks)
    return tuple(dict.fromkeys(name for own in (*lists, rules.mediation_checks) for name in own))


def _state(result: CheckResult, tested: Tested, decides: bool, rules: VerdictRules) -> State:
    if result.outcome != "computed" or result.estimate is None:
        return "not_applicable" if result.outcome == "not_applicable" else "not_computed"
    reading = Reading(tested, result.estimate, result.beside, result.facts, decides, rules.alpha, rules.rho_star)
    reading = replace(reading, product_alpha=rules.product_alpha)
    return READ[group_of_check(result.check)](reading)


def _margin(result: CheckResult) -> float | None:
    """The share a hidden cause must keep to be excluded, where it is finite."""
    if result.outcome != "computed" or group_of_check(result.check) != "hidden_cause":
        return None
    found = memory.read_memory(result.beside, result.facts).rho_break
    return found if np.isfinite(found) else None


def tried_again(reading: Reading) -> State:
    """The tested number of another model: held while its interval keeps to the same side of zero."""
    if reading.keeps_side(reading.estimate):
        return "held"
    return reading.against() if reading.something_there else "no_difference"


def specific(reading: Reading) -> State:
    """Joint minus a control: broke where the control shows an effect of the same sign and cannot be told apart."""
    control = reading.beside.control
    same = control is not None and reading.keeps_side(control)
    return reading.against() if same and not reading.keeps_side(reading.estimate) else "held"


def lasting_cause(reading: Reading) -> State:
    """Held where a cause that keeps rho_star of itself from window to window is excluded.

    The number beside the other windows must lie on the tested side: one that turned round excludes nothing.
    """
    if not reading.something_there:
        return "no_difference"
    own = reading.beside.path  # of a product of paths one is asked, whose sign is its own
    sign = reading.sign if own is None else np.sign(own.estimate)
    found = memory.read_memory(reading.beside, reading.facts)
    turned = sign * found.memory.before <= 0
    return "held" if found.rho_break < reading.rho_star and not turned else reading.against()


def coming_back(reading: Reading) -> State:
    """Broke where the windows on both sides, one away or two away, clearly go the other way: a cause that comes back.

    Where the exposure holds what came before it, the window two after stands alone, and nothing should be seen there. The
    number beside all these windows must keep its side, too.
    """
    if not reading.something_there:
        return "no_difference"
    beside = reading.beside
    pairs = ((beside.after, beside.earlier), (beside.after_next, beside.earlier_still))
    turned = (reading.goes_against(one) and reading.goes_against(other) for one, other in pairs)
    alone = beside.after_next is not None and beside.earlier is None and beside.earlier_still is None
    seen = alone and beside.after_next is not None and beside.after_next.p_value < ALONE
    lost = not reading.keeps_side(reading.estimate)
    return reading.against() if any(turned) or seen or lost else "held"


def both_ways(reading: Reading) -> State:
    """The effect of another model that asks more: held on its side, broke on the other, else not clear."""
    if reading.keeps_side(reading.estimate):
        return "held"
    if reading.estimate.excludes_zero(-reading.sign, reading.alpha):
        return reading.against() if reading.something_there else "speaks_against"
    return "not_clear" if reading.something_there else "no_difference"


def evidence(reading: Reading) -> State:
    """Held where the number excludes zero on the tested side; not to see a difference is not clear."""
    if reading.keeps_side(reading.estimate):
        return "held"
    return "not_clear" if reading.something_there else "no_difference"


def average(reading: Reading) -> State:
    """Where the effect may hang on how often a client is accompanied, the average client's must keep its side, too."""
    product = reading.beside.product
    if product is None or product.p_value >= reading.product_alpha:
        return "no_difference"
    return tried_again(reading)


def only_told(_: Reading) -> State:
    """A number beside the tested one, which tries to break nothing."""
    return "no_difference"


READ: Mapping[Group, Callable[[Reading], State]] = {
    "hidden_cause": lasting_cause,
    "recurring_cause": coming_back,
    "feedback": both_ways,
    "specificity": specific,
    "evidence": evidence,
    "robustness": tried_again,
    "average": average,
    "rater": both_ways,
    "reported": only_told,
}
