"""Rows in units in blocks: fixed effects and both levels' effects of a multivariate normal model, drawn together.

Y = X B + v[block] + u[unit] + e with e ~ N(0, Sigma), u ~ N(0, Psi), v ~ N(m, Omega), B flat. Sigma and Psi are made
diagonal together (T Sigma T' = I, T Psi T' = diag(lambda)), so that with u integrated out every coordinate of Y T' is a
one-way model of its own with weights lambda / (1 + lambda n); what ties the coordinates together is Omega alone. B is drawn
with u and v integrated out, v given B with u integrated out, u given both: chains that draw each given the others hardly
move in the mean (Liu 1994; Chib & Carlin 1999, algorithm 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipeline.imputation.draws import cholesky, crossproduct, inverse, product, solve
from pipeline.imputation.groups import Groups
from pipeline.imputation.records import Booleans, Floats, Integers

# Moves effects of blocks (K x W x r, in place) whose log-likelihood, units integrated out, is sum(b v - v'Av / 2): v, A, b.
Move = Callable[[Floats, Floats, Floats], None]


@dataclass(frozen=True)
class Drawn:
    """By chain: coefficients p x r, effects of units (zero where a unit is not integrated out) and of blocks."""

    coefficients: Floats
    unit: Floats
    block: Floats


@dataclass(frozen=True)
class Blocks:
    """What the blocks need: whose each unit is, and sums of the predictors by block and size of unit."""

    of_unit: Groups
    of_rest: Groups  # rows of the units that are not integrated out
    rest: Integers
    units_of_size: Floats  # W x S
    sums_of_size: Floats  # W x S x p
    rest_sums: Floats  # W x p


@dataclass(frozen=True)
class Nest:
    """The sums that do not change from sweep to sweep."""

    x: Floats
    unit: Groups
    inside: Booleans  # units that are integrated out; of the others the effects are taken off Y beforehand
    size: Floats  # the S distinct numbers of rows
    place: Integers  # each unit's among them
    unit_sums: Floats  # C x p
    squares: Floats  # p x p
    squares_of_size: Floats  # S x p x p
    blocks: Blocks | None

    @classmethod
    def of(
        cls,
        x: Floats,
        unit: Integers,
        units: int,
        block: Integers | None = None,
        blocks: int = 0,
        inside: Booleans | None = None,
    ) -> Nest:
        """From one unit (and block) a row; a unit outside `inside` may lie in several blocks."""
        grouped = Groups.of(unit, units)
        inside = np.ones(units, dtype=bool) if inside is None else inside
        size, place = np.unique(grouped.size, return_inverse=True)
        sums = grouped.sums(x)
        own = sums * inside[:, None]
        squares = np.stack([crossproduct(own[place == s], own[place == s]) for s in range(len(size))])
        laid = None if block is None else _blocks(x, unit, block, blocks, inside, own, place, len(size))
        return cls(x, grouped, inside, size, place, sums, crossproduct(x, x), squares, laid)

    def draw(
        self,
        random: Generator,
        y: Floats,
        unit_covariance: Floats,
        residual: Floats,
        block_covariance: Floats | None = None,
        block_mean: Floats | None = None,
        move: Move | None = None,
    ) -> Drawn:
        """One joint draw of B, v and u by chain given Y (K x N x r) and covariances; `move` may move v before u is drawn."""
        turn, spread = _diagonal(residual, unit_covariance)
        back = inverse(turn)
        y_sums = product(self.unit.sums(y), turn.mT)
        xy = (crossproduct(self.x, y) @ turn.mT).mT
        shrink = 1.0 / (1.0 + spread[:, None, :] * self.size[:, None])
        keep = shrink[:, self.place] * self.inside[:, None]
        weight = (spread[:, None, :] * shrink).mT
        information = self.squares - np.tensordot(weight, self.squares_of_size, 1)
        right = xy - crossproduct(spread[:, None, :] * keep * y_sums, self.unit_sums)
        if self.blocks is None or block_covariance is None or block_mean is None:
            b = _solve(random, information, right[..., None])[..., 0]
            v = np.zeros((len(y), 0, y.shape[-1]))
            left = y_sums - product(self.unit_sums, b.mT)
        else:
            tied = inverse(turn @ block_covariance @ turn.mT)
            rest_sums = product(self.blocks.of_rest.sums(y[:, self.blocks.rest]), turn.mT)
            pull = self.blocks.of_unit.sums(keep * y_sums) + rest_sums
            mean = block_mean @ turn.mT @ tied
            b, v, known, slope = _with_blocks(random, self, shrink, tied, pull + mean, information, right)
            if move is not None:
                moved = v @ back.mT
                left = (pull - np.einsum("cwkp,ckp->cwk", slope, b)) @ turn
                move(moved, np.matmul(turn.mT[:, None] * known[:, :, None, :], turn[:, None]), left)
                v = moved @ turn.mT
            at = self.blocks.of_unit.code
            left = y_sums - product(self.unit_sums, b.mT) - self.unit.size[:, None] * v[:, at]
        kept = spread[:, None, :] * keep
        u = kept * left + np.sqrt(kept) * random.standard_normal(left.shape)
        return Drawn(b.mT @ back.mT, product(u, back.mT), v @ back.mT)


def _blocks(
    x: Floats, unit: Integers, block: Integers, blocks: int, inside: Booleans, own: Floats, place: Integers, sizes: int
) -> Blocks:
    of_unit = np.zeros(len(inside), dtype=np.int64)
    of_unit[unit] = block
    cell = of_unit * sizes + place
    found = np.bincount(cell, weights=inside.astype(np.float64), minlength=blocks * sizes)
    sums = Groups.of(cell, blocks * sizes).sums(own).reshape(blocks, sizes, -1)
    counts = found.reshape(blocks, sizes).astype(np.float64)
    rest = np.flatnonzero(~inside[unit])
    of_rest = Groups.of(block[rest], blocks)
    return Blocks(Groups.of(of_unit, blocks), of_rest, rest, counts, sums, of_rest.sums(x[rest]))


def _diagonal(residual: Floats, effects: Floats) -> tuple[Floats, Floats]:
    """T and lambda with T residual T' = I and T effects T' = diag(lambda), by chain."""
    half = inverse(cholesky(residual))
    spread, vectors = np.linalg.eigh(half @ effects @ half.mT)
    return vectors.mT @ half, np.maximum(spread, 0.0)


def _solve(random: Generator, information: Floats, right: Floats) -> Floats:
    """Draws of N(information^-1 right, information^-1), stacked."""
    lower = cholesky(information)
    half = solve(lower, right)
    return np.asarray(solve(lower.mT, half + random.standard_normal(half.shape)))


def _with_blocks(
    random: Generator, nest: Nest, shrink: Floats, tied: Floats, pull: Floats, information: Floats, right: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """B (K x r x p), v integrated out by its Schur complement; v (K x W x r) given B; what data know of v, its tie to B."""
    blocks = nest.blocks
    assert blocks is not None
    chains, r, p = right.shape
    known = blocks.units_of_size @ (nest.size[:, None] * shrink) + blocks.of_rest.size[:, None]
    precision = tied[:, None] + known[..., None] * np.eye(r)
    slope = np.matmul(shrink.mT[:, None], blocks.sums_of_size) + blocks.rest_sums[:, None, :]
    each = inverse(precision)
    carried = (each[..., None] * slope[:, :, None]).transpose(0, 2, 1, 3, 4).reshape(chains, r, -1, r * p)
    joint = -np.matmul(slope.transpose(0, 2, 3, 1), carried).reshape(chains, r * p, r * p)
    for k in range(r):
        joint[:, k * p : (k + 1) * p, k * p : (k + 1) * p] += information[:, k]
    gain = np.einsum("cwkl,cwl->cwk", each, pull)
    wanted = (right - np.einsum("cwkp,cwk->ckp", slope, gain)).reshape(chains, r * p, 1)
    b = _solve(random, joint, wanted).reshape(chains, r, p)
    left = pull - np.einsum("cwkp,ckp->cwk", slope, b)
    return b, _solve(random, precision, left[..., None])[..., 0], known, slope
