"""Estimability: whether the rows can carry the model at all, told from the data before anything is fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.exposure.parts import means
from pipeline.exposure.visits import Floats, Integers
from pipeline.hypotheses.sample import EPISODE_FACTS, NotEstimable, Sample
from pipeline.hypotheses.terms import PART, Design, Rows, levels_of

if TYPE_CHECKING:
    from pipeline.base.params import Compute, Plan

VARIES = 1e-9  # a sum of squares below this is rounding
CONFOUNDED = 1e-6  # share of the within part that time leaves unexplained


def require(plan: Plan, sample: Sample, design: Design, compute: Compute) -> None:
    """Raise NotEstimable with the reason and the counts where the rows cannot carry the tested number."""
    reason = few(sample, design.rows, compute) or exposure_reason(plan, design, compute)
    reason = reason or level_reason(plan, sample, design)
    if reason:
        raise NotEstimable(reason, sample.counts)


def few(sample: Sample, rows: Rows, compute: Compute) -> str | None:
    """Too few rows, workers, clients, or ratings a client."""
    workers, ratings = int(rows.worker.max()) + 1, np.bincount(rows.client)
    if workers < compute.min_workers:
        return f"{_count(workers, 'worker')}, and at least {compute.min_workers} are needed"
    enough = int((ratings >= compute.min_ratings).sum())
    if enough < compute.min_clients:
        return (
            f"{_count(enough, 'client')} with {compute.min_ratings} or more usable ratings (of {len(ratings)}), "
            f"and at least {compute.min_clients} are needed"
        )
    outcome = sample.y[rows.keep]
    if sum_of_squares(outcome - means(outcome, rows.client)[rows.client]) < VARIES:
        return f"the outcome does not vary within any of {len(ratings)} clients"
    return None


def exposure_reason(plan: Plan, design: Design, compute: Compute) -> str | None:
    """No variation of the tested part, too few clients in whom it varies, or time all over again."""
    rows, part = design.rows, PART[plan.effect]
    total = sum((np.abs(column) for column in design.focus.columns.values()), np.zeros(rows.n))
    if sum_of_squares(total) < VARIES:
        where = {"within": "within clients", "between": "between clients", "worker": "between workers"}[part]
        return f"the exposure does not vary {where}"
    if part != "within":
        return None
    varying = int((np.bincount(rows.client, weights=total * total) > VARIES).sum())
    if varying < compute.min_clients:
        return f"the exposure varies within {_count(varying, 'client')}, and at least {compute.min_clients} are needed"
    if all(is_time(column, design.columns["time"], rows.client) for column in design.focus.columns.values()):
        return "within clients the exposure rises or falls with time alone: the two cannot be told apart"
    return None


def level_reason(plan: Plan, sample: Sample, design: Design) -> str | None:
    """A level of the moderator in which the exposure never varies, or a moderator with one level only."""
    if plan.moderator is None:
        return None
    columns = design.focus.columns
    if len(columns) < 2:
        return f"the moderator `{plan.moderator}` has one level only"
    if any("_by_" in name and sum_of_squares(column) < VARIES for name, column in columns.items()):
        return f"the moderator `{plan.moderator}` has one value only"
    empty = sum(not varies for varies in _variation(plan, sample, design))
    if empty:
        return f"in {empty} of {len(columns)} levels of `{plan.moderator}` the exposure never varies"
    if plan.moderator_level is not None and not any(name.endswith(f"[{plan.moderator_level}]") for name in columns):
        return f"no level of `{plan.moderator}` is called as `moderator_level` says"
    return None


def _variation(plan: Plan, sample: Sample, design: Design) -> list[bool]:
    """For each level, whether the exposure varies in its own rows: within clients where the effect is one within them."""
    rows, moderator = design.rows, str(plan.moderator)
    if moderator in EPISODE_FACTS or any("_by_" in name for name in design.focus.columns):
        return [sum_of_squares(column) > VARIES for column in design.focus.columns.values()]
    dose, group = sample.dose[plan.exposure.mode][rows.keep], rows.client if plan.effect == "within" else 0 * rows.client
    found = []
    for _, flag in levels_of(sample.frame[moderator][rows.keep]):
        own = flag > 0
        inner = dose[own] - means(dose[own], group[own])[group[own]] if own.any() else dose[:0]
        found.append(sum_of_squares(inner) > VARIES)
    return found


def is_time(column: Floats, time: Floats, client: Integers) -> bool:
    """Whether a within part is a multiple of time within clients."""
    inner = time - means(time, client)[client]
    spread, own = sum_of_squares(inner), sum_of_squares(column)
    if spread < VARIES or own < VARIES:
        return False
    left = column - inner * float(inner @ column) / spread
    return sum_of_squares(left) < CONFOUNDED * own


def sum_of_squares(values: Floats) -> float:
    """The sum of squares."""
    return float(values @ values)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
