"""From data to a fitted model in four steps that can be called apart: design, structure, deviance, optimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.columns import Data
from pipeline.multilevel.design.matrix import DesignMatrix, build
from pipeline.multilevel.design.options import Specification
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.likelihood.deviance import Deviance, Structure, make_deviance, make_structure
from pipeline.multilevel.likelihood.products import RowSums, with_outcome
from pipeline.multilevel.likelihood.series import SeriesDeviance
from pipeline.multilevel.search.estimate import Optimum, optimum
from pipeline.multilevel.search.nearby import Near, Start, start_near

# The mean square left of a scaled outcome by least squares; rounding leaves about 1e-32.
NOTHING_LEFT = 1e-24
# A residual variance below this share of the outcome's is a likelihood running off to infinity.
NOTHING_RESIDUAL = 1e-12


@dataclass(frozen=True)
class Fitted:
    """The parts of a finished fit."""

    design: DesignMatrix
    structure: Structure
    deviance: Deviance
    optimum: Optimum

    @property
    def phi(self) -> float | None:
        """The residual correlation one time unit apart under CAR(1) (Pinheiro & Bates 2000, 5.3), else None."""
        if isinstance(self.deviance, SeriesDeviance):
            return self.deviance.phi(self.optimum.here.extra)
        return None


def fit_specification(data: Data, spec: Specification, near: Fitted | None = None) -> Fitted:
    """Read the data and fit, starting from the estimates of a fit nearby if there is one; ModelError lists every problem."""
    return fit_design(build(data, spec), near=near)


def fit_design(
    design: DesignMatrix, structure: Structure | None = None, start: Floats | None = None, near: Fitted | None = None
) -> Fitted:
    """Fit a design, in the structure of an earlier fit of the same factors and terms if there is one."""
    structure = structure or make_structure(design)
    reml = design.spec.method == "REML"
    deviance: Deviance
    if design.spec.residual == "car1":
        deviance = SeriesDeviance(design, structure, reml=reml)
    else:
        deviance = make_deviance(design, structure, reml=reml)
    _refuse_perfect(design, deviance)
    begin = Start(start) if start is not None else None
    if near is not None:
        begin = start_near(
            deviance, groups_of(design), Near(groups_of(near.design), near.structure.parameters, near.optimum)
        )
    return Fitted(design, structure, deviance, _searched(design, deviance, begin, only=start is not None))


def groups_of(design: DesignMatrix) -> tuple[str, ...]:
    """The grouping columns of a design's factors, finest first."""
    return tuple(factor.name for factor in design.factors)


def _searched(design: DesignMatrix, deviance: Deviance, start: Start | None, *, only: bool = False) -> Optimum:
    """The optimum; ModelError where groups explain the outcome fully, so that the likelihood has none."""
    try:
        found = optimum(deviance) if start is None else optimum(deviance, start.theta, start.curvature, only=only)
    except np.linalg.LinAlgError:
        found = None
    if found is None or found.sigma2 < NOTHING_RESIDUAL:
        what = "is explained fully by the fixed terms and the groups: no residual variation is left"
        raise ModelError(Problem(design.spec.outcome, what, "check that it varies within groups"))
    return found


def _refuse_perfect(design: DesignMatrix, deviance: Deviance) -> None:
    """No residual, no likelihood: the outcome is a linear combination of the fixed terms."""
    left = float(deviance.gathered.products.total[-1, -1])
    if left <= design.n_obs * NOTHING_LEFT:
        what = "is a linear combination of the fixed terms: nothing is left to vary"
        raise ModelError(Problem(design.spec.outcome, what, "leave out the term it was made from"))


def refit(fitted: Fitted, outcome: Floats, start: Floats | None = None) -> Fitted:
    """Fit the same model to another response: only the sums with the response are gathered anew."""
    design, structure = fitted.design.with_outcome(outcome), fitted.structure
    if fitted.phi is not None:
        return fit_design(design, structure, start)
    sums = RowSums(design)
    gathered = with_outcome(structure.layout, sums, fitted.deviance.gathered)
    deviance = Deviance(design, structure, gathered, sums.log_determinant, reml=fitted.deviance.reml)
    begin = None if start is None else Start(start)
    return Fitted(design, structure, deviance, _searched(design, deviance, begin, only=start is not None))
