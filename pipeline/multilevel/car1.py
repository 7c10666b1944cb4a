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
from pipeline.multilevel.segments import Floats, Ints, Segments


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


def in_order(design: Design, series: Series) -> Ordered:
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
    lost = rho * kept
    values = ordered.values * kept
    values[:, 1:] -= lost[1:] * ordered.values[:, :-1]
    log_determinant = float(np.log1p(-rho * rho).sum()) - ordered.log_weights
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


class SeriesSums:
    """Sums by cell where a whitened row may have parts in two cells.

    A product of a part with a whole row goes to the part's cell; a product of two parts of one row to their two cells.
    The finest factor sees whole rows (a series lies in one of its levels), the coarser ones the parts. All sums are first
    made of whole rows; `moved` rows are then put right.
    """

    def __init__(self, design: Design, ordered: Ordered, rows: Whitened) -> None:
        self.design, self.ordered, self.rows = design, ordered, rows
        self.terms = np.array(sorted({i for part in design.random for i in part.base}), dtype=np.int64)
        moved = ordered.moved
        self.now = rows.raw[self.terms[:, None], moved] * rows.kept[moved]
        self.before = -rows.raw[self.terms[:, None], moved - 1] * rows.lost[moved]

    @property
    def log_determinant(self) -> float:
        """log|R| over sigma2."""
        return self.rows.log_determinant

    def gram(self) -> tuple[Floats, Floats]:
        """X'R^-1 X and X'R^-1 y."""
        x = self.rows.values[list(self.design.fixed)]
        return x @ x.T, x @ self.rows.values[-1]

    def gather(self, start: Floats, *, outcome_only: bool = False) -> tuple[CellSums, Floats]:
        """Sums by cell with y - X start as the outcome r, and [X r]'R^-1 r; here always all of them."""
        del outcome_only
        design, fixed = self.design, list(self.design.fixed)
        x = self.rows.values[fixed]
        residual = self.rows.values[-1] - start @ x
        whole = np.concatenate((self.rows.values[:-1], residual[None]))
        sums = self._whole_rows(whole)
        parts = sums + self._moved_parts(whole)
        within = sums[:, self.terms] + self._moved_within(whole)
        place = {int(i): k for k, i in enumerate(self.terms)}
        own = [[place[i] for i in part.base] for part in design.random]
        columns = {g: parts[np.ix_(mine, [*fixed, len(whole) - 1])] for g, mine in enumerate(own)}
        blocks = {}
        for g, one in enumerate(design.random):
            for h in range(g, len(own)):
                if g == 0:
                    blocks[g, h] = parts[np.ix_(own[h], one.base)].transpose(1, 0, 2)
                else:
                    blocks[g, h] = within[np.ix_(own[g], own[h])]
        return CellSums(columns, blocks), np.append(x @ residual, residual @ residual)

    def _whole_rows(self, whole: Floats) -> Floats:
        """Products of each random term with every column [term, column, cell], of whole rows."""
        runs = np.empty((len(self.terms), len(whole), len(self.ordered.begins)))
        product, done = np.empty(whole.shape[1]), np.full((len(whole), len(whole)), -1)
        for k, i in enumerate(self.terms):
            for j in range(len(whole)):
                if done[j, i] >= 0:
                    runs[k, j] = runs[done[j, i], i]
                    continue
                np.multiply(whole[i], whole[j], out=product)
                np.add.reduceat(product, self.ordered.begins, out=runs[k, j])
                done[i, j] = k
        return self.ordered.to_cell.sum(runs)

    def _moved_parts(self, whole: Floats) -> Floats:
        """What parts of random terms times whole columns bring to other cells than whole rows do [term, column, cell]."""
        shifted = self.before[:, None] * whole[:, self.ordered.moved]
        return self.ordered.to_before.sum(shifted) - self.ordered.to_now.sum(shifted)

    def _moved_within(self, whole: Floats) -> Floats:
        """The same of products of two parts that lie in one cell [term, term, cell]."""
        rows = whole[self.terms[:, None], self.ordered.moved]
        now = self.now[:, None] * self.now - rows[:, None] * rows
        return self.ordered.to_now.sum(now) + self.ordered.to_before.sum(self.before[:, None] * self.before)

    def couple(self, plan: Plan, blocks: dict[Key, Floats]) -> None:
        """Rows that touch two cells couple the levels of those cells, within and between the coarser factors."""
        if not len(self.ordered.moved):
            return
        levels = self.design.cells.levels
        now, before = self.ordered.to_now.index, self.ordered.to_before.index
        for g in range(1, len(levels)):
            for h in range(g, len(levels)):
                for rows, cols, turned in ((now, before, False), (before, now, True)):
                    one, two = levels[g][rows], levels[h][cols]
                    kept = one <= two if g == h else np.ones(len(one), dtype=bool)
                    at = plan.entries[g, h].find(one[kept], two[kept])
                    self._couple(g, h, at, kept, blocks[g, h], turned=turned)

    def _couple(self, g: int, h: int, at: Ints, kept: Mask, out: Floats, *, turned: bool) -> None:
        for a, i in enumerate(self.design.random[g].base):
            for b, j in enumerate(self.design.random[h].base):
                one, two = np.searchsorted(self.terms, (i, j))
                values = self.before[one] * self.now[two] if turned else self.now[one] * self.before[two]
                out[a, b] += np.bincount(at, values[kept], minlength=out.shape[2])
