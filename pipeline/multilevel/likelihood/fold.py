"""Crossed designs whose levels nearly all meet through the finest factor: its elimination as one sparse matrix product.

Each unit u of the finest factor takes U_u'U_u from the rest, U_u a sparse row over all effects of the rest. Where units meet
many levels there are far more pairs of entries than places in the dense system: no pair is then listed, and the products are
made in slabs of rows of that system.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.multilevel.design.segments import Floats, Ints
from pipeline.multilevel.likelihood.plan import EliminationPlan
from pipeline.multilevel.likelihood.stacks import Stack

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# Effects of the dense system taken together.
SLAB = 256


@dataclass(frozen=True)
class Slab:
    """Entries that fall on effects from `begin` to `end`, in the order of sparse rows [unit, effect - begin]."""

    begin: int
    end: int
    order: Ints
    indices: NDArray[np.integer]
    indptr: NDArray[np.integer]

    def matrix(self, values: Floats) -> csr_array:
        """The entries as a sparse matrix."""
        from scipy.sparse import csr_array

        shape = (len(self.indptr) - 1, self.end - self.begin)
        return csr_array((values[self.order], self.indices, self.indptr), shape=shape)


@dataclass(frozen=True)
class Fold:
    """Where the entries of each link stand among the effects of the rest; `widths` are base terms of its factors."""

    widths: dict[int, int]
    slabs: tuple[Slab, ...]

    def subtract(self, links: Mapping[int, Floats], lower: Floats) -> None:
        """Take the sum over units of U_u'U_u from a square matrix; above the diagonal it is left undefined."""
        for values in self._rows(links):
            matrices = [slab.matrix(values) for slab in self.slabs]
            for one, turned in zip(self.slabs, (matrix.T.tocsr() for matrix in matrices), strict=True):
                for other, matrix in zip(self.slabs, matrices, strict=True):
                    if other.begin <= one.begin:
                        lower[one.begin : one.end, other.begin : other.end] -= (turned @ matrix).toarray()

    def weigh(self, links: Mapping[int, Floats], lower: Floats) -> Floats:
        """The sum over units of C_u G C_u' [q, q], G symmetric and given in its lower triangle, zero above.

        The triangle is met by C_i'C_j and by C_j'C_i; its diagonal, met twice, is taken off once.
        """
        rows = self._rows(links)
        matrices = [[slab.matrix(values) for values in rows] for slab in self.slabs]
        half = np.zeros((len(rows), len(rows)))
        twice = np.zeros_like(half)
        for k, one in enumerate(self.slabs):
            diagonal = np.diagonal(lower)[one.begin : one.end][one.indices]
            for i, left in enumerate(matrices[k]):
                turned = left.T.tocsr()
                for j in range(len(rows)):
                    twice[i, j] += float((left.data * matrices[k][j].data) @ diagonal)
                    for other, rights in zip(self.slabs[: k + 1], matrices, strict=False):
                        block = lower[one.begin : one.end, other.begin : other.end]
                        half[i, j] += float(np.sum((turned @ rights[j]).toarray() * block))
        return half + half.T - twice

    def times(self, links: Mapping[int, Floats], lower: Floats) -> dict[int, Floats]:
        """C_u G of each unit at its own entries [q, q_g, entry]."""
        full = lower + np.tril(lower, -1).T
        found = []
        for values in self._rows(links):
            product = sum(slab.matrix(values) @ full[slab.begin : slab.end] for slab in self.slabs)
            at = np.empty(len(values))
            for slab in self.slabs:
                units = np.repeat(np.arange(len(slab.indptr) - 1), np.diff(slab.indptr))
                at[slab.order] = product[units, slab.begin + slab.indices]
            found.append(at)
        return self._by_link(found, links)

    def _rows(self, links: Mapping[int, Floats]) -> list[Floats]:
        """For each first index of link values [q, q_g, entry] all others in a row, link by link."""
        q = next(iter(links.values())).shape[0]
        return [np.concatenate([links[g][a].reshape(-1) for g in self.widths]) for a in range(q)]

    def _by_link(self, rows: list[Floats], links: Mapping[int, Floats]) -> dict[int, Floats]:
        out, at = {}, 0
        for g, width in self.widths.items():
            count = width * links[g].shape[2]
            out[g] = np.stack([row[at : at + count].reshape(width, -1) for row in rows])
            at += count
        return out


def make_fold(plan: EliminationPlan, stack: Stack) -> Fold:
    """Number the entries of the first stage's links in the order of sparse rows, slab by slab."""
    widths = {g: stack.widths[g][0] for g in plan.rest}
    units, effects = [], []
    for g, width in widths.items():
        entries, place = plan.entries[0, g], stack.levels[g]
        for i in range(width):
            units.append(entries.rows)
            effects.append(place.row[entries.cols] + i)
    unit, effect = np.concatenate(units), np.concatenate(effects)
    begins = range(0, stack.size, SLAB)
    slabs = (_slab(unit, effect, begin, min(begin + SLAB, stack.size), plan.n_levels[0]) for begin in begins)
    return Fold(widths, tuple(slabs))


def _slab(unit: Ints, effect: Ints, begin: int, end: int, n_units: int) -> Slab:
    own = np.flatnonzero((effect >= begin) & (effect < end))
    order = own[np.lexsort((effect[own], unit[own]))]
    indptr = np.concatenate(([0], np.cumsum(np.bincount(unit[order], minlength=n_units)))).astype(np.int32)
    return Slab(begin, end, order, (effect[order] - begin).astype(np.int32), indptr)
