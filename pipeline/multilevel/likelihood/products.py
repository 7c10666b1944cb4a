"""Cross-products of the model columns, gathered by cell in passes over the rows; after this rows are not met again.

The rows are taken in chunks, centred and scaled as they come, so that no copy of the data is ever held.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipeline.multilevel.design.base import chunks, stacked
from pipeline.multilevel.design.matrix import DesignMatrix, RandomPart
from pipeline.multilevel.design.segments import Codes, Floats, Ints, Segments
from pipeline.multilevel.likelihood.elimination import Products
from pipeline.multilevel.likelihood.plan import EliminationPlan, Key


@dataclass(frozen=True)
class Layout:
    """How cells add up to levels and entries."""

    by_level: tuple[Segments, ...]
    by_entry: dict[Key, Segments]
    diagonal: dict[int, Ints | None]


def make_layout(design: DesignMatrix, plan: EliminationPlan) -> Layout:
    """Where each cell's sums go."""
    levels = design.cells.levels
    by_level = tuple(Segments(level, n) for level, n in zip(levels, plan.n_levels, strict=True))
    by_entry, diagonal = {}, {}
    for (g, h), entries in plan.entries.items():
        if g < h:
            by_entry[g, h] = Segments(entries.find(levels[g], levels[h]), len(entries.rows))
        else:
            own = np.arange(plan.n_levels[g])
            crossed = len(entries.rows) > plan.n_levels[g]
            diagonal[g] = entries.find(own, own) if crossed else None
    return Layout(by_level, by_entry, diagonal)


@dataclass(frozen=True)
class CellSums:
    """Cross-products still by cell: `columns[g]` [q_g, m, cell] and `blocks[g, h]` [q_g, q_h, cell]."""

    columns: dict[int, Floats]
    blocks: dict[Key, Floats]

    def times(self, kept: Floats) -> CellSums:
        """Each cell's sums times a number, e.g. 0 to leave it out."""
        columns = {g: values * kept for g, values in self.columns.items()}
        return CellSums(columns, {key: values * kept for key, values in self.blocks.items()})


Pairs = dict[tuple[int, int], Floats]
# Stands for the outcome among base columns.
OUTCOME = -1


class RowSums:
    """Sums over the rows of each cell, and over all rows, for independent residuals with prior weights."""

    def __init__(self, design: DesignMatrix) -> None:
        self.design = design
        self.cell = design.cells.row_cell
        self.size = design.cells.size
        self.rising = bool(np.all(self.cell[1:] >= self.cell[:-1]))

    @property
    def log_determinant(self) -> float:
        """log|R| over sigma2, R the diagonal of inverse weights: by definition minus the sum of their logs."""
        weights = self.design.weights
        return 0.0 if weights is None else -float(np.log(weights).sum())

    def gram(self) -> tuple[Floats, Floats]:
        """X'X and X'y."""
        design, p = self.design, len(self.design.fixed)
        total = np.zeros((p, p + 1))
        for rows in chunks(design.n_obs):
            x = stacked(design.base, design.fixed, rows, more=1)
            x[p] = design.outcome(rows)
            total += (x[:p] if design.weights is None else x[:p] * design.weights[rows]) @ x.T
        return total[:, :p], total[:, p]

    def gather(self, start: Floats, *, outcome_only: bool = False) -> tuple[CellSums, Floats]:
        """Sums by cell with r = y - X start as the outcome, and [X r]'r over all rows."""
        design = self.design
        wanted = wanted_pairs(design, outcome_only=outcome_only)
        every = tuple(range(len(design.base.names)))
        where = {i: k for k, i in enumerate((*every, OUTCOME))}
        first = np.array([where[i] for i, _ in wanted])
        second = np.array([where[j] for _, j in wanted])
        sums, tail = np.zeros((len(wanted), self.size)), np.zeros(len(design.fixed) + 1)
        for rows in chunks(design.n_obs):
            x = stacked(design.base, every, rows, more=1)
            x[-1] = design.outcome(rows) - start @ x[list(design.fixed)]
            weighted = x if design.weights is None else x * design.weights[rows]
            tail += x[[*design.fixed, len(every)]] @ weighted[-1]
            self._add(sums, self.cell[rows], weighted, x, first, second)
        return _cell_sums(design, dict(zip(wanted, sums, strict=True)), outcome_only=outcome_only), tail

    def _add(self, sums: Floats, cell: Codes, weighted: Floats, x: Floats, first: Ints, second: Ints) -> None:
        if self.rising:
            begins = np.flatnonzero(np.concatenate(([True], cell[1:] != cell[:-1])))
            at = slice(int(cell[0]), int(cell[-1]) + 1)
            for row, i, j in zip(sums, first, second, strict=True):
                row[at] += np.add.reduceat(weighted[i] * x[j], begins)
            return
        for row, i, j in zip(sums, first, second, strict=True):
            row += np.bincount(cell, weighted[i] * x[j], minlength=self.size)

    def couple(self, plan: EliminationPlan, blocks: dict[Key, Floats]) -> None:
        """Add what rows that touch two cells bring: nothing here."""


def wanted_pairs(design: DesignMatrix, *, outcome_only: bool) -> list[tuple[int, int]]:
    """The products of base columns needed by cell, each once."""
    found: dict[tuple[int, int], None] = {}
    for part in design.random:
        for t in part.base:
            found[t, OUTCOME] = None
            for j in () if outcome_only else design.fixed:
                found[min(t, j), max(t, j)] = None
    terms = sorted({t for part in design.random for t in part.base})
    for i in () if outcome_only else terms:
        for j in terms:
            found[min(i, j), max(i, j)] = None
    return list(found)


def _cell_sums(design: DesignMatrix, sums: Pairs, *, outcome_only: bool) -> CellSums:
    def pair(i: int, j: int) -> Floats:
        return sums[i, j] if j == OUTCOME else sums[min(i, j), max(i, j)]

    others = (OUTCOME,) if outcome_only else (*design.fixed, OUTCOME)
    columns = {g: np.stack([np.stack([pair(t, j) for j in others]) for t in part.base]) for g, part in _parts(design)}
    blocks = {}
    for g, one in _parts(design):
        for h, two in _parts(design)[g:] if not outcome_only else ():
            blocks[g, h] = np.stack([np.stack([pair(i, j) for j in two.base]) for i in one.base])
    return CellSums(columns, blocks)


def _parts(design: DesignMatrix) -> list[tuple[int, RandomPart]]:
    return list(enumerate(design.random))


class Sums(Protocol):
    """What a residual structure must offer for a deviance to be built on it."""

    @property
    def log_determinant(self) -> float:
        """log|R| over sigma2, by definition of the structure's R."""

    def gram(self) -> tuple[Floats, Floats]:
        """X'R^-1 X and X'R^-1 y."""

    def gather(self, start: Floats, *, outcome_only: bool = False) -> tuple[CellSums, Floats]:
        """Sums by cell with y - X start as the outcome r, and [X r]'R^-1 r."""

    def couple(self, plan: EliminationPlan, blocks: dict[Key, Floats]) -> None:
        """Add products on pairs of cells."""


@dataclass(frozen=True)
class Gathered:
    """Products of a design with the ordinary least squares fit taken out of the outcome.

    `start` [p] are those least squares coefficients, in base coordinates.
    """

    products: Products
    start: Floats


def gather(plan: EliminationPlan, layout: Layout, sums: Sums) -> Gathered:
    """All cross-products a deviance needs; two passes over the rows."""
    xx, xy = sums.gram()
    start = np.asarray(np.linalg.solve(xx, xy), dtype=np.float64)
    by_cell, tail = sums.gather(start)
    blocks, columns = add_up(plan, layout, by_cell)
    sums.couple(plan, blocks)
    return Gathered(Products(blocks, columns, _bordered(xx, tail)), start)


def with_outcome(layout: Layout, sums: Sums, gathered: Gathered) -> Gathered:
    """The same products for another outcome: only sums with the outcome are gathered anew."""
    products = gathered.products
    xx = products.total[:-1, :-1]
    start = np.asarray(np.linalg.solve(xx, sums.gram()[1]), dtype=np.float64)
    by_cell, tail = sums.gather(start, outcome_only=True)
    columns = {}
    for g, values in by_cell.columns.items():
        columns[g] = products.columns[g].copy()
        columns[g][:, -1] = layout.by_level[g].sum(values[:, 0])
    return Gathered(Products(products.blocks, columns, _bordered(xx, tail)), start)


def _bordered(xx: Floats, tail: Floats) -> Floats:
    total = np.empty((len(tail), len(tail)))
    total[:-1, :-1] = 0.5 * (xx + xx.T)
    total[-1] = total[:, -1] = tail
    return total


def add_up(plan: EliminationPlan, layout: Layout, sums: CellSums) -> tuple[dict[Key, Floats], dict[int, Floats]]:
    """Cells added up to the levels and entries of the plan."""
    blocks: dict[Key, Floats] = {}
    for (g, h), values in sums.blocks.items():
        if g < h:
            blocks[g, h] = layout.by_entry[g, h].sum(values)
        else:
            own = layout.by_level[g].sum(values)
            blocks[g, g] = _on_diagonal(own, layout.diagonal[g], len(plan.entries[g, g].rows))
    return blocks, {g: layout.by_level[g].sum(values) for g, values in sums.columns.items()}


def _on_diagonal(own: Floats, diagonal: Ints | None, count: int) -> Floats:
    if diagonal is None:
        return own
    out = np.zeros((*own.shape[:2], count))
    out[:, :, diagonal] = own
    return out
