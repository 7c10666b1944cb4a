"""The check of a mediation: is the second path more than a mood that lasts? (METHODS.md, "The ladder", 8).

A mood that lasts from session to session and colors mediator and rating alike makes a second path by itself. It shows in
the mediator after the rating, too, which cannot have carried anything to it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.hypotheses.battery import why_not
from pipeline.hypotheses.battery.hidden_cause import covariance
from pipeline.hypotheses.battery.shared.setting import combined, difference
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.design.sample import Sample
from pipeline.hypotheses.design.terms import plain_term, rows_of, split_dose
from pipeline.hypotheses.engines import fit_design
from pipeline.hypotheses.kinds.mediation.paths import Paths, mediator_of, path_designs
from pipeline.results.attempt import CheckFacts, CheckResult, FurtherNumbers
from pipeline.results.reason import not_estimable, reason

if TYPE_CHECKING:
    from pipeline.base.params import Compute, Plan
    from pipeline.exposure.visits import Floats

AFTER = "mediator_after_within"


def run_battery(plan: Plan, paths: Paths, built: Sample, mediator: Floats, compute: Compute) -> tuple[CheckResult, ...]:
    """The second path with the mediator of the session after the rating beside it; not asked within one session."""
    if mediator_of(plan).lag == 0:
        return (CheckResult(check="hidden_cause", outcome="not_applicable", reason=reason("same_session")),)
    try:
        return (_hidden_cause(plan, paths, built, mediator, compute),)
    except Exception as error:
        return (CheckResult(check="hidden_cause", outcome="not_computed", reason=why_not(error)),)


def _hidden_cause(plan: Plan, paths: Paths, built: Sample, mediator: Floats, compute: Compute) -> CheckResult:
    later = built.before(number_of(built.frame[mediator_of(plan).column]), -1)
    keep = built.keep & np.isfinite(later)
    rows = rows_of(built, keep)
    _, design = path_designs(plan, replace(built, keep=keep), mediator, compute)
    design = design.beside(plain_term(AFTER, split_dose(later, rows).within, "after"))
    ended = paths.b.design
    model = fit_design(replace(design, random=ended.random, uncorrelated=ended.uncorrelated), compute)
    if not model.converged:
        raise not_estimable("not_converged")
    second, later_one = {paths.m: 1.0}, {AFTER: 1.0}
    before, after = combined(model, design, second), combined(model, design, later_one)
    apart = combined(model, design, difference(second, later_one))
    beside, facts = FurtherNumbers(before=before, after=after), CheckFacts(cov_before_after=covariance(before, after, apart))
    return CheckResult(check="hidden_cause", outcome="computed", estimate=apart, beside=beside, facts=facts)
