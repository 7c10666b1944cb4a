"""The rules of a verdict in their order: the first that speaks decides. docs/hypotheses.md prints them.

| state | direction, specificity, robustness rules | `supported` and `opposite` |
|---|---|---|
| held, no difference | let pass | let pass |
| broke | speak | never reached |
| not clear | `inconclusive` | never reached |
| speaks against | let pass (it does not decide) | let pass |
| does not apply | let pass | let pass; unless that leaves no gap: `suggestive` at most |
| could not be computed | let pass | `inconclusive`: a check that decides could not be computed |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.base.options import Verdict
from pipeline.hypotheses.verdict.case import Case
from pipeline.hypotheses.verdict.nothing import objections, stands_without_cause
from pipeline.results.verdict import Rule
from pipeline.vocabulary.checks import group_of_check


@dataclass(frozen=True)
class Decision:
    """A verdict, the code of the rule that gave it, and the checks it rests on."""

    verdict: Verdict
    rule: Rule
    checks: tuple[str, ...] = ()


def no_number(case: Case) -> Decision | None:
    """There is no number: the data lack something, or something failed."""
    if case.fit.status == "not_computed":
        return Decision("could not be computed", "not_computed")
    return None if case.fit.estimated else Decision("not estimable", "no_number")


def predicted_none(case: Case) -> Decision | None:
    """The claim is that there is no effect to speak of: small, beside what may hide one, and without a hidden cause.

    A number too large for that goes on through the other rules, as any effect does.
    """
    if case.hypothesis.predicted != "none":
        return None
    if case.tiny:
        against = objections(case)
        if against:
            return Decision("inconclusive", "none_predicted_may_be_hidden", against)
        if not stands_without_cause(case):
            return Decision("inconclusive", "none_predicted_may_be_hidden", ("hidden_cause",))
        return not_checked(case) or _none_claimed(case)
    return None if case.significant else Decision("inconclusive", "none_predicted_too_wide")


def _none_claimed(case: Case) -> Decision:
    """What may be said of a number that is small, that nothing speaks against, and of which everything could be computed."""
    if case.role == "exploratory" or case.fit.ceiling:
        return Decision("suggestive", "none_predicted_within_limit")
    left = case.not_asked()
    return Decision("suggestive", "not_asked", left) if left else Decision("supported", "none_predicted_within_limit")


def not_significant(case: Case) -> Decision | None:
    """The adjusted p-value is not below alpha."""
    if case.significant:
        return None
    if not case.tiny:
        return Decision("inconclusive", "not_significant")
    against = objections(case)
    if against:
        return Decision("inconclusive", "may_be_hidden", against)
    return Decision("practically zero", "not_significant_within_limit")


def order_not_given(case: Case) -> Decision | None:
    """Mediator and rating of one session: nothing tells which came first, whoever told them."""
    attempt = case.attempt("hidden_cause")
    same = attempt is not None and attempt.reason is not None and attempt.reason.code == "same_session"
    return Decision("inconclusive", "order_not_given", ("hidden_cause",)) if same else None


def talked_over_in_session(case: Case) -> Decision | None:
    """Visits are talked over in the session that is rated: one that goes well may be why, and no check can tell."""
    plan = case.hypothesis
    asked = plan.moderator == "debriefed" or plan.exposure.debriefed is not None
    return (
        Decision("inconclusive", "talked_over_in_session", ("hidden_cause",)) if asked and plan.exposure.lag == 0 else None
    )


def hidden_cause(case: Case) -> Decision | None:
    """A lasting cause of both could make the effect."""
    broke = case.broke(case.direction(feedback=False))
    if "hidden_cause" in broke and case.fit.kind == "mediation":
        return Decision("inconclusive", "mood_not_excluded", ("hidden_cause",))
    return Decision("no direction can be claimed", "direction_broke", broke) if broke else None


def halo(case: Case) -> Decision | None:
    """One rater for mediator and outcome: nothing is said unless a mood that lasts is excluded."""
    if case.fit.kind != "mediation" or not any(note.code == "same_rater" for note in case.fit.notes):
        return None
    attempt = case.attempt("hidden_cause")
    held = attempt is not None and attempt.state == "held"
    return None if held else Decision("inconclusive", "mood_not_excluded", ("hidden_cause",))


def feedback(case: Case) -> Decision | None:
    """Beside ratings that bring advocacy (or the mediator) the effect turns round, or can no longer be told from none."""
    names = case.direction(feedback=True)
    broke, left = case.broke(names), case.not_clear(names)
    own = case.fit.kind == "mediation"
    if broke:
        return Decision("no direction can be claimed", "order_broke" if own else "feedback_broke", broke)
    return Decision("inconclusive", "order_not_clear" if own else "feedback_not_clear", left) if left else None


def not_specific(case: Case) -> Decision | None:
    """A control shows an effect of the same sign and cannot be told apart."""
    broke = case.broke(case.rules.specificity_checks)
    return Decision("not specific to being there", "specificity_broke", broke) if broke else None


def no_evidence(case: Case) -> Decision | None:
    """The effect minus the mean of the controls includes zero: nothing broken, nothing shown."""
    if case.tiny:  # the next rule asks the controls on its own terms
        return None
    left = case.not_clear(case.rules.evidence_checks)
    return Decision("inconclusive", "specificity_not_clear", left) if left else None


def practically_zero(case: Case) -> Decision | None:
    """There is an effect, but one too small to matter, unless something hides a larger one."""
    if not case.tiny:
        return None
    against = objections(case)
    return Decision("inconclusive", "may_be_hidden", against) if against else Decision("practically zero", "within_limit")


def another_rater(case: Case) -> Decision | None:
    """With another person's report in place of one person's for both, the path can no longer be told from none."""
    left = case.not_clear(tuple(name for name in case.rules.mediation_checks if group_of_check(name) == "rater"))
    return Decision("inconclusive", "rater_not_clear", left) if left else None


def fragile(case: Case) -> Decision | None:
    """A check that is to be passed has an interval that includes zero or lies on the other side."""
    rules = case.rules
    broke = case.broke((*rules.fragile_checks, *rules.evidence_checks, *rules.mediation_checks))
    return Decision("fragile", "robustness_broke", broke) if broke else None


def not_checked(case: Case) -> Decision | None:
    """A check that decides could not be computed: nothing is claimed without it."""
    left = case.not_computed()
    return Decision("inconclusive", "not_checked", left) if left else None


def left_open(case: Case) -> Decision | None:
    """A check that decides reaches both sides of zero, whichever list of the rules names it."""
    left = case.left_open()
    return Decision("inconclusive", "not_clear", left) if left else None


def opposite(case: Case) -> Decision | None:
    """Everything held, on the other side of zero, or where nothing was predicted."""
    if case.hypothesis.predicted == "none":
        return Decision("opposite", "none_predicted_effect_seen")
    return None if case.as_predicted else Decision("opposite", "other_sign")


def suggestive(case: Case) -> Decision | None:
    """Everything held, but the hypothesis cannot be confirmatory, or something could not be asked."""
    if case.role == "exploratory":
        return Decision("suggestive", "exploratory")
    if case.fit.ceiling:
        return Decision("suggestive", "ceiling")
    left = case.not_asked()
    return Decision("suggestive", "not_asked", left) if left else None


def supported(_: Case) -> Decision | None:
    """Nothing spoke against it."""
    return Decision("supported", "all_held")


DECISIONS: tuple[Callable[[Case], Decision | None], ...] = (
    no_number,
    predicted_none,
    not_significant,
    order_not_given,
    talked_over_in_session,
    hidden_cause,
    halo,
    feedback,
    not_specific,
    no_evidence,
    practically_zero,
    fragile,
    another_rater,
    not_checked,
    left_open,
    opposite,
    suggestive,
    supported,
)


def decide(case: Case) -> Decision:
    """The first rule that speaks."""
    return next(decision for rule in DECISIONS if (decision := rule(case)) is not None)
