"""Profile-likelihood intervals for standard deviations, correlations and the residual standard deviation.

A bound is where the deviance, all else maximized anew, has risen by the chi-square quantile of its level. The likelihood
is the full one also for REML fits (as lme4's confint). Terms of a block may be put in any order, so the parameter at
hand always comes first: a standard deviation is then one element of the triangle, a correlation one angle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.likelihood.parameters import BlockParameters, lower_factor
from pipeline.multilevel.search.fitting import Fitted
from pipeline.multilevel.search.optimize import minimize

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.multilevel.inference.view import FittedView

# The signed root of the rise must meet its target this closely.
CLOSE = 1e-6
MAX_STEPS = 40
# A search is taken up again, its guess of the curvature forgotten, until that gains no more than this.
RESTARTS, GAIN = 10, 1e-9
# Where a standard deviation (over sigma) is moved to when it stands at zero.
OFF_ZERO = 0.05
# An estimate this near the edge of its range stands on it; a first guess keeps inside it.
AT_EDGE, INSIDE = 1e-9, 1.0 - 1e-9
RESIDUAL = "residual"


@dataclass(frozen=True)
class Target:
    """What is profiled: a standard deviation (`j` None), a correlation (i, j) of a block, or the residual (block -1)."""

    block: int
    i: int
    j: int | None
    group: str
    term_1: str
    term_2: str


def profile(model: FittedView, level: float) -> pd.DataFrame:
    """One row a parameter: group, term_1, term_2, estimate, conf_low, conf_high; sds where term_1 == term_2."""
    import pandas as pd
    from scipy.special import ndtri

    from pipeline.multilevel.inference.comparison import by_ml

    fitted = by_ml(model).fitted
    reach = float(ndtri(0.5 + level / 2))
    shown = parts_of(model)
    rows = []
    for target, estimate in zip(targets(fitted), shown, strict=True):
        curve = Curve(fitted, target)
        rows.append((target.group, target.term_1, target.term_2, estimate, curve.bound(-reach), curve.bound(reach)))
    return pd.DataFrame(rows, columns=["group", "term_1", "term_2", "estimate", "conf_low", "conf_high"])


def parts_of(model: FittedView) -> list[float]:
    """The fit's own standard deviations and correlations, in the order they are profiled in."""
    return [_value(model.fitted, target) for target in targets(model.fitted)]


def targets(fitted: Fitted) -> list[Target]:
    """Every standard deviation and correlation of a model, in the order of its table of variances."""
    out = []
    for b, block in enumerate(fitted.deviance.parameters.blocks):
        group = fitted.design.factors[block.factor].name
        for i, name in enumerate(block.names):
            out.append(Target(b, i, None, group, name, name))
            out.extend(Target(b, i, j, group, name, block.names[j]) for j in range(i + 1, block.width))
    out.append(Target(-1, 0, None, RESIDUAL, "", ""))
    return out


def _value(fitted: Fitted, target: Target) -> float:
    sigma = float(np.sqrt(fitted.optimum.sigma2)) * fitted.design.outcome_scale
    if target.block < 0:
        return sigma
    triangle = fitted.deviance.parameters.raw_triangles(fitted.optimum.theta)[target.block]
    rows = np.linalg.norm(triangle, axis=1)
    if target.j is None:
        return sigma * float(rows[target.i])
    both = rows[target.i] * rows[target.j]
    return float(triangle[target.i] @ triangle[target.j] / both) if both > 0 else float("nan")


class Curve:
    """The deviance along one parameter, all others maximized; in units of the scaled outcome and scaled terms."""

    def __init__(self, fitted: Fitted, target: Target) -> None:
        self.fitted, self.target, self.deviance = fitted, target, fitted.deviance
        self.lowest = fitted.optimum.here.deviance
        self.sigma = float(np.sqrt(fitted.optimum.sigma2))
        self.orders = [np.arange(block.width) for block in self.blocks]
        if target.block >= 0:
            first = [target.i] if target.j is None else [target.i, target.j]
            rest = [k for k in range(self.blocks[target.block].width) if k not in first]
            self.orders[target.block] = np.array(first + rest)
        self.scales = [1.0 / np.linalg.norm(block.back, axis=1) for block in self.blocks]
        self.unit = self._unit()
        self.start = self._free_start()
        self.at_estimate = _value(fitted, target) / self.unit

    @property
    def blocks(self) -> tuple[BlockParameters, ...]:
        """The blocks of random effects."""
        return self.deviance.parameters.blocks

    def _unit(self) -> float:
        """What one unit of the internal parameter is in the units it is reported in."""
        scale = self.fitted.design.outcome_scale
        if self.target.block < 0:
            return scale
        return scale / float(self.scales[self.target.block][self.target.i]) if self.target.j is None else 1.0

    def _triangles(self) -> list[Floats]:
        """The fitted triangles times sigma, of scaled raw terms in the chosen order."""
        out = []
        raw = self.deviance.parameters.raw_triangles(self.fitted.optimum.theta)
        for triangle, order, scale in zip(raw, self.orders, self.scales, strict=True):
            out.append(lower_factor((self.sigma * triangle * scale[:, None])[order]))
        return out

    def _free_start(self) -> Floats:
        """Everything but the profiled parameter, from the estimates: triangles, log sigma, and phi's logit."""
        parts = []
        for b, triangle in enumerate(self._triangles()):
            values = triangle.T[np.triu_indices(len(triangle))]
            parts.append(np.delete(values, self._fixed_position(b)) if b == self.target.block else values)
        tail = [] if self.target.block < 0 else [np.log(self.sigma)]
        extra = [self.fitted.optimum.here.extra] * self.deviance.extra
        return np.concatenate([*parts, tail, extra])

    def _fixed_position(self, b: int) -> int:
        """The element of the block's triangle the profiled parameter stands for: (0, 0), or (1, 1) for an angle."""
        return 0 if self.target.j is None else self.blocks[b].width

    def _lengths_at(self) -> list[int]:
        """Where in the free parameters the two lengths of a profiled correlation stand."""
        begin = sum(block.width * (block.width + 1) // 2 for block in self.blocks[: self.target.block])
        return [begin, begin + 1]

    def _unpacked(self, value: float, free: Floats) -> tuple[list[Floats], float, Floats]:
        """Triangles (times sigma), sigma and the rest from the free parameters."""
        at, triangles = 0, []
        for b, block in enumerate(self.blocks):
            size = block.width * (block.width + 1) // 2
            if b == self.target.block:
                values = np.insert(free[at : at + size - 1], self._fixed_position(b), value)
                at += size - 1
            else:
                values = free[at : at + size]
                at += size
            upper = np.zeros((block.width, block.width))
            upper[np.triu_indices(block.width)] = values
            triangles.append(upper.T)
        if self.target.block < 0:
            return triangles, value, free[at:]
        if self.target.j is not None:
            self._turn(triangles[self.target.block], value)
        return triangles, float(np.exp(free[at])), free[at + 1 :]

    def _turn(self, triangle: Floats, value: float) -> None:
        """A correlation: the second row is a length (kept in its first element) in a fixed direction.

        Lengths count without their sign, or the search could turn the correlation around.
        """
        triangle[0, 0], length = abs(triangle[0, 0]), abs(triangle[1, 0])
        triangle[1, 0], triangle[1, 1] = value * length, np.sqrt(max(1.0 - value * value, 0.0)) * length

    def function(self, value: float) -> Callable[[Floats], tuple[float, Floats]]:
        """The deviance and its gradient in the free parameters, the profiled one at `value`."""

        def evaluate(free: Floats) -> tuple[float, Floats]:
            triangles, sigma, extra = self._unpacked(value, free)
            deviance, gradient = self._evaluate(value, triangles, sigma, extra)
            if self.target.j is not None:
                at = self._lengths_at()
                gradient[at] *= np.where(free[at] < 0, -1.0, 1.0)
            return deviance, gradient

        return evaluate

    def _evaluate(self, value: float, triangles: list[Floats], sigma: float, extra: Floats) -> tuple[float, Floats]:
        deviance, nu = self.deviance, self.deviance.nu
        thetas, maps = [], []
        for block, order, scale, triangle in zip(self.blocks, self.orders, self.scales, triangles, strict=True):
            back = np.linalg.inv(block.back) / scale
            maps.append(back[:, order] / sigma)
            thetas.append(maps[-1] @ triangle)
        here = deviance.at_squares(thetas, extra)
        bars, change = deviance.square_gradients(here, sigma * sigma)
        parts = []
        for b, (bar, change_map, triangle) in enumerate(zip(bars, maps, triangles, strict=True)):
            own = change_map.T @ bar
            if b == self.target.block and self.target.j is not None:
                own[1, 0] = own[1, 0] * value + own[1, 1] * np.sqrt(max(1.0 - value * value, 0.0))
            values = own.T[np.triu_indices(len(triangle))]
            parts.append(np.delete(values, self._fixed_position(b)) if b == self.target.block else values)
        along = -sum(float(np.sum(bar * theta)) for bar, theta in zip(bars, thetas, strict=True))
        in_sigma = along + 2.0 * nu - 2.0 * here.r2 / sigma**2
        total = here.deviance - nu * np.log(here.r2 / nu) - nu + nu * np.log(sigma**2) + here.r2 / sigma**2
        tail = [] if self.target.block < 0 else [in_sigma]
        return float(total), np.concatenate([*parts, tail, change])

    def rise(self, value: float) -> float:
        """The signed root of the rise of the deviance at a value of the profiled parameter."""
        function, stiffness = self.function(value), np.diag(np.full(len(self.start), self._stiffness()))
        found = minimize(function, self.start, stiffness)
        for _ in range(RESTARTS):
            again = minimize(function, self._off_zero(found.x), stiffness)
            gained = found.value - again.value
            found = again if gained > 0 else found
            if gained < GAIN:
                break
        self.start = found.x
        root = np.sqrt(max(found.value - self.lowest, 0.0))
        return float(root if value >= self.at_estimate else -root)

    def _off_zero(self, free: Floats) -> Floats:
        """Standard deviations at zero moved off it: there the gradient vanishes whether or not it is the best."""
        out, at = free.copy(), 0
        for b, block in enumerate(self.blocks):
            places = np.cumsum([0, *range(block.width, 1, -1)])
            if b == self.target.block:
                fixed = self._fixed_position(b)
                places = np.array([place - (place > fixed) for place in places if place != fixed], dtype=np.int64)
            own = at + places
            out[own] = np.where(np.abs(out[own]) < OFF_ZERO * self.sigma, OFF_ZERO * self.sigma, out[own])
            at += block.width * (block.width + 1) // 2 - (b == self.target.block)
        return out

    def _stiffness(self) -> float:
        return 2.0 * min(self.deviance.plan.n_levels) / self.sigma**2

    def bound(self, target: float) -> float:
        """The value at which the signed root meets the target; the edge of the range where it never does."""
        if np.isnan(self.at_estimate):
            return float("nan")
        self.start = self._free_start()
        edge = self._edge(target)
        if abs(self.at_estimate - edge) < AT_EDGE:
            return edge * self.unit
        before = inner = (self.at_estimate, 0.0)
        outer: tuple[float, float] | None = None
        at = self._first(target)
        for _ in range(MAX_STEPS):
            at = min(at, edge) if target > 0 else max(at, edge)
            risen = self.rise(at)
            if abs(risen - target) < CLOSE or (abs(risen) < abs(target) and at == edge):
                break
            if abs(risen) > abs(target):
                outer = (at, risen)
            else:
                before, inner = inner, (at, risen)
            at = _secant(before, inner, outer, target)
        return at * self.unit

    def _edge(self, target: float) -> float:
        if self.target.j is not None:
            return 1.0 if target > 0 else -1.0
        return np.inf if target > 0 else 0.0

    def _first(self, target: float) -> float:
        """A Wald guess: the relative error of a standard deviation from n levels is near 1 / sqrt(2 n)."""
        n = self.deviance.nu if self.target.block < 0 else self.deviance.plan.n_levels[self._factor()]
        if self.target.j is not None:
            return float(np.tanh(np.arctanh(np.clip(self.at_estimate, -INSIDE, INSIDE)) + target / np.sqrt(n)))
        size = max(self.at_estimate, 0.05 * self.sigma)
        return self.at_estimate + size * float(np.expm1(target / np.sqrt(2.0 * n)))

    def _factor(self) -> int:
        return self.blocks[self.target.block].factor


def _secant(
    before: tuple[float, float], inner: tuple[float, float], outer: tuple[float, float] | None, target: float
) -> float:
    """The next guess: between the nearest points on both sides of the target, or onwards while none lies beyond."""
    if outer is not None:
        share = (target - inner[1]) / (outer[1] - inner[1])
        return inner[0] + float(np.clip(share, 0.02, 0.98)) * (outer[0] - inner[0])
    run, rise = inner[0] - before[0], inner[1] - before[1]
    ahead = (target - inner[1]) / rise if rise else 1.0
    return inner[0] + run * min(max(ahead, 0.05), 4.0)
