"""Fitting: the engine a study asked for, singular random effects simplified in their declared order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.hypotheses.design.grouping import one_grouping
from pipeline.hypotheses.design.terms import Design
from pipeline.hypotheses.engines import FittedModel, fit_design
from pipeline.multilevel.design.columns import INTERCEPT
from pipeline.multilevel.design.flat import Effects, flat_directions
from pipeline.multilevel.design.grouping import Factor
from pipeline.multilevel.design.identified import constant_in
from pipeline.results.fit import Left

if TYPE_CHECKING:
    from pipeline.base.params import Compute

GROUPS = ("agency_id", "worker_id", "client_id")  # of slopes that cannot be told apart the coarser group's goes first
ZERO_SD = 1e-4  # a slope's SD over the residual SD: the engine calls less than this zero
FLAT_CORRELATION = 1e-7  # smallest eigenvalue of a correlation matrix that is not singular


@dataclass(frozen=True)
class FittedDesign:
    """A fitted model with the design it was fitted to, after what `left_out` names was left out of its random part."""

    model: FittedModel
    design: Design
    left_out: tuple[Left, ...] = ()


def fit_near(design: Design, compute: Compute, near: FittedDesign | None) -> FittedDesign:
    """`fit_dropping`, its search started where a like fit ended.

    What the other fit left out is asked for again: effects that stay out once they were zero in one imputation would make
    the errors of all later ones too small.
    """
    return fit_dropping(design, compute, compute.drop_slopes, near.model if near else None)


def fit_dropping(design: Design, compute: Compute, order: Sequence[str], near: FittedModel | None = None) -> FittedDesign:
    """Fit; while effects by a group are singular or the fit does not settle, simplify them and fit again.

    In this order: a slope is left out where there would be as many effects as rows, and where its variance is zero (the
    first of `order` where there are several); where effects are only perfectly correlated, their correlations are left out,
    which shows whose variance is zero.
    """
    design, dropped = carried_by_rows(design, order)
    model = near
    while True:
        model = fit_design(design, compute, near=model)
        if model.converged and not model.singular:
            return FittedDesign(model, design, tuple(dropped))
        slope, group = zero_slope(model, design.random, order), flat_group(model, design)
        if group is None and not model.converged:
            group = next((g for g, terms in design.random.items() if len(terms) > 1 and g not in design.uncorrelated), None)
        if slope is not None:
            kept = {g: [t for t in terms if (g, t) != slope] for g, terms in design.random.items()}
            design = replace(design, random=kept)
            dropped.append(Left(group=slope[0], term=slope[1]))
        elif group is not None:
            design = replace(design, uncorrelated=design.uncorrelated | {group})
            dropped.append(Left(group=group))
        else:
            return FittedDesign(model, design, tuple(dropped))


def carried_by_rows(design: Design, order: Sequence[str]) -> tuple[Design, list[Left]]:
    """The design without the effects that its rows cannot carry, and their names.

    Slopes where there would be as many effects of a group as rows; effects by worker where each worker has one client, so
    that the two groupings are one; slopes that no rating can tell from another's (`untold_slopes`).
    """
    dropped: list[Left] = []
    if {"client_id", "worker_id"} <= set(design.random) and one_grouping(design.rows.client, design.rows.worker):
        dropped += [Left(group="worker_id", term=_plain(term)) for term in design.random["worker_id"]]
        design = replace(design, random={g: terms for g, terms in design.random.items() if g != "worker_id"})
    sizes = design.levels
    for group, names in design.random.items():
        kept = list(names)
        while len(kept) > 1 and len(kept) * sizes.get(group, 0) >= len(design.rows.client):
            slope = min((term for term in kept if term != "1"), key=lambda term: _rank(term, order))
            kept.remove(slope)
            dropped.append(Left(group=group, term=slope))
        design = replace(design, random={**design.random, group: kept})
    while found := untold_slopes(design):
        group, slope = min(found, key=lambda one: (_rank(one[1], order), list(GROUPS).index(one[0])))
        kept = [term for term in design.random[group] if term != slope]
        design = replace(design, random={**design.random, group: kept})
        dropped.append(Left(group=group, term=slope))
    return design, dropped


def untold_slopes(design: Design) -> set[tuple[str, str]]:
    """Slopes (group, term) whose variance the rows cannot tell, whatever the ratings.

    Of a column that does not change within any of the group, and of those in a flat direction: a slope by worker and one by
    client where one client a worker has the exposure at all.
    """
    if all(terms == ["1"] for terms in design.random.values()):
        return set()
    rows, columns = design.rows, {**design.slopes, **design.numeric(), "1": np.ones(design.rows.n)}
    codes = {"client_id": rows.client, "worker_id": rows.worker, "agency_id": rows.agency}
    factors, effects, found = [], [], set()
    for group, terms in design.random.items():
        own = codes[group]
        if own is None or not terms:
            continue
        levels = int(own.max()) + 1
        factors.append(Factor(group, own.astype(np.int32), np.arange(levels)))
        for block in [[term] for term in terms] if group in design.uncorrelated else [list(terms)]:
            names = tuple(INTERCEPT if term == "1" else term for term in block)
            effects.append(Effects(len(factors) - 1, names, tuple(columns[term] for term in block)))
        found |= {(group, term) for term in terms if term != "1" and constant_in(own, levels, columns[term])}
    for same in flat_directions(factors, effects, None):
        found |= {(group, term) for group, *both in same for term in both if term not in (INTERCEPT, "")}
    return found


def _plain(term: str) -> str:
    return "intercept" if term == "1" else term


def zero_slope(model: FittedModel, random: Mapping[str, Sequence[str]], order: Sequence[str]) -> tuple[str, str] | None:
    """A slope whose variance is zero, or None."""
    for group, terms in random.items():
        spread, _ = covariance_of(model, group, terms)
        zero = [term for term, sd in zip(terms, spread, strict=True) if term != "1" and sd < ZERO_SD * model.residual_sd]
        if zero:
            return group, min(zero, key=lambda term: _rank(term, order))
    return None


def flat_group(model: FittedModel, design: Design) -> str | None:
    """A group whose effects are perfectly correlated, or None."""
    for group, terms in design.random.items():
        if group in design.uncorrelated or len(terms) < 2:
            continue
        spread, matrix = covariance_of(model, group, terms)
        live = spread > ZERO_SD * model.residual_sd
        if live.sum() < len(terms):
            return group
        if np.linalg.eigvalsh(matrix / np.outer(spread, spread))[0] < FLAT_CORRELATION:
            return group
    return None


def covariance_of(model: FittedModel, group: str, terms: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviations and covariance matrix of one group's terms, in the order of `terms`."""
    names = ["Intercept" if term == "1" else term for term in terms]
    table = model.variance[model.variance["group"] == group]
    matrix = np.zeros((len(names), len(names)))
    for one, other, value in zip(table["term_1"], table["term_2"], table["covariance"], strict=True):
        i, j = names.index(one), names.index(other)
        matrix[i, j] = matrix[j, i] = value
    return np.sqrt(np.maximum(np.diag(matrix), 0.0)), matrix


def _rank(term: str, order: Sequence[str]) -> int:
    kind = "time" if term == "time" else "exposure"
    return list(order).index(kind) if kind in order else len(order)
