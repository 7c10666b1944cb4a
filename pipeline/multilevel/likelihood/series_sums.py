"""Cross-products of rows whitened for CAR(1) residuals, and their derivative by a parameter of the correlation.

A whitened row of a client who has just changed worker has parts in two cells; products between the two parts fall on pairs
of levels.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design.matrix import DesignMatrix
from pipeline.multilevel.design.segments import Floats, Ints
from pipeline.multilevel.likelihood.car1 import Ordered, Whitened
from pipeline.multilevel.likelihood.plan import EliminationPlan, Key
from pipeline.multilevel.likelihood.products import CellSums


@dataclass(frozen=True)
class Side:
    """One factor of products: `whole` columns [base columns + 1, n], and the parts of moved rows' random terms."""

    whole: Floats
    now: Floats
    before: Floats


# Products of sides, added up: of a side with itself, or twice with its derivative.
Pairs = tuple[tuple[Side, Side], ...]


class SeriesSums:
    """Sums by cell where a whitened row may have parts in two cells.

    A product of a part with a whole row goes to the part's cell; a product of two parts of one row to their two cells.
    The finest factor sees whole rows (a series lies in one of its levels), the coarser ones the parts. All sums are first
    made of whole rows; `moved` rows are then put right.
    """

    def __init__(self, design: DesignMatrix, ordered: Ordered, rows: Whitened) -> None:
        self.design, self.ordered, self.rows = design, ordered, rows
        self.terms = np.array(sorted({i for part in design.random for i in part.base}), dtype=np.int64)
        self.sides: Pairs = ()

    @property
    def log_determinant(self) -> float:
        """log|R| over sigma2, from the variances of the innovations (Pinheiro & Bates 2000, 5.3)."""
        return self.rows.log_determinant

    def gram(self) -> tuple[Floats, Floats]:
        """X'R^-1 X and X'R^-1 y."""
        x = self.rows.values[list(self.design.fixed)]
        return x @ x.T, x @ self.rows.values[-1]

    def gather(self, start: Floats, *, outcome_only: bool = False) -> tuple[CellSums, Floats]:
        """Sums by cell with y - X start as the outcome r, and [X r]'R^-1 r; here always all of them."""
        del outcome_only
        side = self._side(self.rows, start)
        self.sides = ((side, side),)
        return self._by_cell(self.sides), side.whole[self._border] @ side.whole[-1]

    def gather_change(self, start: Floats, change: Whitened) -> tuple[CellSums, Floats]:
        """The derivative of the sums by cell and of [X r]'R^-1[X r], `start` held; `couple` is then of derivatives too."""
        side, by = self._side(self.rows, start), self._side(change, start)
        self.sides = ((side, by), (by, side))
        half = side.whole[self._border] @ by.whole[self._border].T
        return self._by_cell(self.sides), half + half.T

    @property
    def _border(self) -> list[int]:
        return [*self.design.fixed, len(self.rows.values) - 1]

    def _side(self, rows: Whitened, start: Floats) -> Side:
        moved, terms = self.ordered.moved, self.terms[:, None]
        residual = rows.values[-1] - start @ rows.values[list(self.design.fixed)]
        whole = np.concatenate((rows.values[:-1], residual[None]))
        return Side(whole, rows.raw[terms, moved] * rows.kept[moved], -rows.raw[terms, moved - 1] * rows.lost[moved])

    def _by_cell(self, sides: Pairs) -> CellSums:
        sums = self._whole_rows(sides)
        parts = sums + self._moved_parts(sides)
        within = sums[:, self.terms] + self._moved_within(sides)
        own = [np.searchsorted(self.terms, part.base) for part in self.design.random]
        columns = {g: parts[mine[:, None], self._border] for g, mine in enumerate(own)}
        blocks = {}
        for g, one in enumerate(self.design.random):
            for h in range(g, len(own)):
                if g == 0:
                    blocks[g, h] = parts[own[h][:, None], one.base].transpose(1, 0, 2)
                else:
                    blocks[g, h] = within[own[g][:, None], own[h]]
        return CellSums(columns, blocks)

    def _whole_rows(self, sides: Pairs) -> Floats:
        """Products of each random term with every column [term, column, cell], of whole rows."""
        size, n = sides[0][0].whole.shape
        runs = np.empty((len(self.terms), size, len(self.ordered.begins)))
        product, done = np.empty(n), np.full((size, size), -1)
        for k, i in enumerate(self.terms):
            for j in range(size):
                if done[j, i] >= 0:
                    runs[k, j] = runs[done[j, i], i]
                    continue
                np.multiply(sides[0][0].whole[i], sides[0][1].whole[j], out=product)
                for one, two in sides[1:]:
                    product += one.whole[i] * two.whole[j]
                np.add.reduceat(product, self.ordered.begins, out=runs[k, j])
                done[i, j] = k
        return self.ordered.to_cell.sum(runs)

    def _moved_parts(self, sides: Pairs) -> Floats:
        """What parts of random terms times whole columns bring to other cells than whole rows do [term, column, cell]."""
        moved = self.ordered.moved
        shifted = _added(one.before[:, None] * two.whole[:, moved] for one, two in sides)
        return self.ordered.to_before.sum(shifted) - self.ordered.to_now.sum(shifted)

    def _moved_within(self, sides: Pairs) -> Floats:
        """The same of products of two parts that lie in one cell [term, term, cell]."""
        at = self.terms[:, None], self.ordered.moved
        now = _added(one.now[:, None] * two.now - one.whole[at][:, None] * two.whole[at] for one, two in sides)
        before = _added(one.before[:, None] * two.before for one, two in sides)
        return self.ordered.to_now.sum(now) + self.ordered.to_before.sum(before)

    def couple(self, plan: EliminationPlan, blocks: dict[Key, Floats]) -> None:
        """Rows that touch two cells couple the levels of those cells, within and between the coarser factors."""
        if not len(self.ordered.moved):
            return
        levels = self.design.cells.levels
        now, before = self.ordered.to_now.index, self.ordered.to_before.index
        crossed = _added(one.now[:, None] * two.before for one, two in self.sides)
        for g in range(1, len(levels)):
            for h in range(g, len(levels)):
                for rows, cols, values in ((now, before, crossed), (before, now, crossed.transpose(1, 0, 2))):
                    one, two = levels[g][rows], levels[h][cols]
                    kept = one <= two if g == h else np.ones(len(one), dtype=bool)
                    at = plan.entries[g, h].find(one[kept], two[kept])
                    self._couple(g, h, at, values[:, :, kept], blocks[g, h])

    def _couple(self, g: int, h: int, at: Ints, values: Floats, out: Floats) -> None:
        for a, i in enumerate(np.searchsorted(self.terms, self.design.random[g].base)):
            for b, j in enumerate(np.searchsorted(self.terms, self.design.random[h].base)):
                out[a, b] += np.bincount(at, values[i, j], minlength=out.shape[2])


def _added(products: Iterable[Floats]) -> Floats:
    return functools.reduce(np.add, products)
