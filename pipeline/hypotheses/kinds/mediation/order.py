"""Checks of the order in time: hidden causes of either path, and a rating that comes before the mediator.

A mood that lasts from session to session and colors mediator and rating alike makes a second path by itself. It shows in
the mediator after the rating, too, which cannot have carried anything to it (METHODS.md, "The ladder", 8); so does a rating
that brings the mediator after it, as the path back of the panel with feedback. What brings advocacy and mediator at once
makes a first path by itself, and shows in the exposure after the session.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.dynamic import Series, Unidentified, fit_panel, series_of
from pipeline.hypotheses.battery import hidden_cause
from pipeline.hypotheses.battery.shared.setting import Found, Setting, combined_estimate, difference_weights
from pipeline.hypotheses.design.build import background_terms
from pipeline.hypotheses.design.exposures import main_exposures
from pipeline.hypotheses.design.people import people_behind
from pipeline.hypotheses.design.sample import needed_columns, present_rows
from pipeline.hypotheses.design.terms import plain_term, rows_of, split_dose
from pipeline.hypotheses.kinds.mediation.paths import path_designs
from pipeline.hypotheses.kinds.mediation.question import (
    FittedPaths,
    MediationQuestion,
    PathCheck,
    applies_always,
    of_an_earlier_session,
    refitted_path,
)
from pipeline.results.attempt import CheckFacts, FurtherNumbers
from pipeline.results.estimate import estimate_of
from pipeline.results.reason import NotEstimable, Reason, not_estimable, reason

AFTER = "mediator_after_within"
ONE_BACK = 1  # the lag the panel has a path of, beside that within one session


def after_the_rating(fitted: FittedPaths) -> Found:
    """The second path with the mediator of the session after the rating beside it.

    The number is the indirect effect by what the second path has beyond that; both windows' own numbers stand beside it.
    """
    asked, paths = fitted.question, fitted.paths
    sample = asked.sample
    later = sample.before(asked.own_session, -1)
    keep = sample.keep & np.isfinite(later)
    rows = rows_of(sample, keep)
    _, design = path_designs(asked.plan, replace(sample, keep=keep), asked.mediator, asked.compute)
    design = design.beside(plain_term(AFTER, split_dose(later, rows).within, "after"))
    model = refitted_path(design, paths.b, asked.compute)
    second, behind = {paths.m: 1.0}, {AFTER: 1.0}
    before, after = combined_estimate(model, design, second), combined_estimate(model, design, behind)
    apart = combined_estimate(model, design, difference_weights(second, behind))
    facts = CheckFacts(cov_before_after=hidden_cause.covariance_of_estimates(before, after, apart))
    beside = FurtherNumbers(before=before, after=after, apart=apart, path=fitted.b)
    return Found(fitted.again(b=apart), beside, facts)


def after_the_session(fitted: FittedPaths) -> Found:
    """The first path with the exposures of the window after the mediator's session, and of the one before its own.

    The number is the indirect effect by what the first path has beyond the window after.
    """
    asked = fitted.question
    sample = asked.sample
    lead = {exposure: sample.before(values, asked.lag) for exposure, values in sample.lead.items()}
    own = replace(sample, y=asked.mediator, lead=lead)
    found = hidden_cause.run(Setting(asked.plan, own, asked.compute, fitted.paths.a, fitted.a))
    beside = found.beside.model_copy(update={"apart": found.estimate, "path": fitted.a})
    return replace(found, estimate=fitted.again(found.estimate), beside=beside)


def rating_first(fitted: FittedPaths) -> Found:
    """The indirect effect by a panel in which the rating may bring the mediator after it; that way `back` beside it."""
    asked = fitted.question
    panel = fit_panel(panel_series(asked), _reliability(asked))
    if isinstance(panel, Unidentified):
        raise NotEstimable(Reason(code=f"panel_{panel.code}", counts=panel.counts, names={"names": ", ".join(panel.names)}))
    people = people_behind(fitted.paths.b.design, {fitted.paths.m: 1.0})
    path, back = (
        estimate_of(one.estimate, one.std_error, one.df).backed(people)
        for one in (panel.number("lag_one"), panel.number("gamma"))
    )
    return Found(fitted.again(b=path), FurtherNumbers(path=path, back=back))


def panel_series(asked: MediationQuestion) -> Series:
    """Mediator and rating of each session as series, with time, covariates, and both windows' exposures taken out."""
    plan, sample, mediator = asked.plan, asked.sample, asked.own_session
    keep = np.isfinite(sample.y) & np.isfinite(mediator)
    for name in needed_columns(plan):
        keep &= present_rows(sample.frame, name, sample.counts)
    known = replace(sample, keep=keep)
    main = [one for one in sample.dose if one.rest or one in main_exposures(plan)]
    own, nearest = {one: sample.dose[one] for one in main}, {one: sample.before(sample.lead[one]) for one in main}
    terms, _ = background_terms(plan, known, rows_of(known, keep))
    beside = [column for term in terms for column in term.numeric().values()]
    beside += [values[keep] for doses in (nearest, own) for values in hidden_cause.filled_doses(known, doses).values()]
    client, worker = sample.client[keep], sample.worker[keep]
    return series_of(mediator[keep], sample.y[keep], client, sample.occasion[keep], worker, np.column_stack(beside))


def _reliability(asked: MediationQuestion) -> float:
    """Of the rating's change within clients: as declared, else as the study's items tell it; NotEstimable without one."""
    score = asked.plan.outcome.score
    known = asked.plan.outcome.reliability or asked.reliability.get(score)
    if known is None:
        raise not_estimable("no_reliability", score=score)
    return known


def _one_session_back(asked: MediationQuestion) -> Reason | None:
    if asked.lag > ONE_BACK:
        return reason("no_path_of_that_lag", lag=str(asked.lag))
    if asked.plan.outcome.kind != "score":
        return reason("no_reliability_of_distance")
    return of_an_earlier_session(asked)


HIDDEN_CAUSE = PathCheck(of_an_earlier_session, after_the_rating)
FIRST_PATH = PathCheck(applies_always, after_the_session)
REVERSED_ORDER = PathCheck(_one_session_back, rating_first)
