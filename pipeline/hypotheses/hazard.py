"""Attendance and dropout as outcomes: a discrete-time hazard, one row a rating at risk (Singer & Willett 1993).

What a client does next is regressed on the exposure up to this rating, itself not split into parts: a client's mean holds
the future, and those who leave have less of one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.exposure.visits import Floats
from pipeline.hypotheses import equation, logit, sample, terms
from pipeline.hypotheses.battery.controls import WORDS, told
from pipeline.hypotheses.estimate import Estimate, of
from pipeline.hypotheses.sample import OTHER, NotEstimable, Sample, main_exposures, number_of
from pipeline.hypotheses.sensitivity import e_value

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

COLUMN = {"no_show": "missed_next", "dropout": "dropped_out"}
LOGISTIC_SD = float(np.pi / np.sqrt(3.0))  # log-odds over this are standardized mean differences (Chinn 2000)
CEILING = "no lead placebo can be made of what ends the series, so no direction is tested"
CONTROLS = ("worker_solo", "client_solo", "concrete")
LABEL = "Joint minus {control}, in log-odds"


def hazard(spec: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute) -> dict[str, Any]:
    """The result of a hypothesis about missed sessions or dropout; errors clustered by worker."""
    built, columns = prepared(spec, occasions, ledger, compute)
    model = logit.fit(built.y[built.keep], columns, built.worker[built.keep])
    weights = dict(zip(main_exposures(spec), (1.0, -1.0), strict=False))
    tested = of(*model.combination(weights), None)
    return _result(spec, built, model, tested, weights, [_control(spec, built, columns, name, tested) for name in CONTROLS])


def prepared(
    spec: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute
) -> tuple[Sample, dict[str, Floats]]:
    """The rows at risk and the columns of their model; NotEstimable where there are too few workers or events."""
    rows = sample.series(occasions, spec)
    column = COLUMN[spec.outcome.kind]
    if column not in rows:
        raise NotEstimable(f"the study has no column `{column}`")
    built = sample.build(spec, occasions, ledger, y=number_of(rows[column]))
    _require(built, compute)
    return built, _columns(spec, built)


def formula(spec: Plan, columns: Iterable[str]) -> str:
    """The equation, whose residual is in the log-odds."""
    left = equation.outcome_name(spec.outcome.score, spec.outcome.kind, None)
    return equation.equation(left, list(columns), {}).removesuffix(" + residual")


def _require(built: Sample, compute: Compute) -> None:
    workers = len(np.unique(built.worker[built.keep]))
    if workers < compute.min_workers:
        raise NotEstimable(f"{workers} workers, and at least {compute.min_workers} are needed", built.counts)
    events = int(built.y[built.keep].sum())
    if events < compute.min_clients:
        raise NotEstimable(f"{events} events, and at least {compute.min_clients} are needed", built.counts)


def _columns(spec: Plan, built: Sample) -> dict[str, Floats]:
    """Doses, time and its square (the baseline hazard), covariates; categories as 0/1 columns."""
    rows = terms.rows_of(built, built.keep)
    behind, _ = terms.background(spec, built, rows)
    beside = [mode + OTHER for mode in main_exposures(spec) if mode + OTHER in built.dose]
    columns = {name: built.dose[name][built.keep] for name in (*main_exposures(spec), *beside)}
    for name, values in behind.items():
        if isinstance(values, np.ndarray):
            columns[name] = values
        else:
            columns |= {f"{name}[{level}]": flag for level, flag in terms.levels_of(values)[1:] if flag.any()}
    columns["time_squared"] = columns["time"] ** 2
    return columns


def _control(spec: Plan, built: Sample, columns: dict[str, Floats], name: str, tested: Estimate) -> dict[str, Any]:
    head: dict[str, Any] = {"check": f"control_{name}", "label": LABEL.format(control=WORDS[name])}
    blank = dict.fromkeys(("estimate", "std_error", "df", "p_value", "conf_low", "conf_high"))
    if spec.exposure.mode != "joint" or name in columns or not built.episodes.get(name):
        reason = "not a control for this exposure, or without episodes"
        said = f"Not applicable: {reason}."
        return {**head, **blank, "applies": False, "passed": None, "sentence": said, "reason": reason}
    both = {**columns, name: built.dose[name][built.keep]}
    model = logit.fit(built.y[built.keep], both, built.worker[built.keep])
    sign = 1.0 if tested.estimate >= 0 else -1.0
    alone = of(*model.combination({name: 1.0}), None)
    apart = of(*model.combination({spec.exposure.mode: 1.0, name: -1.0}), None)
    same, larger = alone.excludes_zero(sign), apart.excludes_zero(sign)
    passed = not same or larger
    said = told(name, same, passed)
    numbers = {key: getattr(apart, key) for key in blank}
    return {
        **head, **numbers, "applies": True, "passed": passed, "sentence": said, "reason": None, "details": {"control": alone}
    }  # fmt: skip


def _result(
    spec: Plan, built: Sample, model: logit.Logit, tested: Estimate, weights: dict[str, float], battery: list[dict[str, Any]]
) -> dict[str, Any]:
    low, high = tested.interval(0.90)
    scaled = {name: getattr(tested, name) / LOGISTIC_SD for name in ("estimate", "conf_low", "conf_high")}
    coefficients = [{"term": name, **of(*model.combination({name: 1.0}), None).__dict__} for name in model.names]
    return {
        "status": "estimated",
        "reason": None,
        "tested": {
            "term": equation.tested_words(weights),
            **tested.__dict__,
            "conf_low_90": low,
            "conf_high_90": high,
            "standardized": {**scaled, "outcome_sd_within": LOGISTIC_SD, "dose": "one episode more, in log-odds"},
            "sensitivity": {"e_value": e_value(tested.estimate / LOGISTIC_SD)},
        },
        "coefficients": coefficients,
        "variance": [],
        "icc": {},
        "battery": battery,
        "counts": [*built.counts, sample.step("model", built.client, built.worker, built.keep)],
        "episodes": dict(built.episodes),
        "optimizer": None,
        "converged": True,
        "singular": False,
        "dropped_slopes": [],
        "sentences": [f"{model.events} events; errors are robust to clustering by {model.clusters} workers."],
        "formula": formula(spec, model.names[1:]),
        "ceiling": CEILING,
    }
