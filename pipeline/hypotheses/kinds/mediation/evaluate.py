"""Mediation 1-1-1: exposure -> what happens in the session -> the later rating, all within clients, in that order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.base.errors import ModelError
from pipeline.exposure.parts import sd_within
from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.setting import combined_estimate
from pipeline.hypotheses.design.sample import model_steps
from pipeline.hypotheses.engines import engine_refusal
from pipeline.hypotheses.kinds.mediation.battery import run_battery
from pipeline.hypotheses.kinds.mediation.paths import (
    Indirect,
    Paths,
    Together,
    fit_paths,
    indirect_of,
    mediated_rows,
    mediator_of,
    paths_together,
)
from pipeline.hypotheses.kinds.mediation.question import FittedPaths, MediationQuestion
from pipeline.hypotheses.kinds.mediation.rules import KEPT_BY
from pipeline.hypotheses.kinds.multilevel.parts import model_facts, model_part, standardized_number
from pipeline.hypotheses.sensitivity import sensitivity_of
from pipeline.results.estimate import Estimate
from pipeline.results.fit import Fit, Mediation, Tested
from pipeline.results.reason import Note, NotEstimable, note
from pipeline.results.trust import UNKNOWN, Trust

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan


def evaluate(plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute, trust: Trust = UNKNOWN) -> Fit:
    """The fit of a mediated hypothesis; the tested number is the indirect effect. NotEstimable without one."""
    built, mediator = mediated_rows(plan, occasions, ledger)
    try:
        paths = fit_paths(plan, built, mediator, compute)
    except ModelError as error:
        raise NotEstimable(engine_refusal(error), built.counts) from None
    reliability = trust.of(plan.outcome.instrument, plan.outcome.rater)
    question = MediationQuestion(plan, occasions, ledger, built, mediator, compute, reliability)
    fitted = FittedPaths.of(question, paths, paths_together(paths, compute))
    a, b, together = fitted.a, fitted.b, fitted.together
    indirect = indirect_of(a, b, together, compute)
    models = (model_facts("first_path", paths.a), model_facts("second_path", paths.b))
    return Fit(
        kind="mediation",
        spec=plan,
        status="estimated",
        **model_part(plan, paths.b, compute, models, _warnings(plan)),
        tested=_tested(plan, paths, indirect, built.y[built.keep]),
        battery=run_battery(fitted),
        counts=model_steps(built),
        episodes=dict(built.episodes),
        ceiling="product_of_paths",
        mediation=_mediation(paths, a, b, together, indirect.draws),
    )


def _tested(plan: Plan, paths: Paths, indirect: Indirect, outcome: Floats) -> Tested:
    number = indirect.number
    sd = sd_within(outcome, paths.b.design.rows.client)
    return Tested(
        **number.model_dump(),
        term=f"{paths.x} -> {paths.m} -> {plan.outcome.score}",
        conf_low_90=indirect.low_90,
        conf_high_90=indirect.high_90,
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
