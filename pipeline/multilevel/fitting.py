"""From data to a fitted model in four steps that can be called apart: design, structure, deviance, optimum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import ModelError
from pipeline.multilevel.design import Design, build
from pipeline.multilevel.deviance import Deviance, Structure, make_deviance, make_structure
from pipeline.multilevel.estimate import Optimum, optimum
from pipeline.multilevel.options import DegreesOfFreedom, Method, Random, Residual, Specification, blocks_of
from pipeline.multilevel.products import Gathered, Rows, plain_rows, with_outcome
from pipeline.multilevel.segments import Floats


@dataclass(frozen=True)
class Fitted:
    """The parts of a finished fit; `phi` is the correlation one day apart under CAR(1), else None."""

    design: Design
    structure: Structure
    rows: Rows
    gathered: Gathered
    deviance: Deviance
    optimum: Optimum
    phi: float | None


def specification(
    outcome: str,
    fixed: Sequence[str],
    random: Random,
    method: Method,
    df: DegreesOfFreedom,
    residual: Residual,
    time: str | None,
    weights: str | None,
) -> Specification:
    """The frozen specification of a model."""
    return Specification(outcome, tuple(fixed), blocks_of(random), method, df, residual, time, weights)


def fit_specification(data: Any, spec: Specification) -> Fitted:
    """Read the data and fit; ModelError lists every problem at once."""
    if spec.residual == "car1" or spec.df == "kenward_roger":
        raise ModelError("CAR(1) residuals and Kenward-Roger are not built yet")
    return fit_design(build(data, spec))


def fit_design(design: Design, structure: Structure | None = None, start: Floats | None = None) -> Fitted:
    """Fit a design, in the structure of an earlier fit of the same factors and terms if there is one."""
    structure = structure or make_structure(design)
    rows = plain_rows(design)
    deviance, gathered = make_deviance(design, structure, rows, reml=design.spec.method == "REML")
    return Fitted(design, structure, rows, gathered, deviance, optimum(deviance, start), None)


def refit(fitted: Fitted, outcome: Floats, start: Floats | None = None) -> Fitted:
    """Fit the same model to another response: only the sums with the response are gathered anew."""
    design = fitted.design.with_outcome(outcome)
    rows = plain_rows(design)
    gathered = with_outcome(design, fitted.structure.layout, rows, fitted.gathered)
    deviance = Deviance(design, fitted.structure, rows, gathered, reml=fitted.deviance.reml)
    return Fitted(design, fitted.structure, rows, gathered, deviance, optimum(deviance, start), None)
