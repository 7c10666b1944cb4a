"""The way back from base coordinates to the units of the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design.matrix import DesignMatrix, RandomPart
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.search.fitting import Fitted


@dataclass(frozen=True)
class Coefficients:
    """Fixed coefficients and covariance in the data's units; `back` [p, p] takes base coefficients there."""

    beta: Floats
    vcov: Floats
    back: Floats


def coefficients(fitted: Fitted) -> Coefficients:
    """Undo centering and scaling of columns and outcome."""
    design, found = fitted.design, fitted.optimum
    back = back_map(design) * design.outcome_scale
    beta = back @ (found.here.start + found.here.beta)
    beta[0] += design.outcome_mean
    vcov = found.sigma2 * back @ found.here.inverse @ back.T
    return Coefficients(beta, vcov, back)


def back_map(design: DesignMatrix) -> Floats:
    """From coefficients of [1, (x - mean) / scale] to those of [1, x]."""
    chosen = list(design.fixed)
    scales, means = design.base.scales[chosen], design.base.means[chosen]
    back = np.diag(1.0 / scales)
    back[0, 1:] = -means[1:] / scales[1:]
    return back


def raw_map(part: RandomPart) -> Floats:
    """From effects of a factor's base terms to effects of its raw terms."""
    return np.linalg.pinv(np.concatenate([block.map for block in part.blocks], axis=1))
