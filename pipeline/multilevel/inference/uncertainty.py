"""Standard errors of variance components, by the delta method from the information in (theta, sigma)."""

from __future__ import annotations

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.columns import INTERCEPT
from pipeline.multilevel.design.options import INTERCEPT_TERM
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.inference.contrasts import pseudo_inverse
from pipeline.multilevel.search.fitting import Fitted


def covariance_error(fitted: Fitted, group: str, one: str, other: str) -> float:
    """The standard error of the covariance of two terms of one block, in the data's units.

    The covariance is sigma^2 times an element of B T T'B', T the triangle and B the way back to raw terms; its slope in
    (theta, sigma) meets twice the inverse Hessian of the deviance (ours). Raises ModelError where no block holds both terms.
    """
    one, other = (INTERCEPT if term == INTERCEPT_TERM else term for term in (one, other))
    parameters, found = fitted.deviance.parameters, fitted.optimum
    scale = fitted.design.outcome_scale
    for block, triangle in zip(parameters.blocks, parameters.triangles(found.theta), strict=True):
        if fitted.design.factors[block.factor].name != group or not {one, other} <= set(block.names):
            continue
        i, j = block.names.index(one), block.names.index(other)
        raw = block.back @ triangle
        slope: Floats = np.zeros(len(found.theta) + 1)
        own = np.outer(block.back[i], raw[j]) + np.outer(block.back[j], raw[i])
        slope[block.where] = found.sigma2 * own.T[block.free]
        slope[-1] = 2.0 * np.sqrt(found.sigma2) * float(raw[i] @ raw[j])
        spread = 2.0 * pseudo_inverse(found.information.hessian)
        variance = float(slope @ spread @ slope)
        return float(scale**2 * np.sqrt(max(variance, 0.0)))
    raise ModelError(Problem(group, "has no block of correlated effects with these two terms"))
