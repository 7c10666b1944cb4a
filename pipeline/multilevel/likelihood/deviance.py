"""The profiled deviance of a model in theta, and its gradient.

-2 log L, with beta and sigma profiled out: log|V| + nu (1 + log(2 pi r2 / nu)), nu = n under ML; under REML nu = n - p
and log|X'V^-1 X| is added (Bates et al. 2015, eq. 34 and 41). All cross-products are in base coordinates; the constant
`shift` brings the value back to the data's own units.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.multilevel.design.matrix import DesignMatrix
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.likelihood.elimination import Eliminated, Swept, eliminate, sweep
from pipeline.multilevel.likelihood.parameters import BlockParameters, Mask, Parameters, make_parameters
from pipeline.multilevel.likelihood.plan import EliminationPlan, make_plan
from pipeline.multilevel.likelihood.products import Gathered, Layout, RowSums, gather, make_layout
from pipeline.multilevel.likelihood.quick import QuickPair, quick_pairs
from pipeline.multilevel.likelihood.remainder import Remainder, make_remainder

# A start by moments stays this far (in standard errors of a level's mean) from zero, where gradients vanish, and below.
AWAY, MOST = 0.5, 10.0
# Relative standard deviations (of scaled terms) to start from beside it.
STARTS = (0.6, 0.1, 3.0)
# The least curvature to start with.
LEAST = 1.0


@dataclass(frozen=True)
class Structure:
    """What depends on the design alone: the elimination plan, the layout of cells and the numbering of theta."""

    plan: EliminationPlan
    layout: Layout
    remainder: Remainder | None
    parameters: Parameters


def make_structure(design: DesignMatrix) -> Structure:
    """Plan the elimination for a design."""
    independent = design.spec.residual == "independent"
    plan = make_plan(design.cells, tuple(factor.n_levels for factor in design.factors), fold=independent)
    parameters = make_parameters(design)
    widths = [(len(part.base), len(part.names)) for part in design.random]
    return Structure(plan, make_layout(design, plan), make_remainder(plan, widths), parameters)


@dataclass(frozen=True)
class Evaluation:
    """The deviance at one theta with the pieces it was made of, in base coordinates.

    `start` are the least squares coefficients already taken out of the outcome, `beta` what is left to add to them.
    """

    deviance: float
    r2: float
    inverse: Floats
    beta: Floats
    start: Floats
    done: Eliminated
    factors: list[Floats]
    extra: float = 0.0


class Deviance:
    """The profiled deviance of one design and one response, as a function of theta."""

    extra = 0

    def __init__(
        self, design: DesignMatrix, structure: Structure, gathered: Gathered, row_determinant: float, *, reml: bool
    ) -> None:
        self.plan, self.remainder, self.parameters = structure.plan, structure.remainder, structure.parameters
        self.gathered = gathered
        self.reml, self.row_determinant = reml, row_determinant
        self.n, self.p = design.n_obs, len(design.fixed)
        self.nu = self.n - self.p if reml else self.n
        self.shift = row_determinant + 2.0 * self.nu * float(np.log(design.outcome_scale))
        if reml:
            self.shift += 2.0 * float(np.log(design.base.scales[list(design.fixed)]).sum())
        self.evaluations = 0
        self._last: tuple[Floats, Evaluation] | None = None
        self.quick = self._quick()

    def _quick(self) -> dict[int, QuickPair]:
        """Products fixed over theta that a large crossed design gains by."""
        return quick_pairs(self.plan, self.gathered.products.blocks)

    @property
    def size(self) -> int:
        """The number of parameters searched over."""
        return self.parameters.size + self.extra

    def at(self, theta: Floats) -> Evaluation:
        """Evaluate at theta; the last evaluation is kept, since searches ask for it again."""
        if self._last is None or not np.array_equal(self._last[0], theta):
            self._last = None
            self._last = theta.copy(), self._at(theta)
        return self._last[1]

    def _at(self, theta: Floats) -> Evaluation:
        return self.evaluate(self.parameters.factors(theta), self.gathered)

    def evaluate(self, factors: list[Floats], gathered: Gathered) -> Evaluation:
        """Evaluate at the relative factors of all grouping factors."""
        self.evaluations += 1
        done = eliminate(self.plan, self.remainder, gathered.products, factors, self.quick)
        xx, xy, yy = done.total[:-1, :-1], done.total[:-1, -1], float(done.total[-1, -1])
        low = np.linalg.cholesky(xx)
        half = np.linalg.inv(low)
        inverse = half.T @ half
        beta = inverse @ xy
        r2 = yy - float(xy @ beta)
        log_determinant = done.log_determinant
        if self.reml:
            log_determinant += 2.0 * float(np.log(low.diagonal()).sum())
        # No residual left (rounding may even turn it negative): no place for an optimum.
        profiled = self.nu * (1.0 + np.log(2.0 * np.pi * r2 / self.nu)) if r2 > 0 else np.inf
        deviance = log_determinant + profiled + self.shift
        return Evaluation(float(deviance), r2, inverse, beta, gathered.start, done, factors)

    def bar(self, here: Evaluation, sigma2: float) -> Floats:
        """The derivative of the deviance at fixed sigma2 with respect to T."""
        contrast = np.ones(self.p + 1)
        np.negative(here.beta, out=contrast[:-1])
        bar = contrast[:, None] * contrast / sigma2
        if self.reml:
            bar[:-1, :-1] += here.inverse
        return bar

    def swept(self, here: Evaluation, bar: Floats, *, full: bool = False) -> Swept:
        """The backward sweep from an evaluation."""
        return sweep(self.plan, self.remainder, here.done, bar, full=full, quick=self.quick)

    def gradient(self, here: Evaluation, sigma2: float | None = None) -> Floats:
        """The gradient in theta, at sigma2 fixed or (None) profiled out."""
        bar = self.bar(here, here.r2 / self.nu if sigma2 is None else sigma2)
        return self.parameters.gradient(here.factors, self.swept(here, bar).omega)

    def at_squares(self, squares: list[Floats], _: Floats) -> Evaluation:
        """Evaluate at one square matrix for each block; the second argument is for parameters beyond theta."""
        return self.evaluate(self.parameters.factors_of(squares), self.gathered)

    def square_gradients(self, here: Evaluation, sigma2: float) -> tuple[list[Floats], Floats]:
        """The gradient at fixed sigma2 by each block's square, and by parameters beyond theta."""
        swept = self.swept(here, self.bar(here, sigma2))
        return self.parameters.square_gradients(here.factors, swept.omega), np.empty(0)

    def even(self) -> Mask:
        """The parameters in whose sign the deviance does not change while others of their column are zero."""
        return self.parameters.diagonal()

    def normal(self, theta: Floats) -> Floats:
        """The same model with signs chosen: every such parameter at least 0."""
        return self.parameters.normal(theta)

    def starts(self, *, many: bool) -> list[Floats]:
        """Points to start a search from: the likeliest, and others when `many`."""
        diagonal = self.parameters.diagonal().astype(np.float64)
        return [self.by_moments(), *(size * diagonal for size in STARTS if many)]

    def completed(self, theta: Floats) -> Floats:
        """A start of theta with what else is searched over: here nothing."""
        return theta

    def by_moments(self) -> Floats:
        """A start by moments: with b = z'r and a = z'z of a level, E b^2 / a = sigma2 (1 + a theta^2), other terms apart."""
        products = self.gathered.products
        square = float(products.total[-1, -1])
        found, within = [], square / self.n
        for block in self.parameters.blocks:
            b = block.lift.T @ products.columns[block.factor][:, -1]
            a = self._by_level(block)
            met = a > 0
            share = np.sum(np.where(met, b * b / np.where(met, a, 1.0), 0.0), axis=1)
            levels = met.sum(axis=1)
            rest = (square - share) / np.maximum(self.n - levels, 1)
            within = min(within, float(rest[rest > 0].min(initial=within)))
            found.append((block, share, levels, a.sum(axis=1)))
        out = np.zeros(self.parameters.size)
        for block, share, levels, total in found:
            variance = np.maximum(share / max(within, 1e-300) - levels, 0.0) / np.maximum(total, 1e-300)
            least = AWAY / np.sqrt(np.maximum(total / levels, 1e-12))
            diagonal = np.clip(np.sqrt(variance), np.minimum(least, 1.0), MOST)
            out[block.where] = np.diag(diagonal).T[block.free]
        return out

    def _by_level(self, block: BlockParameters) -> Floats:
        """The sum of squares of each term of a block at each level [term, level]."""
        a = self.gathered.products.blocks[block.factor, block.factor]
        n = self.plan.n_levels[block.factor]
        entries = self.plan.entries[block.factor, block.factor]
        own = a if a.shape[2] == n else a[:, :, entries.rows == entries.cols]
        squares: Floats = np.einsum("ab,acn,cb->bn", block.lift, own, block.lift)
        return squares

    def stiffness(self, theta: Floats) -> Floats:
        """A guess of the curvature at theta: n levels tell of a variance v = theta^2 + 1 / a as n draws would."""
        sizes = np.empty(self.parameters.size)
        for block, triangle, a in zip(
            self.parameters.blocks, self.parameters.triangles(theta), self._information, strict=True
        ):
            signal = (triangle**2).sum(axis=1)
            total = signal + 1.0 / a
            both = np.outer(1.0 / total, signal / total)
            guess = self.plan.n_levels[block.factor] * 2.0 * (both + np.diag(np.diag(both)))
            sizes[block.where] = guess.T[block.free]
        return np.maximum(sizes, LEAST)

    @cached_property
    def _information(self) -> list[Floats]:
        """The mean over levels of each term's sum of squares, for each block."""
        return [np.maximum(self._by_level(block).mean(axis=1), 1e-12) for block in self.parameters.blocks]

    def lengths(self, theta: Floats) -> Floats:
        """The distance over which the deviance bends in each element of theta."""
        out = np.empty(self.parameters.size)
        for block, triangle, a in zip(
            self.parameters.blocks, self.parameters.triangles(theta), self._information, strict=True
        ):
            size = np.maximum(np.sqrt((triangle**2).sum(axis=1)), 1.0 / np.sqrt(a))
            out[block.where] = size[block.free[1]]
        return out

    def value_and_gradient(self, theta: Floats) -> tuple[float, Floats]:
        """The profiled deviance and its gradient."""
        here = self.at(theta)
        return here.deviance, self.gradient(here)


def make_deviance(design: DesignMatrix, structure: Structure, *, reml: bool) -> Deviance:
    """Gather the cross-products of a design with independent residuals and set up its deviance."""
    sums = RowSums(design)
    gathered = gather(structure.plan, structure.layout, sums)
    return Deviance(design, structure, gathered, sums.log_determinant, reml=reml)
