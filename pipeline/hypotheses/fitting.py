"""Fitting: the engine a study asked for, slopes that are singular dropped in their declared order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pipeline.hypotheses.terms import Design

if TYPE_CHECKING:
    from pipeline.params import Compute

ZERO_SD = 1e-4  # a slope's SD over the residual SD: the engine calls less than this zero
FLAT_CORRELATION = 1e-7  # smallest eigenvalue of a correlation matrix that is not singular


@dataclass(frozen=True)
class Fit:
    """A fitted model with the design it was fitted to, after `dropped` slopes were left out."""

    model: Any
    design: Design
    dropped: tuple[str, ...] = ()


def freedom(compute: Compute, workers: int) -> Literal["satterthwaite", "kenward_roger", "none"]:
    """Kenward-Roger where there are few workers, else what was asked for."""
    if compute.engine == "statsmodels":
        return "none"
    return "kenward_roger" if workers < compute.kenward_roger_below else compute.df


def fit(design: Design, compute: Compute, *, residual: str = "independent", time: str | None = None) -> Any:
    """One fit of a design as it stands; ModelError from the engine."""
    workers = int(design.rows.worker.max()) + 1
    arguments: dict[str, Any] = {
        "outcome": "outcome",
        "fixed": design.fixed,
        "random": design.random,
        "method": compute.method,
        "df": freedom(compute, workers),
        "residual": residual,
        "time": time,
    }
    if compute.engine == "statsmodels":
        from pipeline.multilevel.second_opinion import fit_statsmodels

        return fit_statsmodels(design.columns, **arguments)
    from pipeline.multilevel import fit as fit_model

    return fit_model(design.columns, **arguments)


def fit_dropping(design: Design, compute: Compute, order: Sequence[str]) -> Fit:
    """Fit; while some slope is singular, leave out one slope and fit again.

    A slope whose variance is zero goes first; where slopes are only perfectly correlated, the first of `order`.
    """
    dropped: list[str] = []
    while True:
        model = fit(design, compute)
        worst = singular_slope(model, design.random, order) if model.singular else None
        if worst is None:
            return Fit(model, design, tuple(dropped))
        group, term = worst
        dropped.append(f"{term} by {group}")
        kept = {g: [t for t in terms if (g, t) != worst] for g, terms in design.random.items()}
        design = replace(design, random=kept)


def singular_slope(model: Any, random: Mapping[str, Sequence[str]], order: Sequence[str]) -> tuple[str, str] | None:
    """The slope to leave out next, or None where only intercepts are singular."""
    for group, terms in random.items():
        slopes = sorted((term for term in terms if term != "1"), key=lambda term: _rank(term, order))
        if not slopes:
            continue
        spread, matrix = covariance(model, group, terms)
        zero = [term for term in slopes if spread[list(terms).index(term)] < ZERO_SD * model.residual_sd]
        if zero:
            return group, zero[0]
        live = spread > ZERO_SD * model.residual_sd
        correlation = matrix[np.ix_(live, live)] / np.outer(spread[live], spread[live])
        if np.linalg.eigvalsh(correlation)[0] < FLAT_CORRELATION:
            return group, slopes[0]
    return None


def covariance(model: Any, group: str, terms: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
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
