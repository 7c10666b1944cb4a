"""Minimize a smooth function with its gradient: a quasi-Newton method in a trust region, then Newton to finish.

The deviance is smooth and even across every boundary (a zero variance), so no bounds are needed and a boundary that is
not the optimum shows as a negative curvature, which the trust region follows. The model of the curvature is updated by
the symmetric rank-one formula (Nocedal & Wright 2006, section 6.2 and algorithm 6.2), which can become indefinite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design.segments import Floats

Function = Callable[[Floats], tuple[float, Floats]]
Ends = Callable[[Floats, float, Floats], bool]  # of a point, its value and its gradient

MAX_EVALUATIONS = 500
# The decrease a further quadratic step could bring: far below the 1e-6 to which deviances are compared.
ENOUGH = 1e-9
# Steps below that, and the gradient (beside the curvature) at which they end.
POLISHING = 4
VANISHED = 1e-9
ENDED = "led to an optimum that is known"


@dataclass(frozen=True)
class OptimizerSummary:
    """How the optimizer went: name, theta and deviance at start and end, evaluations, and why it stopped."""

    name: str
    start: tuple[float, ...]
    end: tuple[float, ...]
    start_deviance: float
    end_deviance: float
    gradient: float
    evaluations: int
    starts: int
    reason: str


@dataclass
class Point:
    """A point with its value, gradient and the current model of the curvature."""

    x: Floats
    value: float
    gradient: Floats
    curvature: Floats
    evaluations: int = 0
    reason: str = ""
    first: float = np.nan


def trust_region_step(gradient: Floats, curvature: Floats, radius: float) -> tuple[Floats, float]:
    """The minimizer of g's + s'Bs/2 with |s| <= radius, and the decrease it promises (More & Sorensen 1983)."""
    values, vectors = np.linalg.eigh(curvature)
    along = vectors.T @ gradient
    floor = max(-values[0], 0.0)
    tiny = 1e-10 * max(1.0, float(np.abs(values).max()))
    step = _shifted(values, along, 0.0) if values[0] > tiny else None
    if step is None or np.linalg.norm(step) > radius:
        step = _on_radius(values, along, floor + tiny, radius)
    decrease = -float(along @ step + 0.5 * (values * step) @ step)
    return vectors @ step, decrease


def _shifted(values: Floats, along: Floats, shift: float) -> Floats:
    return -along / (values + shift)


def _on_radius(values: Floats, along: Floats, shift: float, radius: float) -> Floats:
    """Find the shift whose step has the length of the radius; in the hard case go on along the lowest curvature."""
    step = _shifted(values, along, shift)
    length = float(np.linalg.norm(step))
    if length < radius:
        rest = np.sqrt(max(radius**2 - length**2, 0.0))
        step[0] += rest if step[0] >= 0 else -rest
        return step
    for _ in range(60):
        slope = float((step * step) @ (1.0 / (values + shift)))
        shift += (length**2 / slope) * (length - radius) / radius
        step = _shifted(values, along, shift)
        length = float(np.linalg.norm(step))
        if abs(length - radius) < 1e-3 * radius:
            break
    return step


def minimize(function: Function, x: Floats, curvature: Floats, *, radius: float = 0.5, ends: Ends | None = None) -> Point:
    """Quasi-Newton from x with a first guess of the curvature [k, k]; x in units where steps of `radius` are sane.

    As soon as `ends` says of a point that the search need not go on from there, it stops there (reason `ENDED`).
    """
    value, gradient = function(x)
    here = Point(x, value, gradient, curvature, 1, first=value)
    while here.evaluations < MAX_EVALUATIONS:
        if ends is not None and ends(here.x, here.value, here.gradient):
            here.reason = ENDED
            return here
        step, promised = trust_region_step(here.gradient, here.curvature, radius)
        if promised < ENOUGH:
            _polish(function, here)
            here.reason = "gradient vanishes"
            return here
        value, gradient = function(here.x + step)
        here.evaluations += 1
        radius = _move(here, step, promised, value, gradient, radius)
        if radius < 1e-9:
            here.reason = "no further decrease"
            return here
    here.reason = f"stopped at {MAX_EVALUATIONS} evaluations"
    return here


def _polish(function: Function, here: Point) -> None:
    """Last steps too small to show in the value: taken while they shrink the gradient."""
    for _ in range(POLISHING):
        step, _ = trust_region_step(here.gradient, here.curvature, 1e-2)
        value, gradient = function(here.x + step)
        here.evaluations += 1
        if not np.linalg.norm(gradient) < 0.5 * np.linalg.norm(here.gradient) or value > here.value + ENOUGH:
            return
        _learn(here, step, gradient)
        here.x, here.value, here.gradient = here.x + step, value, gradient
        if np.abs(gradient).max() < VANISHED * np.abs(here.curvature).max():
            return


def _learn(here: Point, step: Floats, gradient: Floats) -> None:
    """The symmetric rank-one update of the curvature."""
    missed = gradient - here.gradient - here.curvature @ step
    across = float(missed @ step)
    if abs(across) > 1e-8 * float(np.linalg.norm(step) * np.linalg.norm(missed)):
        here.curvature = here.curvature + np.outer(missed, missed) / across


def _move(here: Point, step: Floats, promised: float, value: float, gradient: Floats, radius: float) -> float:
    """Update the curvature, accept the step when it helps, and return the new radius."""
    length = float(np.linalg.norm(step))
    if not np.isfinite(value) or not np.isfinite(gradient).all():
        return 0.25 * length
    _learn(here, step, gradient)
    ratio = (here.value - value) / promised
    if value < here.value:
        here.x, here.value, here.gradient = here.x + step, value, gradient
    if ratio < 0.1:
        return 0.25 * length
    return max(radius, 2.0 * length) if ratio > 0.75 else radius
