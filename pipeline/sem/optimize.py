"""The optimizer of factor models: Fisher scoring, then BFGS where that crawls.

Fisher scoring (Newton's method with the expected information, damped until the deviance falls) is done in some ten steps
where the model fits. Near impossible values (residual variances below zero) the expected information is a poor guide; from
there on BFGS builds its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.sem.likelihood import PatternBlock, Point, deviance, evaluate_at
from pipeline.sem.structure import Matrix, Part

FISHER_STEPS = 40
BFGS_STEPS = 300
# The expected fall of the deviance in the next step, relative to the number of vectors: below it nothing printed changes.
CLOSE = 1e-12
ROUNDED = 1e-9  # the same where rounding keeps the deviance from falling at all
FIRST_DAMPING = 1e-3
MOST_DAMPING = 1e8
LEAST_DAMPING = 1e-12
ENOUGH_FALL = 1e-4  # of what the gradient promises (Armijo)
SHORTEST = 1e-12


@dataclass(frozen=True)
class Optimum:
    """Where the optimizer stopped, and why: parameters, deviance, gradient length, steps, converged."""

    theta: Matrix
    deviance: float
    information: Matrix
    gradient: float
    steps: int
    converged: bool


def maximize(starts: Sequence[Matrix], parts: Sequence[Part], blocks: Sequence[PatternBlock]) -> Optimum:
    """The best optimum reached from several starts; `converged` says whether the gradient vanished there."""
    with np.errstate(all="ignore"):  # a parameter may run off; the record says so
        found = [_climb(start, parts, blocks) for start in starts]
    return min(found, key=lambda optimum: (not optimum.converged, optimum.deviance))


def _climb(theta: Matrix, parts: Sequence[Part], blocks: Sequence[PatternBlock]) -> Optimum:
    size, steps, here, promised = sum(block.n for block in blocks), 0, evaluate_at(theta, parts, blocks), np.inf
    try:
        for walk in (_fisher, _bfgs):
            for theta_next, here_next, promised in walk(theta, here, parts, blocks):
                theta, here = theta_next, here_next
                if abs(promised) <= CLOSE * size:
                    return _optimum(theta, here, steps, True)
                steps += 1
    except np.linalg.LinAlgError:  # ran off to where the information is singular
        return _optimum(theta, here, steps, False)
    return _optimum(theta, here, steps, abs(promised) <= ROUNDED * size)


def _fisher(
    theta: Matrix, here: Point, parts: Sequence[Part], blocks: Sequence[PatternBlock]
) -> Iterator[tuple[Matrix, Point, float]]:
    """Points on the way down, each with the fall of the deviance that the next step promises."""
    damping = FIRST_DAMPING
    for _ in range(FISHER_STEPS):
        yield theta, here, float(here.gradient @ _solve(here, LEAST_DAMPING))
        while damping <= MOST_DAMPING:
            candidate = theta - _solve(here, damping)
            if deviance(candidate, parts, blocks) < here.deviance:
                break
            damping *= 10
        else:
            return
        theta, damping = candidate, max(damping / 10, LEAST_DAMPING)
        here = evaluate_at(theta, parts, blocks)


def _bfgs(
    theta: Matrix, here: Point, parts: Sequence[Part], blocks: Sequence[PatternBlock]
) -> Iterator[tuple[Matrix, Point, float]]:
    """As `_fisher`, by BFGS (Nocedal & Wright 2006, eq. 6.17) from the expected information."""
    inverse = np.linalg.pinv(2 * here.information, hermitian=True)
    for _ in range(BFGS_STEPS):
        step = -inverse @ here.gradient
        promised = -float(here.gradient @ step)
        yield theta, here, promised
        length = _line_search(theta, step, here, promised, parts, blocks)
        if length == 0:
            return
        moved = length * step
        ahead = evaluate_at(theta + moved, parts, blocks)
        bent = ahead.gradient - here.gradient
        curvature = float(moved @ bent)
        if curvature > 0:
            left = np.eye(len(theta)) - np.outer(moved, bent) / curvature
            inverse = left @ inverse @ left.T + np.outer(moved, moved) / curvature
        theta, here = theta + moved, ahead


def _line_search(
    theta: Matrix, step: Matrix, here: Point, promised: float, parts: Sequence[Part], blocks: Sequence[PatternBlock]
) -> float:
    """A length that makes the deviance fall enough: halved until it does, doubled while it falls further; 0 if none does."""
    length, value = 1.0, deviance(theta + step, parts, blocks)
    while value >= here.deviance - ENOUGH_FALL * length * promised:
        length /= 2
        if length < SHORTEST:
            return 0.0
        value = deviance(theta + length * step, parts, blocks)
    while length >= 1:
        further = deviance(theta + 2 * length * step, parts, blocks)
        if further >= value:
            break
        length, value = 2 * length, further
    return length


def _solve(here: Point, damping: float) -> Matrix:
    """Half of information^-1 gradient (the deviance is twice the log-likelihood), the diagonal enlarged by `damping`."""
    scale = np.sqrt(np.maximum(np.diag(here.information), np.finfo(float).tiny))
    scaled = here.information / np.outer(scale, scale) + damping * np.eye(len(scale))
    return np.asarray(np.linalg.solve(scaled, here.gradient / scale / 2) / scale)


def _optimum(theta: Matrix, here: Point, steps: int, converged: bool) -> Optimum:
    return Optimum(theta, here.deviance, here.information, float(np.abs(here.gradient).max()), steps, converged)
