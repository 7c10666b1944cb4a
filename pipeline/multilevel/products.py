"""Cross-products of the model columns, gathered by cell in one pass over the rows; after this rows are not met again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design import Design
from pipeline.multilevel.elimination import Products
from pipeline.multilevel.plan import Key, Plan
from pipeline.multilevel.segments import Floats, Ints, Segments

_NO_CELLS: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Rows:
    """The columns of a design as the residual covariance sees them: weighted or whitened; `ones` None means 1."""

    columns: tuple[Floats | None, ...]
    outcome: Floats
    weights: Floats | None
    log_determinant: float


@dataclass(frozen=True)
class Layout:
    """How cells add up to levels and entries."""

    by_level: tuple[Segments, ...]
    by_entry: dict[Key, Segments]
    diagonal: dict[int, Ints | None]


def plain_rows(design: Design) -> Rows:
    """Independent residuals: the base columns as they are, with the prior weights."""
    log_determinant = 0.0 if design.weights is None else -float(np.log(design.weights).sum())
    return Rows(design.base.columns, design.outcome, design.weights, log_determinant)


def make_layout(design: Design, plan: Plan) -> Layout:
    """Where each cell's sums go."""
    levels = design.cells.levels
    by_level = tuple(Segments.of(level, n) for level, n in zip(levels, plan.n_levels, strict=True))
    by_entry, diagonal = {}, {}
    for (g, h), entries in plan.entries.items():
        if g < h:
            by_entry[g, h] = Segments.of(entries.find(levels[g], levels[h]), len(entries.rows))
        else:
            own = np.arange(plan.n_levels[g])
            crossed = len(entries.rows) > plan.n_levels[g]
            diagonal[g] = entries.find(own, own) if crossed else None
    return Layout(by_level, by_entry, diagonal)


class Gatherer:
    """Sums over the rows of each cell, and over all rows, of products of base columns."""

    def __init__(self, design: Design, rows: Rows) -> None:
        self.design, self.rows = design, rows
        self.cell = design.cells.row_cell
        self.size = design.cells.size
        self.sums: dict[tuple[int, int], Floats] = {}
        rising = bool(np.all(self.cell[1:] >= self.cell[:-1]))
        self.starts = np.searchsorted(self.cell, np.arange(self.size)) if rising else None

    def by_cell(self, i: int, j: int) -> Floats:
        """Sum of base column i times base column j over the rows of each cell."""
        key = (min(i, j), max(i, j))
        if key not in self.sums:
            self.sums[key] = self._sum(_product(self.rows.columns[key[0]], self.rows.columns[key[1]]))
        return self.sums[key]

    def within_cell(self, i: int, j: int) -> Floats:
        """As `by_cell`: a row lies in one cell."""
        return self.by_cell(i, j)

    def moves(self) -> tuple[Ints, Ints]:
        """Pairs of cells that one row touches: none."""
        return _NO_CELLS, _NO_CELLS

    def across(self, i: int, j: int) -> tuple[Floats, Floats]:
        """Products of the two parts of rows that touch two cells: none."""
        raise NotImplementedError(f"rows lie in one cell each: no products of {i} and {j} across cells")

    def with_outcome(self, i: int, outcome: Floats) -> Floats:
        """Sum of base column i times the outcome over the rows of each cell."""
        return self._sum(_product(self.rows.columns[i], outcome))

    def _sum(self, values: Floats | None) -> Floats:
        weighted = _product(values, self.rows.weights)
        if weighted is None:
            return np.asarray(np.bincount(self.cell, minlength=self.size), dtype=np.float64)
        if self.starts is not None:
            sums: Floats = np.add.reduceat(weighted, self.starts)
            return sums
        return np.asarray(np.bincount(self.cell, weighted, minlength=self.size), dtype=np.float64)

    def total(self, i: int, j: int) -> float:
        """Sum of base column i times base column j over all rows."""
        return self._dot(self.rows.columns[i], self.rows.columns[j])

    def total_outcome(self, i: int, outcome: Floats) -> float:
        """Sum of base column i times the outcome over all rows."""
        return self._dot(self.rows.columns[i], outcome)

    def square(self, outcome: Floats) -> float:
        """The outcome's weighted sum of squares."""
        return self._dot(outcome, outcome)

    def _dot(self, a: Floats | None, b: Floats | None) -> float:
        one = _product(a, self.rows.weights)
        if one is None or b is None:
            values = b if one is None else one
            return float(len(self.cell)) if values is None else float(values.sum())
        return float(one @ b)


def _product(a: Floats | None, b: Floats | None) -> Floats | None:
    if a is None:
        return b
    return a if b is None else a * b


@dataclass(frozen=True)
class Gathered:
    """Products of a design with the ordinary least squares fit taken out of the outcome.

    `start` [p] are those least squares coefficients, in base coordinates.
    """

    products: Products
    start: Floats


def gather(design: Design, plan: Plan, layout: Layout, gatherer: Gatherer) -> Gathered:
    """All cross-products a deviance needs; O(rows) once."""
    rows = gatherer.rows
    fixed = design.fixed
    xx = np.array([[gatherer.total(i, j) if i <= j else 0.0 for j in fixed] for i in fixed])
    xx = np.triu(xx) + np.triu(xx, 1).T
    start, residual = _least_squares(gatherer, xx, fixed, rows.outcome)
    total = np.empty((len(fixed) + 1, len(fixed) + 1))
    total[:-1, :-1] = xx
    total[-1, :-1] = total[:-1, -1] = [gatherer.total_outcome(i, residual) for i in fixed]
    total[-1, -1] = gatherer.square(residual)
    blocks, columns = add_up(plan, layout, cell_sums(design, gatherer, residual))
    if len(gatherer.moves()[0]):
        _add_moves(design, plan, gatherer, blocks)
    return Gathered(Products(blocks, columns, total), start)


def _least_squares(gatherer: Gatherer, xx: Floats, fixed: tuple[int, ...], outcome: Floats) -> tuple[Floats, Floats]:
    start = np.linalg.solve(xx, np.array([gatherer.total_outcome(i, outcome) for i in fixed]))
    residual = outcome.copy()
    for coefficient, i in zip(start, fixed, strict=True):
        column = gatherer.rows.columns[i]
        residual -= coefficient if column is None else coefficient * column
    return start, residual


@dataclass(frozen=True)
class CellSums:
    """Cross-products still by cell: `columns[g]` [q_g, m, cell] and `blocks[g, h]` [q_g, q_h, cell]."""

    columns: dict[int, Floats]
    blocks: dict[Key, Floats]

    def times(self, kept: Floats) -> CellSums:
        """Each cell's sums times a number, e.g. 0 to leave it out."""
        columns = {g: values * kept for g, values in self.columns.items()}
        return CellSums(columns, {key: values * kept for key, values in self.blocks.items()})


def cell_sums(design: Design, gatherer: Gatherer, outcome: Floats) -> CellSums:
    """All products of random terms with each other, the fixed columns and the outcome, by cell."""
    columns: dict[int, Floats] = {}
    blocks: dict[Key, Floats] = {}
    outcomes = {t: gatherer.with_outcome(t, outcome) for t in {t for part in design.random for t in part.base}}
    for g, part in enumerate(design.random):
        rows = [np.stack([*(gatherer.by_cell(t, j) for j in design.fixed), outcomes[t]]) for t in part.base]
        columns[g] = np.stack(rows)
        for h in range(g, len(design.random)):
            blocks[g, h] = _cell_block(gatherer, part.base, design.random[h].base, whole=g == 0)
    return CellSums(columns, blocks)


def add_up(plan: Plan, layout: Layout, sums: CellSums) -> tuple[dict[Key, Floats], dict[int, Floats]]:
    """Cells added up to the levels and entries of the plan."""
    blocks: dict[Key, Floats] = {}
    for (g, h), values in sums.blocks.items():
        if g < h:
            blocks[g, h] = layout.by_entry[g, h].sum(values)
        else:
            own = layout.by_level[g].sum(values)
            blocks[g, g] = _on_diagonal(own, layout.diagonal[g], len(plan.entries[g, g].rows))
    return blocks, {g: layout.by_level[g].sum(values) for g, values in sums.columns.items()}


def _cell_block(gatherer: Gatherer, one: tuple[int, ...], two: tuple[int, ...], *, whole: bool) -> Floats:
    """Products of terms by cell. The finest factor sees whole rows (`whole`), others the parts of a row in a cell."""
    if whole:
        return np.stack([np.stack([gatherer.by_cell(j, i) for j in two]) for i in one])
    return np.stack([np.stack([gatherer.within_cell(i, j) for j in two]) for i in one])


def _add_moves(design: Design, plan: Plan, gatherer: Gatherer, blocks: dict[Key, Floats]) -> None:
    """Rows that touch two cells couple the levels of those cells, within and between the coarser factors."""
    now, before = gatherer.moves()
    for g in range(1, len(design.random)):
        for h in range(g, len(design.random)):
            entries, out = plan.entries[g, h], blocks[g, h]
            level_g, level_h = design.cells.levels[g], design.cells.levels[h]
            for a, i in enumerate(design.random[g].base):
                for b, j in enumerate(design.random[h].base):
                    ahead, behind = gatherer.across(i, j)
                    for rows, cols, values in ((now, before, ahead), (before, now, behind)):
                        one, two = level_g[rows], level_h[cols]
                        kept = one <= two if g == h else np.ones(len(one), dtype=bool)
                        at = entries.find(one[kept], two[kept])
                        out[a, b] += np.bincount(at, values[kept], minlength=out.shape[2])


def _on_diagonal(own: Floats, diagonal: Ints | None, count: int) -> Floats:
    if diagonal is None:
        return own
    out = np.zeros((*own.shape[:2], count))
    out[:, :, diagonal] = own
    return out


def with_outcome(design: Design, layout: Layout, gatherer: Gatherer, gathered: Gathered) -> Gathered:
    """The same products for the outcome now in the rows: only sums with the outcome are gathered anew."""
    rows = gatherer.rows
    products = gathered.products
    start, residual = _least_squares(gatherer, products.total[:-1, :-1], design.fixed, rows.outcome)
    total = products.total.copy()
    total[-1, :-1] = total[:-1, -1] = [gatherer.total_outcome(i, residual) for i in design.fixed]
    total[-1, -1] = gatherer.square(residual)
    outcomes = {t: gatherer.with_outcome(t, residual) for t in {t for part in design.random for t in part.base}}
    columns = {}
    for g, part in enumerate(design.random):
        columns[g] = products.columns[g].copy()
        columns[g][:, -1] = layout.by_level[g].sum(np.stack([outcomes[t] for t in part.base]))
    return Gathered(Products(products.blocks, columns, total), start)
