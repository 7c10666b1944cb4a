"""theta: the free elements of the relative covariance factors, as optimized and as lme4 reports them.

A block with an intercept is optimized in centred, scaled coordinates, where its factor is as general as in the raw
ones; a block without one keeps its raw terms, scaled only (its zero covariance with the rest is a statement about the
raw terms). Nothing needs a bound: the deviance depends on L L' only, so it is even in each column of L.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.multilevel.design.columns import INTERCEPT
from pipeline.multilevel.design.matrix import DesignMatrix, RandomBlock
from pipeline.multilevel.design.segments import Floats, Ints

Mask = NDArray[np.bool_]

# lme4::isSingular: a relative standard deviation below this counts as zero.
SINGULAR = 1e-4


@dataclass(frozen=True)
class BlockParameters:
    """One block: `lift` takes its triangle to base coordinates, `back` to raw terms; `where` its place in theta."""

    factor: int
    names: tuple[str, ...]
    lift: Floats
    back: Floats
    where: slice

    @cached_property
    def width(self) -> int:
        """The number of terms."""
        return len(self.names)

    @cached_property
    def free(self) -> tuple[Ints, Ints]:
        """The places of theta in the transposed triangle: lower triangle, column by column."""
        upper = np.triu_indices(self.width)
        return upper[0], upper[1]

    @cached_property
    def unlifted(self) -> bool:
        """Whether the block's terms are the factor's base terms."""
        return np.array_equal(self.lift, np.eye(self.width))

    def lifted(self, square: Floats) -> Floats:
        """The square in base coordinates."""
        return square if self.unlifted else self.lift @ square


@dataclass(frozen=True)
class Parameters:
    """All blocks, factor by factor, and the length of theta."""

    blocks: tuple[BlockParameters, ...]
    size: int
    n_factors: int

    def triangles(self, theta: Floats) -> list[Floats]:
        """The lower triangle of each block, filled column by column as lme4 does."""
        return [_triangle(theta[block.where], block) for block in self.blocks]

    def factors(self, theta: Floats) -> list[Floats]:
        """The relative factor [base terms, terms] of each factor."""
        return self.factors_of(self.triangles(theta))

    def factors_of(self, squares: Sequence[Floats]) -> list[Floats]:
        """The relative factors from one square matrix for each block, triangular or not."""
        parts: list[list[Floats]] = [[] for _ in range(self.n_factors)]
        for block, square in zip(self.blocks, squares, strict=True):
            parts[block.factor].append(block.lifted(square))
        return [np.concatenate(part, axis=1) if len(part) > 1 else part[0] for part in parts]

    def lifts(self) -> list[Floats]:
        """From the scaled terms of each factor's blocks to its base terms, [base terms, terms]."""
        parts: list[list[Floats]] = [[] for _ in range(self.n_factors)]
        for block in self.blocks:
            parts[block.factor].append(block.lift)
        return [np.concatenate(part, axis=1) for part in parts]

    def gradient(self, factors: Sequence[Floats], omega: dict[int, Floats]) -> Floats:
        """d/d theta: the free elements of `square_gradients`."""
        out = np.empty(self.size)
        for block, bar in zip(self.blocks, self.square_gradients(factors, omega), strict=True):
            out[block.where] = bar.T[block.free] if block.width > 1 else bar[0, 0]
        return out

    def square_gradients(self, factors: Sequence[Floats], omega: dict[int, Floats]) -> list[Floats]:
        """The derivative by each block's square: 2 Omega L in base coordinates, pulled back through `lift`."""
        bars = [2.0 * omega[f] @ factor for f, factor in enumerate(factors)]
        out, column = [], [0] * self.n_factors
        for block in self.blocks:
            at = column[block.factor]
            bar = bars[block.factor][:, at : at + block.width]
            out.append(bar if block.unlifted else block.lift.T @ bar)
            column[block.factor] = at + block.width
        return out

    def normal(self, theta: Floats) -> Floats:
        """The same covariance with every diagonal element of a triangle at least 0."""
        out = theta.copy()
        for block, triangle in zip(self.blocks, self.triangles(theta), strict=True):
            signs = np.where(np.diag(triangle) < 0, -1.0, 1.0)
            out[block.where] = (triangle * signs).T[block.free]
        return out

    def raw_triangles(self, theta: Floats) -> list[Floats]:
        """Each block's relative factor in raw terms, lower triangular with diagonal >= 0: lme4's theta."""
        return [lower_factor(block.back @ t) for block, t in zip(self.blocks, self.triangles(theta), strict=True)]

    def singular(self, theta: Floats) -> bool:
        """Whether some relative standard deviation is zero, as lme4::isSingular tells it."""
        return any(bool((np.diag(triangle) < SINGULAR).any()) for triangle in self.raw_triangles(theta))

    def diagonal(self) -> Mask:
        """The positions of diagonal elements in theta, as a mask."""
        mask = np.zeros(self.size, dtype=bool)
        for block in self.blocks:
            mask[block.where] = np.eye(block.width, dtype=bool)[block.free]
        return mask


def _triangle(values: Floats, block: BlockParameters) -> Floats:
    if block.width == 1:
        return values.reshape(1, 1).copy()
    upper = np.zeros((block.width, block.width))
    upper[block.free] = values
    return upper.T


def lower_factor(square: Floats) -> Floats:
    """The lower triangular factor of square @ square.T with diagonal >= 0, also when singular."""
    if square.shape[0] == 1:
        return np.abs(square)
    upper: Floats = np.asarray(np.linalg.qr(square.T, mode="r"))
    signs = np.where(np.diag(upper) < 0, -1.0, 1.0)
    triangle: Floats = upper.T * signs
    return triangle


def make_parameters(design: DesignMatrix) -> Parameters:
    """Number the elements of theta, in the order of the factors and blocks of the design."""
    blocks, at = [], 0
    for f, part in enumerate(design.random):
        for block in part.blocks:
            width = len(block.names)
            size = width * (width + 1) // 2
            lift, back = _coordinates(block)
            blocks.append(BlockParameters(f, block.names, lift, back, slice(at, at + size)))
            at += size
    return Parameters(tuple(blocks), at, len(design.random))


def _coordinates(block: RandomBlock) -> tuple[Floats, Floats]:
    """`lift` and `back` of a block: base = map @ raw, so that lift = map @ back."""
    if INTERCEPT in block.names:
        own = _in_block_order(block)
        lift = np.zeros_like(block.map)
        lift[own, np.arange(len(own))] = 1.0
        back = np.asarray(np.linalg.inv(block.map[own]), dtype=np.float64)
        return lift, back
    sizes = np.sqrt((block.map**2).sum(axis=0))
    back = np.diag(1.0 / sizes)
    return block.map @ back, back


def _in_block_order(block: RandomBlock) -> list[int]:
    """The base row of each term of a block that has an intercept: its own scaled column."""
    rows = []
    for k, name in enumerate(block.names):
        weights = np.abs(block.map[:, k])
        if name == INTERCEPT:
            rows.append(int(np.argmax(weights)))
        else:
            constant = int(np.argmax(np.abs(block.map[:, block.names.index(INTERCEPT)])))
            weights[constant] = 0.0
            rows.append(int(np.argmax(weights)))
    return rows
