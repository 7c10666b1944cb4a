"""Evaluate a hypothesis about ratings: sample -> design -> primary fit -> battery."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from pipeline.base.errors import ModelError
from pipeline.hypotheses.battery.shared.setting import Setting, combined_estimate
from pipeline.hypotheses.design.agency import with_agencies
from pipeline.hypotheses.design.build import build_design
from pipeline.hypotheses.design.equation import formula_of_tested
from pipeline.hypotheses.design.estimability import require_estimable
from pipeline.hypotheses.design.sample import Sample, build_sample, model_steps
from pipeline.hypotheses.engines import engine_refusal
from pipeline.hypotheses.fitting import fit_dropping
from pipeline.hypotheses.kinds.multilevel.battery import run_battery
from pipeline.hypotheses.kinds.multilevel.latent import widened_number
from pipeline.hypotheses.kinds.multilevel.moderation import moderation_of
from pipeline.hypotheses.kinds.multilevel.parts import model_part, residual_df, tested_number
from pipeline.hypotheses.kinds.multilevel.spread import own_effects
from pipeline.hypotheses.kinds.multilevel.yardsticks import yardsticks
from pipeline.results.fit import Fit, Yardstick
from pipeline.results.reason import NotEstimable, not_estimable
from pipeline.results.trust import UNKNOWN, Trust

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan


def evaluate(plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute, trust: Trust = UNKNOWN) -> Fit:
    """The fit of a hypothesis on linked occasions and ledger; NotEstimable where the rows cannot carry it."""
    return fit_of(primary_fit(plan, build_sample(plan, occasions, ledger), compute, trust))


def fit_of(setting: Setting, only: Collection[str] | None = None) -> Fit:
    """The fit of a hypothesis whose primary fit is made; `only`: the checks that are asked (default: all)."""
    plan, sample, compute = setting.plan, setting.sample, setting.compute
    fitted, focus = setting.primary, setting.primary.design.focus
    leveled = plan.moderator is not None and not focus.numeric
    term = formula_of_tested(fitted.design.tested, levels=leveled)
    return Fit(
        kind="multilevel",
        spec=plan,
        status="estimated",
        **model_part(plan, fitted, compute),
        tested=tested_number(plan, fitted, setting.tested, sample.y[sample.keep], term),
        battery=run_battery(setting, only),
        counts=model_steps(sample),
        episodes=dict(sample.episodes),
        ceiling=None if plan.effect == "within" else "no_order_in_time",
        moderation=moderation_of(fitted, plan.moderator) if plan.moderator is not None else None,
        own_effects=own_effects(fitted, setting.tested) if plan.effect == "within" else None,
        yardsticks=tuple(
            Yardstick(
                column=one.name,
                with_exposure=one.with_exposure,
                with_outcome=one.with_outcome,
                estimate=one.estimate,
                std_error=one.std_error,
            )
            for one in yardsticks(plan, fitted, setting.tested, residual_df(plan, fitted))
        ),
    )


def primary_fit(plan: Plan, sample: Sample, compute: Compute, trust: Trust = UNKNOWN) -> Setting:
    """The primary fit and the tested number; NotEstimable where the rows cannot carry them."""
    design = with_agencies(build_design(plan, sample, sample.keep), plan, sample, compute)
    require_estimable(plan, sample, design, compute)
    try:
        fitted = fit_dropping(design, compute, compute.drop_slopes)
    except ModelError as error:
        raise NotEstimable(engine_refusal(error), sample.counts) from None
    if not fitted.model.converged:
        raise not_estimable("not_converged", sample.counts)
    tested = widened_number(plan, fitted, combined_estimate(fitted.model, fitted.design, fitted.design.tested), compute)
    return Setting(plan, sample, compute, fitted, tested, trust.of(plan.outcome.instrument, plan.outcome.rater))
