"""Continuous-time autoregressive residuals: corr(e_s, e_t) = phi^|s - t| within a level of the finest factor.

As nlme's corCAR1. Rows in order of time are whitened one by one, w_r = (e_r - rho e_{r-1}) / sqrt(1 - rho^2) with
rho = phi^gap, which makes residuals independent again; log|R| = sum log(1 - rho^2). A whitened row of a client who has
just changed worker touches both workers: it has two parts, and products between the two fall on pairs of levels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.errors import ModelError, Problem
from pipeline.multilevel.design import Design
from pipeline.multilevel.products import Gatherer, Rows
from pipeline.multilevel.segments import Floats, Ints


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


def make_series(design: Design) -> Series:
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
class Whitened(Rows):
    """Whitened rows, and what the sums by cell need: `kept` and `lost` weights of each row and of the row before."""

    cell: Ints
    raw: tuple[Floats, ...]
    kept: Floats
    lost: Floats


def whiten(design: Design, series: Series, phi: float) -> Whitened:
    """The base columns and outcome of a design as independent rows, in the order of the series."""
    follows = series.gap > 0
    rho = np.where(follows, phi ** np.where(follows, series.gap, 1.0), 0.0)
    kept = 1.0 / np.sqrt(1.0 - rho * rho)
    lost = rho * kept
    root = np.ones(design.n_obs) if design.weights is None else np.sqrt(design.weights[series.order])
    raw = tuple(root if column is None else column[series.order] * root for column in design.base.columns)
    columns = tuple(_step(column, kept, lost) for column in raw)
    outcome = _step(design.outcome[series.order] * root, kept, lost)
    log_determinant = float(np.log1p(-rho * rho).sum()) - 2.0 * float(np.log(root).sum())
    cell = design.cells.row_cell[series.order]
    return Whitened(columns, outcome, None, log_determinant, cell, raw, kept, lost)


def _step(values: Floats, kept: Floats, lost: Floats) -> Floats:
    out = values * kept
    out[1:] -= lost[1:] * values[:-1]
    return out


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


class SeriesGatherer(Gatherer):
    """Sums by cell where a whitened row may have parts in two cells.

    A product of a part with a whole row goes to the part's cell; a product of two parts of one row to their two cells.
    """

    rows: Whitened

    def __init__(self, design: Design, rows: Whitened) -> None:
        super().__init__(design, rows)
        self.cell = rows.cell
        self.starts = None
        self.moved = 1 + np.flatnonzero((self.cell[1:] != self.cell[:-1]) & (rows.lost[1:] != 0))
        self.now, self.before = self.cell[self.moved], self.cell[self.moved - 1]

    def _parts(self, i: int) -> tuple[Floats, Floats, Floats]:
        """Base column i of the whitened rows, and of the moved rows its part now and its part before."""
        whole, raw = self.rows.columns[i], self.rows.raw[i]
        assert whole is not None
        now = self.rows.kept[self.moved] * raw[self.moved]
        return whole, now, -self.rows.lost[self.moved] * raw[self.moved - 1]

    def _by_part(self, i: int, other: Floats) -> Floats:
        """Sums by cell of the parts of column i times whole rows of another column."""
        whole, _, before = self._parts(i)
        sums = np.asarray(np.bincount(self.cell, whole * other, minlength=self.size), dtype=np.float64)
        if len(self.moved):
            shifted = before * other[self.moved]
            sums += np.bincount(self.before, shifted, minlength=self.size)
            sums -= np.bincount(self.now, shifted, minlength=self.size)
        return sums

    def by_cell(self, i: int, j: int) -> Floats:
        """Sums of parts of column i times whole rows of column j, by the cell of the part."""
        if (i, j) not in self.sums:
            other = self.rows.columns[j]
            assert other is not None
            self.sums[i, j] = self._by_part(i, other)
        return self.sums[i, j]

    def with_outcome(self, i: int, outcome: Floats) -> Floats:
        """Sums of parts of column i times the whitened outcome."""
        return self._by_part(i, outcome)

    def within_cell(self, i: int, j: int) -> Floats:
        """Sums of products of two parts that lie in the same cell."""
        one, now_1, before_1 = self._parts(i)
        two, now_2, before_2 = self._parts(j)
        sums = np.asarray(np.bincount(self.cell, one * two, minlength=self.size), dtype=np.float64)
        if len(self.moved):
            sums += np.bincount(self.now, now_1 * now_2 - one[self.moved] * two[self.moved], minlength=self.size)
            sums += np.bincount(self.before, before_1 * before_2, minlength=self.size)
        return sums

    def moves(self) -> tuple[Ints, Ints]:
        """The cells of the two parts of each moved row: now and before."""
        return self.now, self.before

    def across(self, i: int, j: int) -> tuple[Floats, Floats]:
        """For each moved row: column i now times column j before, and column i before times column j now."""
        _, now_1, before_1 = self._parts(i)
        _, now_2, before_2 = self._parts(j)
        return now_1 * before_2, before_1 * now_2
