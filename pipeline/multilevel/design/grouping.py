"""The grouping factors of a model, finest first, and the cells (distinct combinations of levels) the rows fall into.

Nothing is declared: whether clients are nested in workers or cross them is read off the cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.multilevel.design.segments import Codes, Ints, distinct_with_inverse


@dataclass(frozen=True)
class Factor:
    """One grouping column: `codes[row]` in [0, n_levels) and the label of each level."""

    name: str
    codes: Codes
    labels: Any

    @property
    def n_levels(self) -> int:
        """The number of levels that occur."""
        return len(self.labels)


@dataclass(frozen=True)
class Cells:
    """Distinct combinations of levels: `row_cell[row]`, and `levels[f][cell]` the level of factor f in each cell."""

    row_cell: Codes
    levels: tuple[Ints, ...]

    @property
    def size(self) -> int:
        """The number of cells."""
        return len(self.levels[0])


def nested_in(fine: Factor, coarse: Factor) -> Ints | None:
    """The level of `coarse` each level of `fine` belongs to, or None when some level meets two."""
    parent = np.empty(fine.n_levels, dtype=np.int32)
    parent[fine.codes] = coarse.codes
    same = np.array_equal(parent[fine.codes], coarse.codes)
    return parent.astype(np.int64) if same else None


def arrange(factors: tuple[Factor, ...]) -> tuple[tuple[Factor, ...], Cells]:
    """Order factors by falling number of levels, relabel the finest so that cells run sorted, and find the cells."""
    ranked = sorted(factors, key=lambda factor: -factor.n_levels)
    parents = [nested_in(ranked[0], factor) for factor in ranked[1:]]
    known = [parent for parent in parents if parent is not None]
    if known:
        ranked[0] = _reordered(ranked[0], np.lexsort(known))
    if len(known) == len(parents):
        parents = [nested_in(ranked[0], factor) for factor in ranked[1:]]
        own = np.arange(ranked[0].n_levels)
        levels = (own, *(parent for parent in parents if parent is not None))
        return tuple(ranked), Cells(ranked[0].codes, levels)
    return tuple(ranked), _crossed_cells(ranked)


def _reordered(factor: Factor, order: Ints) -> Factor:
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return Factor(factor.name, rank.astype(np.int32)[factor.codes], factor.labels[order])


def _crossed_cells(ranked: list[Factor]) -> Cells:
    """Cells sorted by the finest factor, then the next: keys are folded pairwise so that they cannot overflow."""
    row_cell: Ints | Codes = ranked[0].codes
    levels: tuple[Ints, ...] = (np.arange(ranked[0].n_levels),)
    for factor in ranked[1:]:
        keys = row_cell.astype(np.int64) * factor.n_levels + factor.codes
        kept, row_cell = distinct_with_inverse(keys, len(levels[0]) * factor.n_levels)
        owner, level = np.divmod(kept, factor.n_levels)
        levels = (*(known[owner] for known in levels), level)
    return Cells(row_cell.astype(np.int32), levels)
