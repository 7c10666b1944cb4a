"""Flat directions of the likelihood: variances that a design cannot tell apart, whatever the outcome.

The covariance of the rows is linear in variances and covariances: V = sum of psi_k V_k and the residual variance times the
inverse weights. Where some V_k add up to nothing (a slope by worker and one by client where one client a worker has the
exposure at all; intercepts, slopes and residuals of clients with two ratings each), the likelihood is the same along that
direction and the information is zero along it. Dependence is read off the traces tr(V_k V_l), sums over pairs of levels that
share rows; it is the same at any value of the variances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from pipeline.multilevel.design.columns import INTERCEPT
from pipeline.multilevel.design.grouping import Factor
from pipeline.multilevel.design.matrix import DesignMatrix
from pipeline.multilevel.design.segments import Floats, Ints

RESIDUAL = "residual"
# Of traces scaled to a unit diagonal: squares of what rounding leaves, far below one row in a million that tells.
FLAT = 1e-11
NAMED = 1e-4  # share of a flat direction below which a variance has no part in it

VarianceName = tuple[str, str, str]  # group, term, term (the same twice: its variance)


@dataclass(frozen=True)
class Effects:
    """The effects of one block: grouping `factor` (a position), their `names`, and their raw columns [terms][rows]."""

    factor: int
    names: tuple[str, ...]
    columns: tuple[Floats, ...]

    def scaled(self) -> tuple[list[Floats], Floats]:
        """Columns of size one, centered beside an intercept, and the map [terms, terms] from their effects to raw ones.

        Raw effects are over the columns' sizes, so that no unit decides what is small.
        """
        at = self.names.index(INTERCEPT) if INTERCEPT in self.names else None
        back, found = np.eye(len(self.names)), []
        for i, column in enumerate(self.columns):
            middle = float(column.mean()) if at is not None and i != at else 0.0
            around = column - middle
            size = float(np.sqrt(around @ around / len(around))) or 1.0
            found.append(around / size)
            if at is not None and i != at:
                back[at, i] = -middle / size
        return found, back


@dataclass(frozen=True)
class _Element:
    """A variance or covariance: its block and place there, its factor, and the pairs of columns it multiplies."""

    name: VarianceName
    block: int
    place: tuple[int, int]
    factor: int
    pairs: tuple[tuple[int, int], ...]


def flat_directions(
    factors: Sequence[Factor], effects: Sequence[Effects], weights: Floats | None
) -> tuple[tuple[VarianceName, ...], ...]:
    """Sets of variances and covariances that only their sum is told of; each set by name, in the order of the blocks."""
    columns, elements, backs = _elements(factors, effects)
    gram, size = _traces(factors, columns, elements, weights)
    values, vectors = np.linalg.eigh(gram)
    null = vectors[:, values < FLAT]
    if not null.shape[1]:
        return ()
    null = np.linalg.qr(_raw(null / size[:, None], elements, backs))[0]
    projector = null @ null.T
    touched = [i for i in range(len(elements) + 1) if projector[i, i] > NAMED**2]
    names = [element.name for element in elements] + [(RESIDUAL, "", "")]
    return tuple(tuple(names[i] for i in group) for group in _connected(projector, touched))


def _elements(factors: Sequence[Factor], effects: Sequence[Effects]) -> tuple[list[Floats], list[_Element], list[Floats]]:
    columns: list[Floats] = []
    elements: list[_Element] = []
    backs: list[Floats] = []
    for k, block in enumerate(effects):
        first, group = len(columns), factors[block.factor].name
        own, back = block.scaled()
        columns += own
        backs.append(back)
        for a, one in enumerate(block.names):
            for b, other in enumerate(block.names[: a + 1]):
                pairs = ((first + a, first + b),) if a == b else ((first + a, first + b), (first + b, first + a))
                elements.append(_Element((group, other, one), k, (a, b), block.factor, pairs))
    return columns, elements, backs


def _raw(directions: Floats, elements: Sequence[_Element], backs: Sequence[Floats]) -> Floats:
    """Directions of variances of centered effects as directions of those of raw ones."""
    out = directions.copy()
    for k, back in enumerate(backs):
        own = [(i, element.place) for i, element in enumerate(elements) if element.block == k]
        for column in range(directions.shape[1]):
            matrix = np.zeros((len(back), len(back)))
            for i, (a, b) in own:
                matrix[a, b] = matrix[b, a] = directions[i, column]
            matrix = back @ matrix @ back.T
            for i, (a, b) in own:
                out[i, column] = matrix[a, b]
    return out


def _traces(
    factors: Sequence[Factor], columns: Sequence[Floats], elements: Sequence[_Element], weights: Floats | None
) -> tuple[Floats, Floats]:
    """tr(V_k V_l) over a unit diagonal, the residual's inverse weights last; and the roots of that diagonal."""
    cells = _Cells(factors, columns)
    inverse = np.ones(len(columns[0])) if weights is None else 1.0 / weights
    n = len(elements)
    out = np.empty((n + 1, n + 1))
    for i, one in enumerate(elements):
        for j, two in enumerate(elements[: i + 1]):
            # Z_a Z_b' Z_c Z_d': over cells of both groupings, the sums of d a and of b c
            out[i, j] = out[j, i] = sum(
                float(cells.sums(one.factor, two.factor, d, a) @ cells.sums(one.factor, two.factor, b, c))
                for (a, b), (c, d) in product(one.pairs, two.pairs)
            )
        out[i, n] = out[n, i] = sum(float((columns[a] * columns[b]) @ inverse) for a, b in one.pairs)
    out[n, n] = float(inverse @ inverse)
    size = np.sqrt(np.maximum(np.diag(out), 1e-300))
    return np.asarray(out / np.outer(size, size)), size


class _Cells:
    """Sums of products of two columns over the cells of two groupings, each made once."""

    def __init__(self, factors: Sequence[Factor], columns: Sequence[Floats]) -> None:
        self._factors, self._columns = factors, columns
        self._codes: dict[tuple[int, int], Ints] = {}
        self._sums: dict[tuple[int, int, int, int], Floats] = {}

    def sums(self, f: int, g: int, a: int, b: int) -> Floats:
        """Of columns a and b over each pair of levels of factors f and g that share rows."""
        f, g, a, b = min(f, g), max(f, g), min(a, b), max(a, b)
        if (f, g, a, b) not in self._sums:
            codes = self._cells(f, g)
            made = np.bincount(codes, weights=self._columns[a] * self._columns[b])
            self._sums[f, g, a, b] = np.asarray(made, dtype=np.float64)
        return self._sums[f, g, a, b]

    def _cells(self, f: int, g: int) -> Ints:
        if (f, g) not in self._codes:
            one, other = self._factors[f], self._factors[g]
            codes = one.codes.astype(np.int64)
            if f != g:
                codes = np.unique(codes * other.n_levels + other.codes, return_inverse=True)[1].astype(np.int64)
            self._codes[f, g] = codes
        return self._codes[f, g]


def _connected(projector: Floats, touched: list[int]) -> list[list[int]]:
    """The touched parameters in sets that no flat direction joins."""
    groups: list[list[int]] = []
    for i in touched:
        near = [group for group in groups if any(abs(projector[i, j]) > NAMED**2 for j in group)]
        groups = [group for group in groups if group not in near]
        groups.append(sorted([i, *(j for group in near for j in group)]))
    return sorted(groups)


def effects_of(design: DesignMatrix) -> list[Effects]:
    """The blocks of a design with their raw columns."""
    found, ones = [], np.ones(design.n_obs)
    for f, part in enumerate(design.random):
        for block in part.blocks:
            places = [design.base.names.index(name) for name in block.names]
            raw = [design.base.raw[i] for i in places]
            found.append(Effects(f, block.names, tuple(ones if column is None else column for column in raw)))
    return found
