"""Fisher scoring for factor models: Newton's method with the expected information, damped until the deviance falls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.measures.cfa.likelihood import Block, Point, at, deviance
from pipeline.measures.cfa.structure import Matrix, Part

STEPS = 500
# The expected fall of the deviance in the next step, relative to the number of vectors: below it nothing printed changes.
CLOSE = 1e-12
FIRST_DAMPING = 1e-3
MOST_DAMPING = 1e8
LEAST_DAMPING = 1e-12


@dataclass(frozen=True)
class Optimum:
    """Where the optimizer stopped, and why: parameters, deviance, gradient length, steps, converged."""

    theta: Matrix
    deviance: float
    information: Matrix
    gradient: float
    steps: int
    converged: bool


def maximize(start: Matrix, parts: Sequence[Part], blocks: Sequence[Block]) -> Optimum:
    """Climb the likelihood from `start`; `converged` says whether the gradient vanished."""
    size = sum(block.n for block in blocks)
    theta, damping = start, FIRST_DAMPING
    here = at(theta, parts, blocks)
    for step in range(STEPS):
        promised = float(here.gradient @ _solve(here, LEAST_DAMPING))
        if abs(promised) <= CLOSE * size:
            return _optimum(theta, here, step, True)
        theta_next, damping = _downhill(theta, here, damping, parts, blocks)
        if theta_next is None:
            return _optimum(theta, here, step, abs(promised) <= np.sqrt(CLOSE) * size)
        theta, here = theta_next, at(theta_next, parts, blocks)
    return _optimum(theta, here, STEPS, False)


def _downhill(
    theta: Matrix, here: Point, damping: float, parts: Sequence[Part], blocks: Sequence[Block]
) -> tuple[Matrix | None, float]:
    """The next point with a smaller deviance, and the damping that led there; None where no step is small enough."""
    while damping <= MOST_DAMPING:
        candidate = theta - _solve(here, damping)
        if deviance(candidate, parts, blocks) < here.deviance:
            return candidate, max(damping / 10, LEAST_DAMPING)
        damping *= 10
    return None, damping


def _solve(here: Point, damping: float) -> Matrix:
    """Half of information^-1 gradient (the deviance is twice the log-likelihood), the diagonal enlarged by `damping`."""
    scale = np.sqrt(np.maximum(np.diag(here.information), np.finfo(float).tiny))
    scaled = here.information / np.outer(scale, scale) + damping * np.eye(len(scale))
    return np.asarray(np.linalg.solve(scaled, here.gradient / scale / 2) / scale)


def _optimum(theta: Matrix, here: Point, steps: int, converged: bool) -> Optimum:
    return Optimum(theta, here.deviance, here.information, float(np.abs(here.gradient).max()), steps, converged)
