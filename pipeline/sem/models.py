"""The factor models of a measures section: one factor, correlated subscale factors, bifactor; groups; two levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.sem.likelihood import PatternBlock
from pipeline.sem.optimize import Optimum, maximize
from pipeline.sem.structure import Cells, Matrix, Numbering, Part, no_parameters

Shape = Literal["one_factor", "subscales", "bifactor"]
Invariance = Literal["configural", "metric", "scalar"]
LEVELS: tuple[Invariance, ...] = ("configural", "metric", "scalar")
GENERAL = 0.6  # start loading, in standard deviations of the item
SIZES = ((0.6, 0.3), (0.3, 0.6))  # the same for a general and specific factors, in two attempts
AXES = 3


@dataclass(frozen=True)
class Moments:
    """One group's complete ratings: how many, covariance divided by n, mean."""

    n: int
    covariance: Matrix
    mean: Matrix


@dataclass(frozen=True)
class FittedStructure:
    """A model at its optimum: its parts at theta, the number of free parameters, and the optimizer's record."""

    parts: tuple[Part, ...]
    labels: tuple[str, ...]
    optimum: Optimum

    def loadings(self, part: int = 0) -> Matrix:
        """Standardized loadings, items x factors."""
        one, theta = self.parts[part], self.optimum.theta
        spread = np.sqrt(np.diag(one.factors.at(theta)))
        return np.asarray(one.loadings.at(theta) * spread / np.sqrt(np.diag(one.covariance(theta)))[:, None])

    def factor_correlations(self, part: int = 0) -> Matrix:
        """Correlations of the factors."""
        covariance = self.parts[part].factors.at(self.optimum.theta)
        spread = np.sqrt(np.diag(covariance))
        return np.asarray(covariance / np.outer(spread, spread))

    @property
    def proper(self) -> bool:
        """Whether all residual variances are positive and the factors' correlations possible."""
        return not self.fault

    def heywood(self, part: int | None = None) -> str:
        """Whose residual variance is zero or below in one part or in any, in words; empty where none is."""
        chosen = self.parts if part is None else (self.parts[part],)
        residuals = np.array([one.residuals.at(self.optimum.theta) for one in chosen])
        below = np.flatnonzero((residuals <= 0).any(axis=0)) + 1
        items = ("item " if len(below) == 1 else "items ") + ", ".join(map(str, below))
        return f"residual variance estimated below zero ({items})" if len(below) else ""

    @property
    def fault(self) -> str:
        """What is impossible about the solution, in words: variances below zero (Heywood cases), correlations beyond 1."""
        theta = self.optimum.theta
        if below := self.heywood():
            return below
        smallest = min(float(np.linalg.eigvalsh(part.factors.at(theta)).min()) for part in self.parts)
        return "" if smallest > 0 else "the factors' covariance matrix is not positive definite"


def complete_moments(answers: Matrix) -> Moments:
    """The moments of the complete rows; NaN where there is none."""
    complete = answers[~np.isnan(answers).any(axis=1)]
    n, items = complete.shape
    if n == 0:
        return Moments(0, np.full((items, items), np.nan), np.full(items, np.nan))
    return Moments(n, np.atleast_2d(np.cov(complete, rowvar=False, bias=True)), complete.mean(axis=0))


def loading_pattern(shape: Shape, items: int, subscales: Sequence[Sequence[int]]) -> NDArray[np.bool_]:
    """Which item loads on which factor (items x factors); `subscales` lists item positions from 0."""
    groups = np.zeros((items, len(subscales)), dtype=bool)
    for factor, members in enumerate(subscales):
        groups[list(members), factor] = True
    general = np.ones((items, 1), dtype=bool)
    if shape == "one_factor":
        return general
    return groups if shape == "subscales" else np.hstack([general, groups])


def fit_one(data: Moments, where: NDArray[np.bool_], orthogonal: bool = False) -> FittedStructure:
    """Fit a model to one group, factor variances fixed at 1."""
    return fit_groups([data], where, "configural", orthogonal)


def fit_groups(
    groups: Sequence[Moments], where: NDArray[np.bool_], invariance: Invariance, orthogonal: bool = False
) -> FittedStructure:
    """Fit a model to several groups at once.

    Metric: equal loadings, factor variances free but in the first group. Scalar: equal intercepts too, factor means free but
    in the first group.
    """
    several = start_loadings(where, groups[0].covariance)
    built = [_parts(groups, where, invariance, orthogonal, attempt) for attempt in range(len(several))]
    numbers, parts = built[0]
    blocks = [PatternBlock(g.n, g.covariance, g.mean, 1.0, ((i, 1.0),), i) for i, g in enumerate(groups)]
    optimum = maximize([np.array(attempt.starts) for attempt, _ in built], parts, blocks)
    return FittedStructure(tuple(parts), tuple(numbers.labels), optimum)


def _parts(
    groups: Sequence[Moments], where: NDArray[np.bool_], invariance: Invariance, orthogonal: bool, attempt: int
) -> tuple[Numbering, list[Part]]:
    """Every group's part with the start values of one attempt."""
    numbers, parts = Numbering.new(), list[Part]()
    for number, group in enumerate(groups):
        shared = parts[0] if parts and invariance != "configural" else None
        start = start_loadings(where, group.covariance)[attempt]
        parts.append(_part(numbers, group, where, start, orthogonal, shared, invariance == "scalar" and number > 0))
    return numbers, parts


def _part(
    numbers: Numbering,
    data: Moments,
    where: NDArray[np.bool_],
    start: Matrix,
    orthogonal: bool,
    first: Part | None,
    level_means: bool,
) -> Part:
    """One group's part; cells of `first` that are held equal are taken over with their parameters."""
    items, factors = where.shape
    spread = np.sqrt(np.diag(data.covariance))
    loadings = first.loadings if first else numbers.cells(where, start, "loading")
    residuals = numbers.cells(np.ones(items, dtype=bool), spread**2 / 2, "residual")
    intercepts = first.intercepts if first and level_means else numbers.cells(np.ones(items, dtype=bool), data.mean, "mean")
    means = numbers.cells(np.full(factors, level_means), 0.0, "factor_mean")
    return Part(loadings, _factors(numbers, factors, orthogonal, first is not None), residuals, intercepts, means)


def _factors(numbers: Numbering, factors: int, orthogonal: bool, free_variances: bool) -> Cells:
    identity = np.eye(factors, dtype=bool)
    where = identity & free_variances if orthogonal else ~identity | free_variances
    start = np.where(identity, 1.0, 0.5)
    if not where.any():
        return no_parameters((factors, factors), np.eye(factors))
    return numbers.symmetric(where, start, "factor", np.eye(factors))


def start_loadings(where: NDArray[np.bool_], covariance: Matrix) -> list[Matrix]:
    """Start loadings of several attempts, in the items' units.

    All: the sign of each item on the first principal axis, one size for all. One factor: also the first axes themselves,
    since a factor may settle on any cluster of items. Bifactor: also strong specific factors.
    """
    spread = np.sqrt(np.diag(covariance))
    size, axes = np.linalg.eigh(covariance / np.outer(spread, spread))
    first = axes[:, -1] * np.sign(axes[:, -1].sum() or 1.0)
    sign = np.where(first < 0, -1.0, 1.0)[:, None]
    even = np.full(where.shape, GENERAL) * sign
    if where.shape[1] == 1:
        found = [even, *(axes[:, [-rank]] * np.sqrt(max(size[-rank], 0)) for rank in range(1, 1 + min(AXES, len(spread))))]
    elif where[:, 0].all():
        found = [np.where(np.arange(where.shape[1]) == 0, one, two) * sign for one, two in SIZES]
    else:
        found = [even]
    return [loadings * spread[:, None] for loadings in found]
