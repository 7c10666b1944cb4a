"""Evaluate one hypothesis: sample -> design -> primary fit -> battery, or the reason why there is no number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.base.errors import ModelError
from pipeline.exposure.parts import sd_within
from pipeline.hypotheses import battery, equation, estimability, leverage, moderation, sample, sensitivity, terms
from pipeline.hypotheses.battery.base import Setting
from pipeline.hypotheses.estimate import Estimate, contrast
from pipeline.hypotheses.fitting import Fit, fit_dropping, freedom
from pipeline.hypotheses.sample import NotEstimable, Sample

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

Evaluation = Callable[["Plan", "pd.DataFrame", "pd.DataFrame", "Compute"], dict[str, Any]]
BETWEEN = "differences between clients or workers have no order in time"
FEW_WORKERS = (
    "There are fewer than {limit} workers ({n}): degrees of freedom and standard errors are by Kenward and Roger, and what "
    "is said of workers rests on few."
)
DROPPED = (
    "Left out of the effects by client or worker because the rows do not carry them (singular, or as many as rows), in this "
    "order: {slopes}."
)


def evaluate(spec: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute) -> dict[str, Any]:
    """The result of one hypothesis on one study: the block of fits/<hypothesis>.json but for names and hashes.

    Never raises for what the data lack: status `not_estimable` with the reason and the counts.
    """
    try:
        return _route(spec)(spec, occasions, ledger, compute)
    except NotEstimable as error:
        return _nothing(error.reason, list(error.counts) or [sample.there(spec, occasions)])
    except ModelError as error:
        return _nothing(battery.words(error), [sample.there(spec, occasions)])


def _route(spec: Plan) -> Evaluation:
    if spec.mediator is not None:
        from pipeline.hypotheses.mediation import mediate

        return mediate
    if spec.outcome.kind in ("no_show", "dropout"):
        from pipeline.hypotheses.hazard import hazard

        return hazard
    return _multilevel


def _multilevel(spec: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute) -> dict[str, Any]:
    rows = sample.build(spec, occasions, ledger)
    setting = primary(spec, rows, compute)
    fitted, tested = setting.primary, setting.tested
    result = {
        **head(spec, fitted, compute),
        "tested": tested_block(spec, rows, fitted, tested),
        "battery": battery.run(setting),
        "counts": [*rows.counts, sample.step("model", rows.client, rows.worker, rows.keep)],
        "episodes": dict(rows.episodes),
        "ceiling": None if spec.effect == "within" else BETWEEN,
    }
    if spec.moderator is not None:
        result["moderation"] = moderation.block(fitted)
    return result


def primary(spec: Plan, rows: Sample, compute: Compute) -> Setting:
    """The primary fit and the tested number; NotEstimable where the rows cannot carry them."""
    design = terms.build(spec, rows, rows.keep)
    estimability.require(spec, rows, design, compute)
    try:
        fitted = fit_dropping(design, compute, compute.drop_slopes)
    except ModelError as error:
        raise NotEstimable(battery.words(error), rows.counts) from None
    if not fitted.model.converged:
        raise NotEstimable("the fit did not converge", rows.counts)
    return Setting(spec, rows, compute, fitted, contrast(fitted.model, fitted.design.tested))


def head(spec: Plan, fitted: Fit, compute: Compute) -> dict[str, Any]:
    """What is said of a fit as such: coefficients, variances, optimizer, equation, sentences."""
    model, design = fitted.model, fitted.design
    return {
        "status": "estimated",
        "reason": None,
        "coefficients": records(model.fixed.reset_index(names="term")),
        "variance": records(model.variance),
        "icc": {str(group): float(share) for group, share in dict(model.icc()).items()},
        "residual_sd": float(model.residual_sd),
        "deviance": float(model.deviance),
        "optimizer": model.optimizer,
        "max_leverage": leverage.largest(design.columns, design.fixed),
        "converged": bool(model.converged),
        "singular": bool(model.singular),
        "dropped_slopes": list(fitted.dropped),
        "sentences": sentences(fitted, compute),
        "formula": equation.equation(left_side(spec), design.fixed, design.random, design.uncorrelated),
    }


def sentences(fitted: Fit, compute: Compute) -> list[str]:
    """What a reader must know of the fit, in words."""
    said = [*getattr(fitted.model, "sentences", ()), *fitted.design.notes]
    workers = int(fitted.design.rows.worker.max()) + 1
    if workers < compute.kenward_roger_below and freedom(compute, workers) == "kenward_roger":
        said.append(FEW_WORKERS.format(limit=compute.kenward_roger_below, n=workers))
    if fitted.dropped:
        said.append(DROPPED.format(slopes=", ".join(fitted.dropped)))
    return said


def left_side(spec: Plan) -> str:
    """The outcome in words of the equation."""
    minus = spec.contrast.outcome_minus if spec.contrast else None
    return equation.outcome_name(spec.outcome.score, spec.outcome.kind, minus)


def tested_block(spec: Plan, rows: Sample, fitted: Fit, tested: Estimate) -> dict[str, Any]:
    """The tested number with its 90% interval, its standardized form and its sensitivity."""
    sd = sd_within(rows.y[rows.keep], fitted.design.rows.client)
    low, high = tested.interval(0.90)
    scaled = {name: getattr(tested, name) / sd for name in ("estimate", "conf_low", "conf_high")}
    return {
        "term": equation.tested_words(fitted.design.tested),
        **tested.__dict__,
        "conf_low_90": low,
        "conf_high_90": high,
        "standardized": {**scaled, "outcome_sd_within": sd, "dose": dose_words(spec)},
        "sensitivity": sensitivity.of(tested, sd),
    }


def dose_words(spec: Plan) -> str:
    """The dose an effect refers to."""
    dose = spec.exposure.dose
    if dose == "any":
        return "any episode against none"
    return {"count": "one episode more", "minutes": "one minute more"}.get(dose, "one undecayed episode more")


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as rows."""
    return [dict(zip(table.columns, values, strict=True)) for values in table.itertuples(index=False, name=None)]


def _nothing(reason: str, counts: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "status": "not_estimable",
        "reason": reason,
        "tested": None,
        "coefficients": [],
        "variance": [],
        "icc": {},
        "battery": [],
        "counts": counts,
        "episodes": {},
        "optimizer": None,
        "converged": False,
        "singular": False,
        "sentences": [f"Not estimable: {reason}."],
        "dropped_slopes": [],
        "formula": None,
        "ceiling": None,
    }
