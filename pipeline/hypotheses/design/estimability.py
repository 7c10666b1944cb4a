"""Estimability: whether the rows can carry the model at all, told from the data before anything is fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.options import EPISODE_FACTS
from pipeline.exposure.latent import MeanReliability, mean_reliability
from pipeline.exposure.parts import group_means
from pipeline.exposure.visits import Floats, Integers
from pipeline.hypotheses.design.coder import code_column
from pipeline.hypotheses.design.exposures import TESTED_PART, Exposure, main_exposures
from pipeline.hypotheses.design.sample import Sample
from pipeline.hypotheses.design.terms import Design, Rows
from pipeline.multilevel.design.identified import constant_in, fills
from pipeline.results.reason import NotEstimable, Reason, reason

if TYPE_CHECKING:
    from pipeline.base.params import Compute, Plan

VARIES = 1e-9  # a sum of squares below this is rounding
WHERE = {"within": "within clients", "between": "between clients", "worker": "between workers"}
CONFOUNDED = 1e-6  # share of the within part that time leaves unexplained


def require_estimable(plan: Plan, sample: Sample, design: Design, compute: Compute) -> None:
    """Raise NotEstimable with the reason and the counts where the rows cannot carry the tested number."""
    found = too_few(sample, design.rows, compute) or exposure_reason(plan, design, compute)
    found = found or level_reason(plan, sample, design) or saturated_reason(design)
    found = found or means_reason(plan, sample, design, compute)
    if found:
        raise NotEstimable(found, sample.counts)


def too_few(sample: Sample, rows: Rows, compute: Compute) -> Reason | None:
    """Too few rows, workers, clients, or ratings a client."""
    workers, ratings = int(rows.worker.max()) + 1, np.bincount(rows.client)
    if workers < compute.min_workers:
        return reason("few_workers", workers=workers, limits={"min_workers": compute.min_workers})
    enough = int((ratings >= compute.min_ratings).sum())
    if enough < compute.min_clients:
        limits = {"min_ratings": compute.min_ratings, "min_clients": compute.min_clients}
        return reason("few_clients", clients=enough, of=len(ratings), limits=limits)
    outcome = sample.y[rows.keep]
    if sum_of_squares(outcome - group_means(outcome, rows.client)[rows.client]) < VARIES:
        return reason("outcome_constant", clients=len(ratings))
    return None


def exposure_reason(plan: Plan, design: Design, compute: Compute) -> Reason | None:
    """No variation of the tested part, too few clients in whom it varies, or time all over again."""
    rows, part = design.rows, TESTED_PART[plan.effect]
    columns = design.focus.columns.values()
    total = sum((np.abs(column) for column in columns), np.zeros(rows.n))
    if sum_of_squares(total) < VARIES:
        return reason("exposure_constant", where=WHERE[part])
    if part != "within":
        return None
    varying = int((np.bincount(rows.client, weights=total * total) > VARIES).sum())
    if varying < compute.min_clients:
        return reason("exposure_varies_in_few", clients=varying, limits={"min_clients": compute.min_clients})
    time = design.numeric().get("time", np.zeros(rows.n))
    if all(is_time(column, time, rows.client) for column in columns):
        return reason("exposure_is_time")
    return None


def saturated_reason(design: Design) -> Reason | None:
    """As many fixed terms that differ between workers alone as workers: nothing is left to tell their errors from."""
    rows, group = design.rows, "worker_id"
    workers = int(rows.worker.max()) + 1
    if group not in design.random:
        return None
    columns = [column for column in design.numeric().values() if constant_in(rows.worker, workers, column)]
    if not fills(rows.worker, workers, columns):
        return None
    return reason("as_many_terms_as_groups", terms=len(columns) + 1, of=workers, group=group)


def means_reason(plan: Plan, sample: Sample, design: Design, compute: Compute) -> Reason | None:
    """Means over so few ratings that they are chance for the most part: no number between clients can be told from them.

    Split by a moderator the number stays one of observed means, and is refused where these are chance.
    """
    known = design.means or _observed_means(plan, sample, design)
    if known is None or known.least >= compute.min_mean_reliability:
        return None
    return reason("means_not_reliable", limits={"min_mean_reliability": compute.min_mean_reliability})


def _observed_means(plan: Plan, sample: Sample, design: Design) -> MeanReliability | None:
    """The reliability of clients' mean exposures beside covariates and time, for a number between clients by moderator."""
    if plan.moderator is None or TESTED_PART[plan.effect] != "between":
        return None
    rows, main = design.rows, main_exposures(plan)
    exposed = {exposure.mode for exposure in main}
    terms = [term for term in design.terms if not exposed & {one.column for one in term.of}]
    beside = [column for term in terms for column in term.numeric().values()]
    doses = np.column_stack([sample.dose[exposure][rows.keep] for exposure in main])
    try:
        others = np.array(beside).reshape(-1, rows.n).T
        return mean_reliability(doses, design.outcome, rows.client, rows.worker, others)
    except np.linalg.LinAlgError:
        return None


def level_reason(plan: Plan, sample: Sample, design: Design) -> Reason | None:
    """A level of the moderator in which the exposure never varies, or a moderator with one level only."""
    if plan.moderator is None:
        return None
    columns = design.focus.columns
    if len(columns) < 2:
        return reason("moderator_one_level", column=plan.moderator)
    if design.focus.numeric and any(sum_of_squares(column) < VARIES for column in _products(design)):
        return reason("moderator_one_value", column=plan.moderator)
    empty = sum(not varies for varies in _variation(plan, sample, design))
    if empty:
        return reason("level_without_exposure", levels=empty, of=len(columns), column=plan.moderator)
    if plan.moderator_level is not None and plan.moderator_level != design.focus.level:
        return reason("no_such_level", column=plan.moderator)
    return None


def _products(design: Design) -> list[Floats]:
    """The columns of an exposure times a number."""
    return [values for term in design.focus.terms if len(term.of) > 1 for values in term.numeric().values()]


def _variation(plan: Plan, sample: Sample, design: Design) -> list[bool]:
    """For each level, whether the exposure varies in its own rows: within clients where the effect is one within them."""
    rows, moderator = design.rows, str(plan.moderator)
    if moderator in EPISODE_FACTS or design.focus.numeric:
        return [sum_of_squares(column) > VARIES for column in design.focus.columns.values()]
    dose = sample.dose[Exposure(plan.exposure.mode)][rows.keep]
    group = rows.client if plan.effect == "within" else 0 * rows.client
    found = []
    for _, flag in code_column(moderator, sample.frame[moderator][rows.keep]).flags():
        own = flag > 0
        inner = dose[own] - group_means(dose[own], group[own])[group[own]] if own.any() else dose[:0]
        found.append(sum_of_squares(inner) > VARIES)
    return found


def is_time(column: Floats, time: Floats, client: Integers) -> bool:
    """Whether a within part is a multiple of time within clients."""
    inner = time - group_means(time, client)[client]
    spread, own = sum_of_squares(inner), sum_of_squares(column)
    if spread < VARIES or own < VARIES:
        return False
    left = column - inner * float(inner @ column) / spread
    return sum_of_squares(left) < CONFOUNDED * own


def sum_of_squares(values: Floats) -> float:
    """The sum of squares."""
    return float(values @ values)
