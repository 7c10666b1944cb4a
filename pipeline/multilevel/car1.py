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
from pipeline.multilevel.parameters import Mask
from pipeline.multilevel.plan import Key, Plan
from pipeline.multilevel.products import CellSums
from pipeline.multilevel.segments import Codes, Floats, Ints


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
class Whitened:
    """Whitened columns in the order of the series, and what the sums by cell need.

    `raw` are the columns before whitening, `kept` and `lost` the weights of each row and of the row before it.
    """

    columns: tuple[Floats, ...]
    outcome: Floats
    log_determinant: float
    cell: Codes
    raw: tuple[Floats, ...]
    kept: Floats
    lost: Floats


@dataclass(frozen=True)
class Ordered:
    """The columns of a design in the order of its series, times the roots of the weights: the same for every phi."""

    columns: tuple[Floats, ...]
    outcome: Floats
    cell: Codes
    log_weights: float


def in_order(design: Design, series: Series) -> Ordered:
    """Sort the columns of a design once."""
    root = np.ones(design.n_obs) if design.weights is None else np.sqrt(design.weights[series.order])
    raw = [design.base.column(i, series.order) for i in range(len(design.base.names))]
    columns = tuple(root if column is None else column * root for column in raw)
    outcome = design.outcome(series.order) * root
    return Ordered(columns, outcome, design.cells.row_cell[series.order], 2.0 * float(np.log(root).sum()))


def whiten(ordered: Ordered, series: Series, phi: float) -> Whitened:
    """The columns and outcome as independent rows."""
    follows = series.gap > 0
    rho = np.where(follows, phi ** np.where(follows, series.gap, 1.0), 0.0)
    kept = 1.0 / np.sqrt(1.0 - rho * rho)
    lost = rho * kept
    columns = tuple(_step(column, kept, lost) for column in ordered.columns)
    log_determinant = float(np.log1p(-rho * rho).sum()) - ordered.log_weights
    outcome = _step(ordered.outcome, kept, lost)
    return Whitened(columns, outcome, log_determinant, ordered.cell, ordered.columns, kept, lost)


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


class SeriesSums:
    """Sums by cell where a whitened row may have parts in two cells.

    A product of a part with a whole row goes to the part's cell; a product of two parts of one row to their two cells.
    The finest factor sees whole rows (a series lies in one of its levels), the coarser ones the parts.
    """

    def __init__(self, design: Design, rows: Whitened) -> None:
        self.design, self.rows = design, rows
        self.size = design.cells.size
        self.cell = rows.cell
        self.moved = 1 + np.flatnonzero((self.cell[1:] != self.cell[:-1]) & (rows.lost[1:] != 0))
        self.now, self.before = self.cell[self.moved], self.cell[self.moved - 1]
        self.sums: dict[tuple[int, int], Floats] = {}

    @property
    def log_determinant(self) -> float:
        """log|R| over sigma2."""
        return self.rows.log_determinant

    def gram(self) -> tuple[Floats, Floats]:
        """X'R^-1 X and X'R^-1 y."""
        x = np.stack([self.rows.columns[i] for i in self.design.fixed])
        return x @ x.T, x @ self.rows.outcome

    def gather(self, start: Floats, *, outcome_only: bool = False) -> tuple[CellSums, Floats]:
        """Sums by cell with y - X start as the outcome r, and [X r]'R^-1 r; here always all of them."""
        del outcome_only
        design = self.design
        x = np.stack([self.rows.columns[i] for i in design.fixed])
        residual = self.rows.outcome - start @ x
        columns, blocks = {}, {}
        for g, part in enumerate(design.random):
            rows = [np.stack([*(self._by_cell(t, j) for j in design.fixed), self._by_part(t, residual)]) for t in part.base]
            columns[g] = np.stack(rows)
            for h in range(g, len(design.random)):
                two = design.random[h].base
                blocks[g, h] = np.stack([np.stack([self._product(g, i, j) for j in two]) for i in part.base])
        return CellSums(columns, blocks), np.append(x @ residual, residual @ residual)

    def couple(self, plan: Plan, blocks: dict[Key, Floats]) -> None:
        """Rows that touch two cells couple the levels of those cells, within and between the coarser factors."""
        if not len(self.moved):
            return
        levels = self.design.cells.levels
        for g in range(1, len(levels)):
            for h in range(g, len(levels)):
                for rows, cols, turned in ((self.now, self.before, False), (self.before, self.now, True)):
                    one, two = levels[g][rows], levels[h][cols]
                    kept = one <= two if g == h else np.ones(len(one), dtype=bool)
                    at = plan.entries[g, h].find(one[kept], two[kept])
                    self._couple(g, h, at, kept, blocks[g, h], turned=turned)

    def _couple(self, g: int, h: int, at: Ints, kept: Mask, out: Floats, *, turned: bool) -> None:
        for a, i in enumerate(self.design.random[g].base):
            for b, j in enumerate(self.design.random[h].base):
                _, now_1, before_1 = self._parts(i)
                _, now_2, before_2 = self._parts(j)
                values = before_1 * now_2 if turned else now_1 * before_2
                out[a, b] += np.bincount(at, values[kept], minlength=out.shape[2])

    def _product(self, g: int, i: int, j: int) -> Floats:
        return self._by_cell(j, i) if g == 0 else self._within_cell(i, j)

    def _parts(self, i: int) -> tuple[Floats, Floats, Floats]:
        """Base column i of the whitened rows, and of the moved rows its part now and its part before."""
        whole, raw = self.rows.columns[i], self.rows.raw[i]
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

    def _by_cell(self, i: int, j: int) -> Floats:
        """Sums of parts of column i times whole rows of column j, by the cell of the part."""
        if (i, j) not in self.sums:
            self.sums[i, j] = self._by_part(i, self.rows.columns[j])
        return self.sums[i, j]

    def _within_cell(self, i: int, j: int) -> Floats:
        """Sums of products of two parts that lie in the same cell."""
        one, now_1, before_1 = self._parts(i)
        two, now_2, before_2 = self._parts(j)
        sums = np.asarray(np.bincount(self.cell, one * two, minlength=self.size), dtype=np.float64)
        if len(self.moved):
            sums += np.bincount(self.now, now_1 * now_2 - one[self.moved] * two[self.moved], minlength=self.size)
            sums += np.bincount(self.before, before_1 * before_2, minlength=self.size)
        return sums
