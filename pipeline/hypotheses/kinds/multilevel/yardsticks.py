"""Observed covariates as yardsticks: what a confounder as strong as one of them would leave of the effect."""

from __future__ import annotations

import numpy as np

from pipeline.base.params import Plan
from pipeline.exposure.parts import group_means
from pipeline.exposure.visits import Floats, Integers
from pipeline.hypotheses.confounding import Yardstick, yardstick_bound
from pipeline.hypotheses.fitting import FittedDesign
from pipeline.results.estimate import Estimate

CHANGES = 1e-9  # share of a column's squares within clients below which it does not change within them


def yardsticks(plan: Plan, fitted: FittedDesign, tested: Estimate, residual_df: float) -> tuple[Yardstick, ...]:
    """One bound (Cinelli & Hazlett 2020, section 4.4) for each declared covariate that changes within clients.

    For the effect of one exposure within clients; partial R2 by least squares within clients, with all other columns beside.
    """
    columns, names = fitted.design.numeric(), [name for name, weight in fitted.design.tested.items() if weight]
    if plan.effect != "within" or plan.moderator is not None or len(names) != 1 or not residual_df > 2:
        return ()
    client = fitted.design.rows.client
    inside = {name: _inner(values, client) for name, values in columns.items()}
    exposure, outcome = inside.pop(names[0]), _inner(fitted.design.outcome, client)
    found = []
    for name in (name for name in plan.covariates if name in fitted.design.fixed):
        own = list(fitted.design.term(name).numeric())
        if not any(float(inside[one] @ inside[one]) > CHANGES * float(columns[one] @ columns[one]) for one in own):
            continue
        rest = [values for one, values in inside.items() if one not in own]
        theirs = [inside[one] for one in own]
        with_exposure = partial_share(exposure, rest, theirs)
        with_outcome = partial_share(outcome, [*rest, exposure], theirs)
        bound = yardstick_bound(name, with_exposure, with_outcome, tested.estimate, tested.std_error, residual_df)
        found += [bound] if bound is not None else []
    return tuple(found)


def partial_share(values: Floats, rest: list[Floats], own: list[Floats]) -> float:
    """The share of what `rest` leaves unexplained that `own` explains: partial R2 (Cinelli & Hazlett 2020)."""
    before, after = _left(values, rest), _left(values, [*rest, *own])
    return max(1.0 - after / before, 0.0) if before > 0 else 0.0


def _left(values: Floats, columns: list[Floats]) -> float:
    if not columns:
        return float(values @ values)
    matrix = np.column_stack(columns)
    size = np.sqrt((matrix**2).sum(axis=0))
    matrix = matrix[:, size > 0] / size[size > 0]
    rest = values - matrix @ np.linalg.lstsq(matrix, values, rcond=1e-10)[0]
    return float(rest @ rest)


def _inner(values: Floats, client: Integers) -> Floats:
    return np.asarray(values - group_means(values, client)[client])
