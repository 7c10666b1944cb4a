"""The parts of a fit's record that every mixed model has: coefficients, variances, what the gate asks, the tested number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from pipeline.exposure.parts import sd_within
from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.setting import combined_estimate
from pipeline.hypotheses.design.agency import ROLE as AGENCY_ROLE
from pipeline.hypotheses.design.equation import equation, left_side
from pipeline.hypotheses.design.leverage import largest_leverage
from pipeline.hypotheses.engines import engine_notes, freedom_of, optimizer_record, variance_rows
from pipeline.hypotheses.fitting import FittedDesign
from pipeline.hypotheses.leftover import residuals_of, variance_explained
from pipeline.hypotheses.sensitivity import sensitivity_of
from pipeline.results.estimate import Estimate
from pipeline.results.fit import (
    Coefficient,
    Column,
    Dose,
    Explained,
    Left,
    ModelFacts,
    OptimizerRecord,
    Residuals,
    Standardized,
    Tested,
    VarianceRow,
)
from pipeline.results.reason import Note, NotEstimable, note

if TYPE_CHECKING:
    from pipeline.base.params import Compute, Plan

DOSES: dict[str, Dose] = {"count": "episode", "any": "any_episode", "minutes": "minute"}
INTERCEPT = (Column(column="intercept", role="intercept"),)


class ModelPart(TypedDict):
    """The fields of a `Fit` that a mixed model fills."""

    models: tuple[ModelFacts, ...]
    coefficients: tuple[Coefficient, ...]
    variance: tuple[VarianceRow, ...]
    icc: dict[str, float]
    explained: Explained | None
    residuals: Residuals | None
    residual_sd: float
    deviance: float
    optimizer: OptimizerRecord
    converged: bool
    singular: bool
    left_out: tuple[Left, ...]
    notes: tuple[Note, ...]
    formula: str


def model_part(
    plan: Plan,
    fitted: FittedDesign,
    compute: Compute,
    models: tuple[ModelFacts, ...] = (),
    notes: Sequence[Note] = (),
) -> ModelPart:
    """What is told of a fit as such; `models`: what the gate asks of each, where there are several."""
    model, design = fitted.model, fitted.design
    return {
        "models": models or (model_facts("main", fitted),),
        "coefficients": coefficient_records(fitted),
        "variance": variance_rows(model, design.levels),
        "icc": {str(group): float(share) for group, share in dict(model.icc()).items() if np.isfinite(share)},
        "explained": variance_explained(model),
        "residuals": residuals_of(model.fitted_values, model.residuals, design.rows.client),
        "residual_sd": float(model.residual_sd),
        "deviance": float(model.deviance),
        "optimizer": optimizer_record(model),
        "converged": bool(model.converged),
        "singular": bool(model.singular),
        "left_out": fitted.left_out,
        "notes": (*engine_notes(model), *design.notes, *_fit_notes(plan, fitted, compute), *notes),
        "formula": equation(left_side(plan), design.fixed, design.random, design.uncorrelated),
    }


def model_facts(name: str, fitted: FittedDesign) -> ModelFacts:
    """What the output gate asks of a model."""
    rows, columns = fitted.design.rows, list(fitted.design.numeric().values())
    return ModelFacts(
        model=name,
        rows=rows.n,
        clients=int(rows.client.max()) + 1,
        workers=int(rows.worker.max()) + 1,
        coefficients=len(fitted.model.terms),
        max_leverage=largest_leverage(columns),
    )


def coefficient_records(fitted: FittedDesign) -> tuple[Coefficient, ...]:
    """Every coefficient with what it is of and who is behind it, but those the design cannot tell, and agencies' own."""
    of = {name: own for term in fitted.design.terms for name, own in term.columns_of().items()}
    found = []
    for term in fitted.model.terms:
        if any(one.role == AGENCY_ROLE for one in of.get(term, ())):
            continue  # no agency is set beside another
        try:
            number = combined_estimate(fitted.model, fitted.design, {term: 1.0})
        except NotEstimable:
            continue
        found.append(Coefficient(**number.model_dump(), term=term, of=of.get(term, INTERCEPT)))
    return tuple(found)


def tested_number(plan: Plan, fitted: FittedDesign, number: Estimate, outcome: Floats, term: str) -> Tested:
    """The tested number with its 90% interval, its standardized form and its sensitivity; `outcome` over the rows."""
    sd = sd_within(outcome, fitted.design.rows.client)
    low, high = number.interval(0.90)
    return Tested(
        **number.model_dump(),
        term=term,
        weights=fitted.design.tested,
        level=fitted.design.focus.level,
        conf_low_90=low,
        conf_high_90=high,
        standardized=standardized_number(plan, number, sd),
        sensitivity=sensitivity_of(number, sd, residual_df(plan, fitted)),
    )


def residual_df(plan: Plan, fitted: FittedDesign) -> float:
    """What is left of the rows (within clients) or of the clients (between them) after all that is fitted (ours)."""
    rows, columns = fitted.design.rows, len(fitted.model.terms)
    clients = int(rows.client.max()) + 1
    return float(rows.n - clients - columns if plan.effect == "within" else clients - columns)


def standardized_number(plan: Plan, number: Estimate, sd: float) -> Standardized:
    """A number over the within-client SD of its outcome."""
    return Standardized(
        estimate=number.estimate / sd,
        conf_low=number.conf_low / sd,
        conf_high=number.conf_high / sd,
        outcome_sd_within=sd,
        dose=DOSES.get(plan.exposure.dose, "undecayed_episode"),
    )


def _fit_notes(plan: Plan, fitted: FittedDesign, compute: Compute) -> list[Note]:
    workers, limit, said = int(fitted.design.rows.worker.max()) + 1, compute.kenward_roger_below, []
    if workers < limit and freedom_of(compute, workers) == "kenward_roger":
        said.append(note("few_workers", workers=workers, limits={"kenward_roger_below": limit}))
    if fitted.design.means is not None:
        said.append(note("latent_means"))
    elif plan.effect == "between" and plan.moderator is not None:
        said.append(note("observed_means"))
    if plan.effect == "worker":
        said.append(note("worker_means"))
    if fitted.left_out:
        named = [f"{left.term or 'correlations'} by {left.group}" for left in fitted.left_out]
        said.append(note("left_out", terms=", ".join(named)))
    return said
