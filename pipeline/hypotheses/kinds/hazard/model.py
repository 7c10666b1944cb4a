"""The rows at risk and the columns of their model, one row a rating at risk (Singer & Willett 1993)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.exposure.visits import Integers
from pipeline.hypotheses.design.agency import agencies_of, with_agencies
from pipeline.hypotheses.design.build import background_terms
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.design.equation import equation
from pipeline.hypotheses.design.exposures import Exposure, main_exposures, main_modes
from pipeline.hypotheses.design.sample import Sample, build_sample, series_occasions
from pipeline.hypotheses.design.terms import Design, Focus, Rows, Term, plain_term, rows_of
from pipeline.results.reason import not_estimable, note

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

COLUMN = {"no_show": "missed_next", "dropout": "dropped_out"}


@dataclass(frozen=True)
class AtRisk:
    """A hazard's plan, its sample and its design; the outcome is 1 where it happens next."""

    plan: Plan
    sample: Sample
    design: Design

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes tested."""
        return main_modes(self.plan)

    @property
    def clusters(self) -> Integers:
        """The groups whose rows may resemble each other: workers, or agencies where there are enough of them."""
        rows = self.design.rows
        return rows.worker if rows.agency is None else rows.agency

    def with_term(self, term: Term) -> Design:
        """The design with one more column."""
        return replace(self.design, terms=(*self.design.terms, term))


def at_risk(plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute) -> AtRisk:
    """The rows at risk and the columns of their model; NotEstimable where there are too few workers or events."""
    column = COLUMN[plan.outcome.kind]
    rows = series_occasions(occasions, plan)
    if column not in rows:
        raise not_estimable("no_column", column=column)
    sample = build_sample(plan, occasions, ledger, y=number_of(rows[column]))
    _require(sample, compute)
    return AtRisk(plan, sample, _with_agencies(_design(plan, sample), plan, sample, compute))


def hazard_equation(plan: Plan, design: Design) -> str:
    """The equation, whose residual is in the log-odds."""
    return equation(f"log-odds of {plan.outcome.kind}", list(design.numeric()), {}, residual=False)


def dose_term(sample: Sample, exposure: Exposure, rows: Rows) -> Term:
    """An exposure as it is, undivided: a client's mean holds the future, and those who leave have less of one."""
    values = sample.dose[exposure][rows.keep]
    return Term(exposure.name, (exposure.column(),), values, values != 0)


def _require(sample: Sample, compute: Compute) -> None:
    workers = len(np.unique(sample.worker[sample.keep]))
    if workers < compute.min_workers:
        raise not_estimable("few_workers", sample.counts, workers=workers, limits={"min_workers": compute.min_workers})
    events = int(sample.y[sample.keep].sum())
    if events < compute.min_clients:
        raise not_estimable("few_events", sample.counts, events=events, limits={"min_clients": compute.min_clients})


def _with_agencies(design: Design, plan: Plan, sample: Sample, compute: Compute) -> Design:
    """Few agencies as fixed differences, where it happened and did not happen in each; many as the clusters of errors."""
    codes = agencies_of(plan, sample, design.rows)
    found = with_agencies(design, plan, sample, compute)
    if codes is None or found.agency != "fixed":
        return found
    events, rows = np.bincount(codes, weights=design.outcome), np.bincount(codes)
    if ((events > 0) & (events < rows)).all():
        return found
    return replace(design, notes=(*design.notes, note("agency_without_events")))


def _design(plan: Plan, sample: Sample) -> Design:
    """Doses, time and its square (the baseline hazard), covariates."""
    rows = rows_of(sample, sample.keep)
    behind, notes = background_terms(plan, sample, rows)
    main = main_exposures(plan)
    rest = [Exposure(exposure.mode, rest=True) for exposure in main]
    doses = [dose_term(sample, exposure, rows) for exposure in (*main, *(one for one in rest if one in sample.dose))]
    time = sample.time[rows.keep] - sample.time[rows.keep].mean()
    terms = (*doses, *behind, plain_term("time_squared", time**2, "time"))
    weights = dict(zip((exposure.name for exposure in main), (1.0, -1.0), strict=False))
    focus = Focus(tuple(doses[: len(main)]), weights)
    return Design(rows, sample.y[rows.keep], terms, {}, {}, focus, notes)
