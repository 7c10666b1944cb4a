"""The profiled deviance of a model in theta, and its gradient.

-2 log L, with beta and sigma profiled out: log|V| + nu (1 + log(2 pi r2 / nu)), nu = n under ML; under REML nu = n - p
and log|X'V^-1 X| is added (Bates et al. 2015, eq. 34 and 41). All cross-products are in base coordinates; the constant
`shift` brings the value back to the data's own units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design import Design
from pipeline.multilevel.elimination import Eliminated, Products, Swept, eliminate, sweep
from pipeline.multilevel.grouping import Cells
from pipeline.multilevel.parameters import Parameters, make_parameters
from pipeline.multilevel.plan import Plan, make_plan
from pipeline.multilevel.products import Gathered, Layout, Rows, gather, make_layout
from pipeline.multilevel.remainder import Remainder, make_remainder
from pipeline.multilevel.segments import Floats


@dataclass(frozen=True)
class Structure:
    """What depends on the design alone: the elimination plan, the layout of cells and the numbering of theta."""

    plan: Plan
    layout: Layout
    remainder: Remainder | None
    parameters: Parameters


def make_structure(design: Design) -> Structure:
    """Plan the elimination for a design."""
    plan = make_plan(_cells(design), tuple(factor.n_levels for factor in design.factors))
    parameters = make_parameters(design)
    widths = [(len(part.base), len(part.names)) for part in design.random]
    return Structure(plan, make_layout(design, plan), make_remainder(plan, widths), parameters)


def _cells(design: Design) -> Cells:
    return design.cells


@dataclass(frozen=True)
class Evaluation:
    """The deviance at one theta with the pieces it was made of, in base coordinates."""

    deviance: float
    r2: float
    inverse: Floats
    beta: Floats
    log_determinant: float
    done: Eliminated
    factors: list[Floats]


class Deviance:
    """The profiled deviance of one design and one response."""

    def __init__(self, design: Design, structure: Structure, rows: Rows, gathered: Gathered, *, reml: bool) -> None:
        self.plan, self.remainder, self.parameters = structure.plan, structure.remainder, structure.parameters
        self.products: Products = gathered.products
        self.reml = reml
        self.n, self.p = design.n_obs, len(design.fixed)
        self.nu = self.n - self.p if reml else self.n
        self.shift = rows.log_determinant + 2.0 * self.nu * float(np.log(design.outcome_scale))
        if reml:
            self.shift += 2.0 * float(np.log(design.base.scales[list(design.fixed)]).sum())
        self.evaluations = 0

    def at(self, theta: Floats) -> Evaluation:
        """Evaluate at theta."""
        return self.at_factors(self.parameters.factors(theta))

    def at_factors(self, factors: list[Floats]) -> Evaluation:
        """Evaluate at the relative factors of all grouping factors."""
        self.evaluations += 1
        done = eliminate(self.plan, self.remainder, self.products, factors)
        xx, xy, yy = done.total[:-1, :-1], done.total[:-1, -1], float(done.total[-1, -1])
        low = np.linalg.cholesky(xx)
        half = np.linalg.inv(low)
        inverse = half.T @ half
        beta = inverse @ xy
        r2 = yy - float(xy @ beta)
        log_determinant = done.log_determinant
        if self.reml:
            log_determinant += 2.0 * float(np.log(np.diag(low)).sum())
        deviance = log_determinant + self.nu * (1.0 + np.log(2.0 * np.pi * r2 / self.nu)) + self.shift
        return Evaluation(float(deviance), r2, inverse, beta, log_determinant, done, factors)

    def bar(self, here: Evaluation, sigma2: float) -> Floats:
        """The derivative of the deviance at fixed sigma2 with respect to T."""
        contrast = np.append(-here.beta, 1.0)
        bar = np.outer(contrast, contrast) / sigma2
        if self.reml:
            bar[:-1, :-1] += here.inverse
        return bar

    def swept(self, here: Evaluation, bar: Floats, *, full: bool = False) -> Swept:
        """The backward sweep from an evaluation."""
        return sweep(self.plan, self.remainder, here.done, bar, full=full)

    def gradient(self, here: Evaluation, sigma2: float | None = None) -> Floats:
        """The gradient in theta, at sigma2 fixed or (None) profiled out."""
        bar = self.bar(here, here.r2 / self.nu if sigma2 is None else sigma2)
        return self.parameters.gradient(here.factors, self.swept(here, bar).omega)

    def value_and_gradient(self, theta: Floats) -> tuple[float, Floats]:
        """The profiled deviance and its gradient."""
        here = self.at(theta)
        return here.deviance, self.gradient(here)


def make_deviance(design: Design, structure: Structure, rows: Rows, *, reml: bool) -> tuple[Deviance, Gathered]:
    """Gather the cross-products of a design and set up its deviance."""
    gathered = gather(design, structure.plan, structure.layout, rows)
    return Deviance(design, structure, rows, gathered, reml=reml), gathered
