"""The checks of a hazard, in log-odds: joint advocacy minus each control, and the window before.

What ends a series has no exposure after it. But what lasts with a client, or comes and goes slowly, and brings advocacy and
leaving at once, brought the advocacy of the window before, too, which has had its chance to make the client leave. A rating
that brings the advocacy after it, and what comes next, is known: the last one before the window is put beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from pipeline.hypotheses import logit
from pipeline.hypotheses.battery import check_result, why_not
from pipeline.hypotheses.battery.hidden_cause import covariance_of_estimates
from pipeline.hypotheses.battery.shared.setting import Found, difference_weights
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.design.exposures import Exposure, main_exposures
from pipeline.hypotheses.design.people import people_behind
from pipeline.hypotheses.design.terms import Design, Term, plain_term
from pipeline.hypotheses.kinds.hazard.model import AtRisk, dose_term
from pipeline.results.attempt import CheckFacts, CheckResult, FurtherNumbers
from pipeline.results.estimate import Estimate, estimate_of
from pipeline.results.reason import Reason, reason

CONTROLS = ("worker_solo", "client_solo", "concrete")


def run_battery(at_risk: AtRisk) -> tuple[CheckResult, ...]:
    """The window before, the rating before and every control; what goes wrong in one is that one's own."""
    controls = (_control(at_risk, mode) for mode in CONTROLS)
    return (_hidden_cause(at_risk), _rating_before(at_risk), *controls)


def _hidden_cause(at_risk: AtRisk) -> CheckResult:
    if at_risk.plan.exposure.decays:
        return CheckResult(check="hidden_cause", outcome="not_applicable", reason=reason("decay_holds_the_past"))
    return check_result("hidden_cause", lambda: None, lambda: _window_before(at_risk))


def _window_before(at_risk: AtRisk) -> Found:
    """The tested number beside that of the window before the exposure's own; windows that are not there have a flag."""
    sample, design, tested = at_risk.sample, at_risk.design, at_risk.design.tested
    keep, earlier = design.rows.keep, {}
    for main in main_exposures(at_risk.plan):
        values = sample.before(sample.dose[main])[keep]
        own = replace(main, back=at_risk.plan.exposure.lag + 1)
        design = design.beside(plain_term("no_window_before", (~np.isfinite(values)).astype(np.float64), "flag"))
        known = np.where(np.isfinite(values), values, 0.0)
        design = replace(design, terms=(*design.terms, Term(own.name, (own.column(),), known, known != 0)))
        earlier[own.name] = tested[main.name]
    model = logit.fit_logit(design.outcome, design.numeric(), at_risk.clusters)
    before, past = _number(model, design, tested), _number(model, design, earlier)
    apart = _number(model, design, difference_weights(tested, earlier))
    facts = CheckFacts(cov_before_earlier=covariance_of_estimates(before, past, apart))
    return Found(apart, FurtherNumbers(before=before, earlier=past), facts)


def _rating_before(at_risk: AtRisk) -> CheckResult:
    return check_result("rating_before", lambda: _no_score(at_risk), lambda: _beside_rating_before(at_risk))


def _no_score(at_risk: AtRisk) -> Reason | None:
    score, frame = at_risk.plan.outcome.score, at_risk.sample.frame
    if f"score_{score}" in frame and frame[f"score_{score}"].notna().any():
        return None
    return reason("score_unknown", score=score, ratings=len(frame))


def _beside_rating_before(at_risk: AtRisk) -> Found:
    """The tested number beside the last rating before its window, which may have brought the advocacy and what follows."""
    sample, design = at_risk.sample, at_risk.design
    score = number_of(sample.frame[f"score_{at_risk.plan.outcome.score}"])
    values = sample.before(score, at_risk.plan.exposure.lag + 1)[design.rows.keep]
    known = np.isfinite(values)
    mean = values[known].mean() if known.any() else 0.0
    design = design.beside(plain_term("no_rating_before", (~known).astype(np.float64), "flag"))
    design = design.beside(plain_term("rating_before", np.where(known, values - mean, 0.0), "outcome"))
    return Found(_number(logit.fit_logit(design.outcome, design.numeric(), at_risk.clusters), design, design.tested))


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
    model = logit.fit_logit(design.outcome, design.numeric(), at_risk.clusters)
    return _number(model, design, {at_risk.plan.exposure.mode: 1.0, mode: -1.0}), _number(model, design, {mode: 1.0})


def _number(model: logit.Logit, design: Design, weights: Mapping[str, float]) -> Estimate:
    return estimate_of(*model.combination(weights)).backed(people_behind(design, weights))
