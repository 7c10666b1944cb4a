"""The rules of a verdict in their order: the first that speaks decides. docs/hypotheses.md prints them.

| state | direction, specificity, robustness rules | `supported` and `opposite` |
|---|---|---|
| held, no difference | let pass | let pass |
| broke | speak | never reached |
| speaks against, not clear | let pass (it does not decide) | let pass |
| does not apply | let pass | let pass; a kind of number that cannot be asked has its ceiling |
| could not be computed | let pass | `inconclusive`: a check that decides could not be computed |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.base.options import Verdict
from pipeline.hypotheses.verdict.case import Case
from pipeline.results.verdict import Rule


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
    """The claim is that there is no effect to speak of: the equivalence interval decides for it."""
    if case.hypothesis.predicted != "none":
        return None
    if case.tiny:
        word: Verdict = "supported" if case.role == "confirmatory" and not case.fit.ceiling else "suggestive"
        return Decision(word, "none_predicted_within_limit")
    if case.significant:
        return Decision("opposite", "none_predicted_effect_seen")
    return Decision("inconclusive", "none_predicted_too_wide")


def not_significant(case: Case) -> Decision | None:
    """The adjusted p-value is not below alpha."""
    if case.significant:
        return None
    if case.tiny:
        return Decision("practically zero", "not_significant_within_limit")
    return Decision("inconclusive", "not_significant")


def no_direction(case: Case) -> Decision | None:
    """A direction check broke it."""
    broke = case.broke(case.rules.direction_checks)
    return Decision("no direction can be claimed", "direction_broke", broke) if broke else None


def not_specific(case: Case) -> Decision | None:
    """A control shows an effect of the same sign and cannot be told apart."""
    broke = case.broke(case.rules.specificity_checks)
    return Decision("not specific to being there", "specificity_broke", broke) if broke else None


def practically_zero(case: Case) -> Decision | None:
    """There is an effect, but one too small to matter."""
    return Decision("practically zero", "within_limit") if case.tiny else None


def fragile(case: Case) -> Decision | None:
    """A check that is to be passed has an interval that includes zero or lies on the other side."""
    broke = case.broke(case.rules.fragile_checks)
    return Decision("fragile", "robustness_broke", broke) if broke else None


def not_checked(case: Case) -> Decision | None:
    """A check that decides could not be computed: nothing is claimed without it."""
    left = case.not_computed()
    return Decision("inconclusive", "not_checked", left) if left else None


def opposite(case: Case) -> Decision | None:
    """Everything held, on the other side of zero."""
    return None if case.as_predicted else Decision("opposite", "other_sign")


def suggestive(case: Case) -> Decision | None:
    """Everything held, but the hypothesis cannot be confirmatory."""
    if case.role == "exploratory":
        return Decision("suggestive", "exploratory")
    return Decision("suggestive", "ceiling") if case.fit.ceiling else None


def supported(_: Case) -> Decision | None:
    """Nothing spoke against it."""
    return Decision("supported", "all_held")


DECISIONS: tuple[Callable[[Case], Decision | None], ...] = (
    no_number,
    predicted_none,
    not_significant,
    no_direction,
    not_specific,
    practically_zero,
    fragile,
    not_checked,
    opposite,
    suggestive,
    supported,
)


def decide(case: Case) -> Decision:
    """The first rule that speaks."""
    return next(decision for rule in DECISIONS if (decision := rule(case)) is not None)
