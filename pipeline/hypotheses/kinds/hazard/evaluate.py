"""Attendance and dropout as outcomes: a discrete-time hazard, one row a rating at risk (Singer & Willett 1993).

What a client does next is regressed on the exposure up to this rating, itself not split into parts: a client's mean holds
the future, and those who leave have less of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.hypotheses import logit
from pipeline.hypotheses.confounding import e_value, end_nearer_zero, ratio_of_odds
from pipeline.hypotheses.design.equation import formula_of_tested
from pipeline.hypotheses.design.leverage import largest_leverage
from pipeline.hypotheses.design.people import people_behind
from pipeline.hypotheses.design.sample import model_steps
from pipeline.hypotheses.design.terms import Design
from pipeline.hypotheses.kinds.hazard.battery import run_battery
from pipeline.hypotheses.kinds.hazard.model import AtRisk, at_risk, hazard_equation
from pipeline.results.estimate import Estimate, estimate_of
from pipeline.results.fit import Coefficient, Column, Fit, Hazard, ModelFacts, Sensitivity, Standardized, Tested
from pipeline.results.reason import Note, note
from pipeline.results.trust import UNKNOWN, Trust

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

LOGISTIC_SD = float(np.pi / np.sqrt(3.0))  # log-odds over this are standardized mean differences (Chinn 2000)


def evaluate(plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute, trust: Trust = UNKNOWN) -> Fit:
    """The fit of a hypothesis about missed sessions or dropout; errors clustered by worker; NotEstimable without one."""
    del trust  # no panel is made of this kind
    rows = at_risk(plan, occasions, ledger, compute)
    design = rows.design
    model = logit.fit_logit(design.outcome, design.numeric(), rows.clusters)
    return Fit(
        kind="hazard",
        spec=plan,
        status="estimated",
        tested=_tested(model, design),
        models=(_facts(rows, model),),
        coefficients=_coefficients(model, design),
        battery=run_battery(rows),
        counts=model_steps(rows.sample),
        episodes=dict(rows.sample.episodes),
        converged=True,
        notes=(*design.notes, _events(rows, model)),
        formula=hazard_equation(plan, design),
        ceiling="series_ends",
        hazard=Hazard(events=model.events, clusters=model.clusters),
    )


def _events(rows: AtRisk, model: logit.Logit) -> Note:
    if rows.design.agency == "random":
        return note("events_by_agency", events=model.events, agencies=model.clusters)
    return note("events", events=model.events, workers=model.clusters)


def _tested(model: logit.Logit, design: Design) -> Tested:
    number = estimate_of(*model.combination(design.tested)).backed(people_behind(design, design.tested))
    low, high = number.interval(0.90)
    scaled = Standardized(
        estimate=number.estimate / LOGISTIC_SD,
        conf_low=number.conf_low / LOGISTIC_SD,
        conf_high=number.conf_high / LOGISTIC_SD,
        outcome_sd_within=LOGISTIC_SD,
        dose="episode",
    )
    return Tested(
        **number.model_dump(),
        term=formula_of_tested(design.tested),
        weights=design.tested,
        conf_low_90=low,
        conf_high_90=high,
        standardized=scaled,
        sensitivity=_sensitivity(number, model.events / len(design.outcome)),
    )


def _sensitivity(number: Estimate, share: float) -> Sensitivity:
    """E-values by the rule for rare outcomes: odds near risks below 15% of rows, else their square root."""
    end = end_nearer_zero(number.conf_low, number.conf_high)
    return Sensitivity(
        e_value=e_value(ratio_of_odds(number.estimate, share)),
        e_value_interval=1.0 if end is None else e_value(ratio_of_odds(end, share)),
    )


def _facts(rows: AtRisk, model: logit.Logit) -> ModelFacts:
    last = model_steps(rows.sample)[-1]
    columns = list(rows.design.numeric().values())
    return ModelFacts(
        model="main",
        rows=last.rows,
        clients=last.clients,
        workers=last.workers,
        coefficients=len(model.names),
        max_leverage=largest_leverage(columns, model.weights),
    )


def _coefficients(model: logit.Logit, design: Design) -> tuple[Coefficient, ...]:
    of = {name: own for term in design.terms for name, own in term.columns_of().items()}
    found = []
    for name in model.names:
        number = estimate_of(*model.combination({name: 1.0})).backed(people_behind(design, [name]))
        own = of.get(name, (Column(column="intercept", role="intercept"),))
        found.append(Coefficient(**number.model_dump(), term=name, of=own))
    return tuple(found)
