"""When may one say that there is nothing: a small number can be a large one that something hides (METHODS.md, 7).

Every objection is the name of the check that raises it; where there are none, nothing speaks against "practically zero".
"""

from __future__ import annotations

from pipeline.hypotheses.verdict import memory
from pipeline.hypotheses.verdict.case import Case
from pipeline.hypotheses.verdict.states import ONE_SIDED
from pipeline.results.attempt import Attempt
from pipeline.results.estimate import Estimate
from pipeline.results.t_test import t_test


def objections(case: Case) -> tuple[str, ...]:
    """The checks that do not let "practically zero" stand; empty where nothing speaks against it."""
    asked = (_feedback, _controls, _specificity, _lead, _rhythm, _free_time, _average)
    return tuple(dict.fromkeys(name for objection in asked for name in objection(case)))


def stands_without_cause(case: Case) -> bool:
    """Whether the number lies within the smallest effect with a hidden cause of memory rho_star taken out, too.

    Where no lead can be asked there is nothing to take out.
    """
    attempt = case.attempt("hidden_cause")
    if attempt is None or attempt.state == "not_applicable":
        return True
    if attempt.estimate is None:
        return False
    own = memory.read_memory(attempt.beside, attempt.facts).memory
    path = attempt.beside.path  # of a product of paths one is asked: it is brought to the product's units
    unit = abs(case.tested.estimate / path.estimate) if path is not None else 1.0
    estimate, error = (unit * value for value in own.without(case.rules.rho_star))
    test = t_test(estimate, error, own.df, level=case.rules.equivalence_level, null=0.0)
    return max(abs(test.conf_low), abs(test.conf_high)) < case.limit


def _feedback(case: Case) -> list[str]:
    """The panel with feedback must find nothing either."""
    attempt = case.attempt("feedback")
    if attempt is None or attempt.state == "not_applicable":
        return []
    return [] if attempt.estimate is not None and case.within_limit(attempt.estimate) else ["feedback"]


def _controls(case: Case) -> list[str]:
    """No control may have a clear effect, on either side, at alpha over their number."""
    controls = [one for one in case.attempts if one.check in case.rules.specificity_checks]
    asked = [(one, one.beside.control) for one in controls if one.beside.control is not None]
    left = [one.check for one in controls if one.state == "not_computed"]
    return [one.check for one, own in asked if own.p_value < case.rules.alpha / len(asked)] + left


def _specificity(case: Case) -> list[str]:
    """The number minus the mean of the controls must include zero, or be too small to matter itself."""
    attempt = case.attempt("specificity")
    small = attempt is not None and attempt.estimate is not None and case.within_limit(attempt.estimate)
    return [] if small else _clear(case, attempt, attempt.estimate if attempt else None)


def _lead(case: Case) -> list[str]:
    attempt = case.attempt("hidden_cause")
    return _clear(case, attempt, (attempt.beside.after or attempt.beside.earlier) if attempt else None)


def _rhythm(case: Case) -> list[str]:
    """What comes back in a rhythm may hide an effect: the windows one or two away, on both sides, clearly to one side."""
    attempt = case.attempt("recurring_cause")
    if attempt is None or attempt.state in ("not_applicable", "not_computed"):
        return []
    own = attempt.beside
    pairs = ((own.after, own.earlier), (own.after_next, own.earlier_still))
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    seen = any(all(number.excludes_zero(side, 2 * ONE_SIDED) for number in pair) for pair in both for side in (1.0, -1.0))
    return ["recurring_cause"] if seen else []


def _free_time(case: Case) -> list[str]:
    """What moves all clients in some session may hide an effect: with levels by session number none may be clear."""
    attempt = case.attempt("free_time")
    return _clear(case, attempt, attempt.estimate if attempt else None)


def _average(case: Case) -> list[str]:
    """Where the number clearly hangs on how often a client is accompanied, the average client's must be as small."""
    attempt = case.attempt("average_client")
    product = attempt.beside.product if attempt is not None else None
    if attempt is None or attempt.estimate is None or product is None or product.p_value >= case.rules.alpha:
        return []
    return [] if case.within_limit(attempt.estimate) else ["average_client"]


def _clear(case: Case, attempt: Attempt | None, number: Estimate | None) -> list[str]:
    """The check, where a number of it excludes zero or could not be computed."""
    if attempt is None or attempt.state == "not_applicable":
        return []
    return [] if number is not None and number.p_value >= case.rules.alpha else [attempt.check]
