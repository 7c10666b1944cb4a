"""Verdicts: words follow rules, and the rule that decided is named.

The rules in their order are `DECISIONS`: the first that speaks decides. docs/hypotheses.md prints them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.base.options import Role, Verdict
from pipeline.base.params import Hypothesis, VerdictRules
from pipeline.hypotheses import estimate
from pipeline.hypotheses.multiplicity import CORRECTIONS

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """All that a rule may look at."""

    hypothesis: Hypothesis
    role: Role
    result: Result
    p_adjusted: float
    rules: VerdictRules

    @property
    def tested(self) -> estimate.Estimate:
        """The tested number."""
        return _estimate(self.result["tested"])

    @property
    def sign(self) -> float:
        """The side of zero the estimate lies on."""
        return 1.0 if self.result["tested"]["estimate"] >= 0 else -1.0

    @property
    def significant(self) -> bool:
        """The adjusted p-value is below alpha."""
        return self.p_adjusted < self.rules.alpha

    @property
    def as_predicted(self) -> bool:
        """The estimate lies on the predicted side."""
        return self.sign == {"positive": 1.0, "negative": -1.0, "none": 0.0}[self.hypothesis.predicted]

    @property
    def tiny(self) -> bool:
        """The equivalence interval lies wholly within the smallest effect that matters."""
        low, high = self.tested.interval(self.rules.equivalence_level)
        sd = self.result["tested"]["standardized"]["outcome_sd_within"]
        return bool(max(abs(low), abs(high)) < self.hypothesis.smallest_effect * sd)

    def failed(self, names: tuple[str, ...]) -> list[str]:
        """Sentences of the applicable checks among `names` that were not passed, at the rules' own alpha."""
        rows = [row for row in self.result["battery"] if row["check"] in names and row["applies"]]
        return [f"{row['label']}: {row['sentence']}" for row in rows if not passes(row, self.sign, self.rules.alpha)]


@dataclass(frozen=True)
class Decision:
    """A verdict, the name of the rule that gave it, and its reasons in words."""

    verdict: Verdict
    rule: str
    reasons: tuple[str, ...] = ()


def judge(
    results: Mapping[str, Result],
    hypotheses: Mapping[str, Hypothesis],
    rules: VerdictRules,
    demoted: Mapping[str, str] | None = None,
    promised: Iterable[str] = (),
) -> dict[str, Any]:
    """One verdict a hypothesis, p-values adjusted over its family; `demoted` names those no longer confirmatory, and why.

    A hypothesis without a number still counts in the size of its family, with p = 1. So do those of a lock (`promised`) that
    were stamped or taken out since: a family does not shrink after the fact.
    """
    demoted = demoted or {}
    roles: dict[str, Role] = {n: "exploratory" if n in demoted else h.role for n, h in hypotheses.items()}
    adjusted, family = _adjusted(results, roles, rules, promised)
    found = {}
    for name, hypothesis in hypotheses.items():
        case = Case(hypothesis, roles[name], results[name], adjusted[name], rules)
        found[name] = _entry(name, case, decide(case), family[roles[name]]["correction"], demoted.get(name))
    return {"hypotheses": found, "family": family}


def decide(case: Case) -> Decision:
    """The first rule that speaks."""
    return next(decision for rule in DECISIONS if (decision := rule(case)) is not None)


def passes(row: Result, sign: float, alpha: float) -> bool:
    """Whether a check is passed at this alpha; one that could not be fitted is not."""
    if row["estimate"] is None:
        return False
    apart = _on_side(row, sign, alpha)
    control = (row.get("details") or {}).get("control")
    return apart or (control is not None and not _on_side(control, sign, alpha))


def not_estimable(case: Case) -> Decision | None:
    """There is no number."""
    if case.result["status"] == "estimated":
        return None
    return Decision("not estimable", "no number can be given", (str(case.result["reason"]),))


def predicted_none(case: Case) -> Decision | None:
    """The claim is that there is no effect to speak of: the equivalence interval decides for it."""
    if case.hypothesis.predicted != "none":
        return None
    if case.tiny:
        word: Verdict = "supported" if case.role == "confirmatory" and not case.result["ceiling"] else "suggestive"
        return Decision(word, "no effect was predicted, and the interval lies within the smallest effect that matters")
    if case.significant:
        return Decision("opposite", "no effect was predicted, and one is seen")
    return Decision("inconclusive", "no effect was predicted, and the interval is too wide to say so")


def not_significant(case: Case) -> Decision | None:
    """The adjusted p-value is not below alpha."""
    if case.significant:
        return None
    if case.tiny:
        return Decision("practically zero", "the interval lies within the smallest effect that matters")
    return Decision("inconclusive", "the adjusted p-value is not below alpha, and the interval reaches effects that matter")


def no_direction(case: Case) -> Decision | None:
    """The lead placebo fails."""
    failed = case.failed(case.rules.direction_checks)
    return Decision("no direction can be claimed", "a direction check is not passed", tuple(failed)) if failed else None


def not_specific(case: Case) -> Decision | None:
    """A control shows an effect of the same sign and cannot be told apart."""
    failed = case.failed(case.rules.specificity_checks)
    rule = "a control exposure shows the same, and joint minus control includes zero"
    return Decision("not specific to being there", rule, tuple(failed)) if failed else None


def practically_zero(case: Case) -> Decision | None:
    """There is an effect, but one too small to matter."""
    rule = "there is an effect, and its interval lies within the smallest effect that matters"
    return Decision("practically zero", rule) if case.tiny else None


def fragile(case: Case) -> Decision | None:
    """Some check that is to be passed has an interval that includes zero or lies on the other side."""
    failed = case.failed(case.rules.fragile_checks)
    return Decision("fragile", "a robustness check is not passed", tuple(failed)) if failed else None


def opposite(case: Case) -> Decision | None:
    """All checks are passed, on the other side of zero."""
    return None if case.as_predicted else Decision("opposite", "the effect has the other sign, and all checks are passed")


def suggestive(case: Case) -> Decision | None:
    """All checks are passed, but the hypothesis cannot be confirmatory."""
    if case.role == "exploratory":
        return Decision("suggestive", "exploratory hypotheses are suggestive at most")
    if case.result["ceiling"]:
        return Decision("suggestive", "this kind of number is suggestive at most", (str(case.result["ceiling"]),))
    return None


def supported(_: Case) -> Decision | None:
    """Nothing spoke against it."""
    return Decision("supported", "significant in its family, the predicted sign, and all checks are passed")


DECISIONS = (
    not_estimable,
    predicted_none,
    not_significant,
    no_direction,
    not_specific,
    practically_zero,
    fragile,
    opposite,
    suggestive,
    supported,
)


def _adjusted(
    results: Mapping[str, Result], roles: Mapping[str, Role], rules: VerdictRules, promised: Iterable[str]
) -> tuple[dict[str, float], dict[str, Any]]:
    adjusted: dict[str, float] = {}
    family: dict[str, Any] = {}
    corrections = {"confirmatory": rules.confirmatory_correction, "exploratory": rules.exploratory_correction}
    for role, correction in corrections.items():
        values = {name: p_value(results[name]) for name, own in roles.items() if own == role}
        left = sorted(set(promised) - set(values)) if role == "confirmatory" else []
        corrected = CORRECTIONS[correction](values | {f"{name} (locked)": 1.0 for name in left})
        adjusted |= {name: corrected[name] for name in values}
        family[role] = {"size": len(corrected), "correction": correction, "names": sorted(values)}
        if left:
            family[role]["counted_from_the_lock"] = left
    return adjusted, family


def p_value(result: Result) -> float:
    """The primary p-value; 1 where there is no number."""
    return float(result["tested"]["p_value"]) if result["status"] == "estimated" else 1.0


def _entry(name: str, case: Case, decision: Decision, correction: str, demoted: str | None) -> dict[str, Any]:
    estimated = case.result["status"] == "estimated"
    declared = {key: getattr(case.hypothesis, key) for key in ("claim", "predicted", "smallest_effect")}
    reasons = [*decision.reasons, *([f"Declared confirmatory, stamped exploratory: {demoted}"] if demoted else [])]
    return {
        "name": name,
        "role": case.role,
        "declared_role": case.hypothesis.role,
        **declared,
        "verdict": decision.verdict,
        "rule": decision.rule,
        "reasons": reasons,
        "p_value": p_value(case.result) if estimated else None,
        "p_adjusted": case.p_adjusted if estimated else None,
        "correction": correction,
        "fit": case.result["tested"],
    }


def _estimate(row: Any) -> estimate.Estimate:
    if isinstance(row, estimate.Estimate):
        return row
    return estimate.of(row["estimate"], row["std_error"], row["df"])


def _on_side(row: Any, sign: float, alpha: float) -> bool:
    low, high = _estimate(row).interval(1.0 - alpha)
    return low > 0 if sign > 0 else high < 0
