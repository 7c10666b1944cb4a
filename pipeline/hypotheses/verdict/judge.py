"""Judge: all fits together, one verdict each; words follow rules, and the rule that decided is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from pipeline.base.options import Role
from pipeline.base.params import Hypothesis, VerdictRules
from pipeline.hypotheses.verdict.case import Case
from pipeline.hypotheses.verdict.decisions import decide
from pipeline.hypotheses.verdict.multiplicity import CORRECTIONS
from pipeline.hypotheses.verdict.states import attempts_of
from pipeline.hypotheses.verdict.turning import turning_points
from pipeline.results.fit import Fit
from pipeline.results.verdict import Family, Judged, Verdicts


def judge_study(
    fits: Mapping[str, Fit],
    hypotheses: Mapping[str, Hypothesis],
    rules: VerdictRules,
    demoted: Mapping[str, Sequence[str]] | None = None,
    promised: Iterable[str] = (),
) -> Verdicts:
    """One verdict a hypothesis, p-values adjusted over its family; `demoted` names those no longer confirmatory, and why.

    A hypothesis without a number still counts in the size of its family, with p = 1. So do those of a lock (`promised`) that
    were stamped or taken out since: a family does not shrink after the fact.
    """
    demoted, promised = demoted or {}, tuple(promised)
    roles: dict[str, Role] = {n: "exploratory" if n in demoted else h.role for n, h in hypotheses.items()}
    adjusted, family = _adjusted(fits, roles, rules, promised)
    found = {}
    for name, hypothesis in hypotheses.items():
        fit = fits[name]
        attempts = attempts_of(fit.battery, fit.tested, rules) if fit.tested else ()
        case = Case(hypothesis, roles[name], fit, attempts, adjusted[name], rules)
        judged = _judged(name, case, family[roles[name]].correction, tuple(demoted.get(name, ())))
        again = partial(_adjusted_with, name, fits, roles, rules, promised)
        found[name] = judged.model_copy(update={"turning": turning_points(case, again)})
    return Verdicts(hypotheses=found, family=family)


def _judged(name: str, case: Case, correction: str, deviations: tuple[str, ...]) -> Judged:
    decision, hypothesis, fit = decide(case), case.hypothesis, case.fit
    return Judged(
        name=name,
        role=case.role,
        declared_role=hypothesis.role,
        claim=hypothesis.claim,
        predicted=hypothesis.predicted,
        smallest_effect=hypothesis.smallest_effect,
        verdict=decision.verdict,
        rule=decision.rule,
        reason=fit.reason,
        ceiling=fit.ceiling,
        decided_by=decision.checks,
        deviations=deviations,
        attempts=case.attempts,
        p_value=fit.tested.p_value if fit.tested else None,
        p_adjusted=case.p_adjusted if fit.tested else None,
        correction=correction,
        tested=fit.tested,
        models=fit.models,
    )


def _adjusted(
    fits: Mapping[str, Fit], roles: Mapping[str, Role], rules: VerdictRules, promised: Iterable[str]
) -> tuple[dict[str, float], dict[str, Family]]:
    adjusted: dict[str, float] = {}
    family: dict[str, Family] = {}
    corrections = {"confirmatory": rules.confirmatory_correction, "exploratory": rules.exploratory_correction}
    for role, correction in corrections.items():
        values = {name: primary_p(fits[name]) for name, own in roles.items() if own == role}
        left = sorted(set(promised) - set(values)) if role == "confirmatory" else []
        corrected = CORRECTIONS[correction](values | {f"{name} (locked)": 1.0 for name in left})
        adjusted |= {name: corrected[name] for name in values}
        family[role] = Family(
            size=len(corrected), correction=correction, names=tuple(sorted(values)), counted_from_the_lock=tuple(left)
        )
    return adjusted, family


def _adjusted_with(
    name: str, fits: Mapping[str, Fit], roles: Mapping[str, Role], rules: VerdictRules, promised: Iterable[str], fit: Fit
) -> float:
    """The adjusted p-value of one hypothesis with another fit in the place of its own."""
    return _adjusted({**fits, name: fit}, roles, rules, promised)[0][name]


def primary_p(fit: Fit) -> float:
    """The primary p-value; 1 where there is no number."""
    return fit.tested.p_value if fit.tested else 1.0
