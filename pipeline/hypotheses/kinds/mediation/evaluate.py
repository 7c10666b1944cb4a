"""Mediation 1-1-1: exposure -> what happens in the session -> the later rating, all within clients, in that order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError
from pipeline.exposure.parts import sd_within
from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.setting import combined_estimate
from pipeline.hypotheses.design.sample import model_steps
from pipeline.hypotheses.engines import engine_refusal
from pipeline.hypotheses.kinds.mediation.battery import run_battery
from pipeline.hypotheses.kinds.mediation.paths import (
    Paths,
    Together,
    draw_products,
    fit_paths,
    mediated_rows,
    mediator_of,
    paths_together,
)
from pipeline.hypotheses.kinds.mediation.question import Fitted, Question
from pipeline.hypotheses.kinds.mediation.rules import KEPT_BY
from pipeline.hypotheses.kinds.multilevel.parts import model_facts, model_part, standardized_number
from pipeline.hypotheses.sensitivity import sensitivity_of
from pipeline.results.backing import least_backing
from pipeline.results.estimate import Estimate
from pipeline.results.fit import Fit, Mediation, Tested
from pipeline.results.reason import Note, NotEstimable, note
from pipeline.results.trust import UNKNOWN, Trust

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

TAILS = {0.95: (2.5, 97.5), 0.90: (5.0, 95.0)}


def evaluate(plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute, trust: Trust = UNKNOWN) -> Fit:
    """The fit of a mediated hypothesis; the tested number is the indirect effect. NotEstimable without one."""
    built, mediator = mediated_rows(plan, occasions, ledger)
    try:
        paths = fit_paths(plan, built, mediator, compute)
    except ModelError as error:
        raise NotEstimable(engine_refusal(error), built.counts) from None
    reliability = trust.of(plan.outcome.instrument, plan.outcome.rater)
    question = Question(plan, occasions, ledger, built, mediator, compute, reliability)
    fitted = Fitted.of(question, paths, paths_together(paths, compute))
    a, b, together = fitted.a, fitted.b, fitted.together
    draws = draw_products(a, b, together, compute)
    models = (model_facts("first_path", paths.a), model_facts("second_path", paths.b))
    return Fit(
        kind="mediation",
        spec=plan,
        status="estimated",
        **model_part(plan, paths.b, compute, models, _warnings(plan)),
        tested=_tested(plan, paths, draws, a, b, together, built.y[built.keep]),
        battery=run_battery(fitted),
        counts=model_steps(built),
        episodes=dict(built.episodes),
        ceiling="product_of_paths",
        mediation=_mediation(paths, a, b, together, len(draws)),
    )


def _tested(
    plan: Plan, paths: Paths, draws: Floats, a: Estimate, b: Estimate, together: Together, outcome: Floats
) -> Tested:
    """The indirect effect with percentiles of its draws; the fewer people of the two paths are behind it."""
    point, error = a.estimate * b.estimate + together.covariance, float(draws.std(ddof=1))
    low, high = (float(value) for value in np.percentile(draws, TAILS[0.95]))
    low_90, high_90 = (float(value) for value in np.percentile(draws, TAILS[0.90]))
    tail = min(float((draws <= 0).mean()), float((draws >= 0).mean()))
    number = Estimate(
        estimate=point,
        std_error=error,
        df=None,
        statistic=point / error if error > 0 else 0.0,
        p_value=min(max(2.0 * tail, 1.0 / len(draws)), 1.0),
        conf_low=low,
        conf_high=high,
    ).backed(least_backing(a.behind, b.behind))
    sd = sd_within(outcome, paths.b.design.rows.client)
    return Tested(
        **number.model_dump(),
        term=f"{paths.x} -> {paths.m} -> {plan.outcome.score}",
        conf_low_90=low_90,
        conf_high_90=high_90,
        standardized=standardized_number(plan, number, sd),
        sensitivity=sensitivity_of(number, sd),
    )


def _mediation(paths: Paths, a: Estimate, b: Estimate, together: Together, draws: int) -> Mediation:
    return Mediation(
        a=a,
        b=b,
        direct=combined_estimate(paths.b.model, paths.b.design, {paths.x: 1.0}),
        covariance_ab=together.covariance,
        covariance_ab_error=together.error,
        correlation_of_paths=together.correlation,
        draws=draws,
    )


def _warnings(plan: Plan) -> tuple[Note, ...]:
    spec, said = mediator_of(plan), []
    if KEPT_BY[spec.column] == plan.outcome.rater:
        said.append(note("same_rater", rater=plan.outcome.rater))
    if spec.lag == 0:
        said.append(note("order_assumed"))
    return tuple(said)
