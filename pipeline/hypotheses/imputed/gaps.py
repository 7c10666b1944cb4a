"""Gaps: the columns whose missing cells cost whole rows, counted one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.exposure.dose import shifted_values
from pipeline.exposure.visits import Booleans, Integers, codes_of
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.design.sample import needed_columns, outcome_of, series_occasions
from pipeline.results.missing import Gap
from pipeline.results.reason import NotEstimable

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Plan

Role = Literal["outcome", "covariate", "moderator", "mediator"]


def gaps_of(plan: Plan, occasions: pd.DataFrame) -> tuple[Gap, ...]:
    """For each column the model needs, the ratings that have all the others and lack it; those that lack none are left out.

    Ratings of the hypothesis' series are counted, so that a session without a rating is none of them. Nothing for a study
    that lacks the series or a column.
    """
    try:
        rows = series_occasions(occasions, plan)
        known: dict[str, tuple[Role, Booleans]] = {"outcome": ("outcome", np.isfinite(outcome_of(plan, rows, occasions)))}
    except NotEstimable:
        return ()
    for name in (name for name in needed_columns(plan) if name in rows):
        role: Role = "moderator" if name == plan.moderator else "covariate"
        known[name] = (role, rows[name].notna().to_numpy(dtype=bool))
    if plan.mediator is not None and plan.mediator.column in rows:
        known[plan.mediator.column] = ("mediator", _mediator_known(plan, rows))
    client = codes_of(rows["client_id"])
    found = [_gap(name, role, known, client) for name, (role, _) in known.items()]
    return tuple(gap for gap in found if gap.rows)


def _mediator_known(plan: Plan, rows: pd.DataFrame) -> Booleans:
    """Where the mediator's session is there and knows it; a first rating, which has none before it, is no gap."""
    assert plan.mediator is not None
    occasion = rows["occasion"].to_numpy(dtype=np.int64)
    values = shifted_values(number_of(rows[plan.mediator.column]), occasion, plan.mediator.lag)
    return np.asarray(np.isfinite(values) | (occasion <= plan.mediator.lag))


def _gap(name: str, role: Role, known: dict[str, tuple[Role, Booleans]], client: Integers) -> Gap:
    others = np.ones(len(client), dtype=bool)
    for other, (_, values) in known.items():
        if other != name:
            others &= values
    lost = others & ~known[name][1]
    return Gap(column=name, role=role, rows=int(lost.sum()), clients=len(np.unique(client[lost])), of=int(others.sum()))
