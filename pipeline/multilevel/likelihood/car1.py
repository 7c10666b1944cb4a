"""Continuous-time autoregressive residuals: corr(e_s, e_t) = phi^|s - t| within a level of the finest factor.

As nlme's corCAR1. Rows in order of time are whitened one by one, w_r = (e_r - rho e_{r-1}) / sqrt(1 - rho^2) with
rho = phi^gap, which makes residuals independent again; log|R| = sum log(1 - rho^2). A whitened row of a client who has
just changed worker touches both workers: it has two parts (`series_sums`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.matrix import DesignMatrix
from pipeline.multilevel.design.segments import Floats, Ints, Segments


@dataclass(frozen=True)
class Series:
    """Rows in order of level and time: `order` [n], the gap to the row before (0 at the start of a series)."""

    order: Ints
    gap: Floats
    shortest: float
    median: float

    @property
    def follows(self) -> Ints:
        """Positions (in order) that have a row before them in their series."""
        return np.flatnonzero(self.gap > 0)


def make_series(design: DesignMatrix) -> Series:
    """Sort rows by the finest factor and time; ModelError counts rows that share a time within a level."""
    assert design.time is not None
    codes, time = design.factors[0].codes, design.time
    order = np.lexsort((time, codes))
    same = np.diff(codes[order]) == 0
    gap = np.zeros(len(order))
    gap[1:] = np.where(same, np.diff(time[order]), 0.0)
    ties = int((same & (gap[1:] <= 0)).sum())
    name = design.spec.time or "time"
    if ties:
        what = f"{ties} rows have the same time as another row of the same {design.factors[0].name}"
        raise ModelError(Problem(name, what, "give each row its own time, or leave CAR(1) out"))
    if not same.any():
        what = f"no {design.factors[0].name} has two rows: no correlation in time can be estimated"
        raise ModelError(Problem(name, what, "leave CAR(1) out"))
    gaps = gap[gap > 0]
    return Series(order, gap, float(gaps.min()), float(np.median(gaps)))


@dataclass(frozen=True)
class Ordered:
    """The columns of a design in the order of its series, times the roots of the weights: the same for every phi.

    `values` [base columns + 1, n] has the outcome last. A run is a stretch of rows in one cell: `begins` are its first
    rows, `to_cell` adds runs up to cells. `moved` are the rows that follow one of another cell in their series; `to_now`
    and `to_before` add these up to their own cells and to those before.
    """

    values: Floats
    begins: Ints
    to_cell: Segments
    moved: Ints
    to_now: Segments
    to_before: Segments
    log_weights: float


def in_order(design: DesignMatrix, series: Series) -> Ordered:
    """Sort the columns of a design once."""
    root = np.ones(design.n_obs) if design.weights is None else np.sqrt(design.weights[series.order])
    values = np.empty((len(design.base.names) + 1, design.n_obs))
    for i in range(len(values) - 1):
        column = design.base.column(i, series.order)
        values[i] = root if column is None else column * root
    values[-1] = design.outcome(series.order) * root
    cell, size = design.cells.row_cell[series.order].astype(np.int64), design.cells.size
    begins = np.flatnonzero(np.concatenate(([True], cell[1:] != cell[:-1])))
    moved = begins[series.gap[begins] > 0]
    now, before = Segments(cell[moved], size), Segments(cell[moved - 1], size)
    return Ordered(values, begins, Segments(cell[begins], size), moved, now, before, 2.0 * float(np.log(root).sum()))


@dataclass(frozen=True)
class Whitened:
    """Whitened columns `values` [base columns + 1, n] in the order of the series, the outcome last.

    `raw` are the columns before whitening, `kept` and `lost` the weights of each row and of the row before it.
    """

    values: Floats
    log_determinant: float
    raw: Floats
    kept: Floats
    lost: Floats


def whiten(ordered: Ordered, series: Series, phi: float) -> Whitened:
    """The columns and outcome as independent rows."""
    follows = series.gap > 0
    rho = np.where(follows, phi ** np.where(follows, series.gap, 1.0), 0.0)
    kept = 1.0 / np.sqrt(1.0 - rho * rho)
    log_determinant = float(np.log1p(-rho * rho).sum()) - ordered.log_weights
    return _weighted(ordered, kept, rho * kept, log_determinant)


def whiten_change(ordered: Ordered, series: Series, phi: float, change: Floats) -> Whitened:
    """The derivative of `whiten`, by a parameter by which the correlation of a row with the one before changes so [n]."""
    rho = np.where(series.gap > 0, phi**series.gap, 0.0)
    kept = 1.0 / np.sqrt(1.0 - rho * rho)
    lost = change * kept**3
    return _weighted(ordered, rho * lost, lost, -2.0 * float((rho * change * kept**2).sum()))


def _weighted(ordered: Ordered, kept: Floats, lost: Floats, log_determinant: float) -> Whitened:
    values = ordered.values * kept
    values[:, 1:] -= lost[1:] * ordered.values[:, :-1]
    return Whitened(values, log_determinant, ordered.values, kept, lost)


def color(series: Series, phi: float, white: Floats) -> Floats:
    """Independent standard draws [n] turned into draws with the correlation of the series: the inverse of whitening."""
    out = np.empty_like(white)
    follows = series.gap > 0
    rho = np.where(follows, phi ** np.where(follows, series.gap, 1.0), 0.0)
    fresh = np.sqrt(1.0 - rho * rho) * white[series.order]
    start = np.flatnonzero(~follows)
    rank = np.arange(len(white)) - start[np.cumsum(~follows) - 1]
    for step in range(1, int(rank.max()) + 1):
        rows = np.flatnonzero(rank == step)
        fresh[rows] += rho[rows] * fresh[rows - 1]
    out[series.order] = fresh
    return out
