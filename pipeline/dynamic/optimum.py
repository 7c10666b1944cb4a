"""The maximum of the likelihood: BFGS from the outer product of scores, finished by Newton steps; flat directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.dynamic.arrays import Floats
from pipeline.dynamic.kalman import Rows, likelihood, log_likelihoods
from pipeline.dynamic.parameters import COUNT

STEP = 1e-4  # of the central differences of the score; units are within-client SDs and logarithms
DECREMENT = 1e-10  # half the squared Newton step in the information's metric: log-likelihood units still to be had
NEAR = 1e-3  # where BFGS hands over to Newton
MAX_BFGS, MAX_NEWTON, HALVINGS = 150, 25, 30
ARMIJO = 1e-4
LONGEST = 1.0  # no coordinate moves further in one step: logarithms of variances stay within reach
BLOCK = 400_000  # cells of one batch of parameter vectors (vectors x rows): bounds memory, changes no result


@dataclass(frozen=True)
class Optimum:
    """Where the search ended. `information` (12, 12): minus the second derivatives; `reason`: why it stopped."""

    theta: Floats
    log_likelihood: float
    information: Floats
    gradient: Floats
    decrement: float
    evaluations: int
    converged: bool
    reason: str


def maximize(start: Floats, rows: Rows) -> Optimum:
    """Climb from `start` (12,) to the maximum of the log-likelihood."""
    theta, used = _bfgs(start, rows)
    return _newton(theta, rows, used)


def information(theta: Floats, rows: Rows) -> Floats:
    """Minus the second derivatives (12, 12), by central differences of the exact score."""
    moves = STEP * np.eye(COUNT)
    points = np.concatenate([theta + moves, theta - moves])
    size = max(1, BLOCK // max(rows.z.shape[2], 1))
    parts = [likelihood(points[i : i + size], rows).slope for i in range(0, len(points), size)]
    slopes = np.concatenate(parts, axis=1)
    second = (slopes[:, :COUNT] - slopes[:, COUNT:]) / (2 * STEP)
    return -0.5 * (second + second.T)


def _value(theta: Floats, rows: Rows) -> tuple[float, Floats]:
    found = likelihood(theta[None], rows)
    return float(found.total[0]), found.slope[:, 0]


def _bfgs(theta: Floats, rows: Rows) -> tuple[Floats, int]:
    """Quasi-Newton steps until little is left to be had; the inverse information starts from second differences."""
    value, slope = _value(theta, rows)
    inverse = _positive_inverse(information(theta, rows))
    used = 1 + 2 * COUNT
    for _ in range(MAX_BFGS):
        step = inverse @ slope
        if slope @ step < 2 * NEAR:
            break
        length = _first_length(step)
        for _ in range(HALVINGS):
            other, other_slope = _value(theta + length * step, rows)
            used += 1
            if other >= value + ARMIJO * length * (slope @ step):
                break
            length /= 2.0
        else:
            break
        moved, bent = length * step, slope - other_slope
        theta, value, slope = theta + moved, other, other_slope
        curve = moved @ bent
        if curve > 1e-10 * np.sqrt((moved @ moved) * (bent @ bent)):
            left = np.eye(COUNT) - np.outer(moved, bent) / curve
            inverse = left @ inverse @ left.T + np.outer(moved, moved) / curve
    return theta, used


def _newton(theta: Floats, rows: Rows, used: int) -> Optimum:
    value, slope = _value(theta, rows)
    reason = "no higher point was found along the Newton step"
    decrement = np.inf
    for _ in range(MAX_NEWTON):
        second = information(theta, rows)
        used += 2 * COUNT + 1
        step = _positive_inverse(second) @ slope
        decrement = 0.5 * float(slope @ step)
        if decrement < DECREMENT:
            reason = "the Newton step has nothing left to gain"
            break
        length = _first_length(step)
        for _ in range(HALVINGS):
            other = float(log_likelihoods((theta + length * step)[None], rows)[0])
            used += 1
            if other > value:
                break
            length /= 2.0
        else:
            break
        theta = theta + length * step
        value, slope = _value(theta, rows)
    else:
        reason = "the largest number of steps was reached"
    second = information(theta, rows)
    settled = decrement < 1e-6 and bool(np.isfinite(second).all())
    return Optimum(theta, value, second, slope, decrement, used, settled, reason)


def _first_length(step: Floats) -> float:
    return min(1.0, LONGEST / max(float(np.abs(step).max()), 1e-300))


def _positive_inverse(matrix: Floats) -> Floats:
    """The inverse with eigenvalues turned positive and kept away from zero (of the matrix scaled to a unit diagonal)."""
    if not np.isfinite(matrix).all():
        return np.eye(len(matrix)) * 1e-4
    scale = 1.0 / np.sqrt(np.maximum(np.abs(np.diag(matrix)), 1e-8))
    values, vectors = np.linalg.eigh(matrix * np.outer(scale, scale))
    inverse = (vectors / np.maximum(np.abs(values), 1e-6)) @ vectors.T
    return np.asarray(inverse * np.outer(scale, scale))
