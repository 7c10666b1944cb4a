"""The checks of a hazard: joint advocacy minus each control, in log-odds; what ends a series has no exposure after it."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.hypotheses import logit
from pipeline.hypotheses.battery import why_not
from pipeline.hypotheses.design.exposures import Exposure
from pipeline.hypotheses.design.people import people_behind
from pipeline.hypotheses.design.terms import Design, Term
from pipeline.hypotheses.kinds.hazard.model import AtRisk, dose_term
from pipeline.results.attempt import CheckResult, FurtherNumbers
from pipeline.results.estimate import Estimate, estimate_of
from pipeline.results.reason import Reason, reason

CONTROLS = ("worker_solo", "client_solo", "concrete")


def run_battery(at_risk: AtRisk) -> tuple[CheckResult, ...]:
    """Every control; what goes wrong in one is that one's own."""
    return tuple(_control(at_risk, mode) for mode in CONTROLS)


def _control(at_risk: AtRisk, mode: str) -> CheckResult:
    name = f"control_{mode}"
    not_applicable = _no_control(at_risk, mode)
    if not_applicable:
        return CheckResult(check=name, outcome="not_applicable", reason=not_applicable)
    try:
        apart, alone = _beside(at_risk, mode)
    except Exception as error:
        return CheckResult(check=name, outcome="not_computed", reason=why_not(error))
    return CheckResult(check=name, outcome="computed", estimate=apart, beside=FurtherNumbers(control=alone))


def _no_control(at_risk: AtRisk, mode: str) -> Reason | None:
    if at_risk.plan.exposure.mode != "joint" or mode in at_risk.modes or not at_risk.sample.episodes.get(mode):
        return reason("no_control_here")
    return None


def _beside(at_risk: AtRisk, mode: str) -> tuple[Estimate, Estimate]:
    """Joint minus the control, and the control alone."""
    term: Term = dose_term(at_risk.sample, Exposure(mode), at_risk.design.rows)
    design = at_risk.with_term(term)
    model = logit.fit(design.outcome, design.numeric(), at_risk.clusters)
    return _number(model, design, {at_risk.plan.exposure.mode: 1.0, mode: -1.0}), _number(model, design, {mode: 1.0})


def _number(model: logit.Logit, design: Design, weights: Mapping[str, float]) -> Estimate:
    return estimate_of(*model.combination(weights)).backed(people_behind(design, weights))
