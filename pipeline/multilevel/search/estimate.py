"""Find the optimum of a deviance, prove it with a Hessian, and keep what inference needs.

Every fit ends with the Hessian in (theta, sigma) from differences of exact gradients. It finishes the optimum with a
Newton step, shows a boundary or saddle that is none (negative curvature: the search goes on along it), and is the
information matrix Satterthwaite's method asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.likelihood.deviance import Deviance, Evaluation
from pipeline.multilevel.likelihood.parameters import BlockParameters, Mask
from pipeline.multilevel.search.optimize import ENDED, ENOUGH, Ends, OptimizerSummary, Point, minimize, trust_region_step

# Difference step as a share of the length over which the deviance bends: truncation 1e-7, rounding 1e-9.
STEP = 3e-4
# Below this many rows a fit is so cheap that it is started from several points.
SMALL = 500
# Factors of up to so many levels may take each other's place, so that there are several optima.
FEW = 100
# Sizes at which a standard deviation of theirs at zero is tried again, beside the one by moments, which leaves nothing to
# others; sizes beside a rival that gives way, and what may be left of it; how much more others may give than is promised.
SIZES, INSTEAD, LEFT = (0.6, 1.0, 1.6, 2.5), (1.2, 1.9), (0.4, 0.15)
GIVE = 2.0
ROUNDS = 8
# Curvatures below this share of the largest cannot be told from zero by differences.
FLAT = 1e-6
# A last step longer than this share of the bending length asks for the Hessian to be taken anew.
CLOSE = 1e-6
# The longest and the number of ever shorter steps tried along a direction that curves downwards.
LONGEST, HALVINGS = 0.5, 13
# A relative standard deviation this small is tried at zero.
NEAR = 1e-3
# A relative standard deviation that is rounding of zero.
NOTHING = 1e-9
# A point in the basin of a known optimum: this near (in deviance, and beside the bending length), this alike its parabola.
BASIN, ALIKE = 0.2, 0.1


@dataclass(frozen=True)
class Information:
    """Second derivatives at the optimum: of the deviance in (theta, sigma), and of vcov(beta) by each of them.

    `hessian` [k+1, k+1]; `jacobian` [k+1, p, p] in base coordinates; `profiled` [k, k] the Hessian in theta alone.
    """

    hessian: Floats
    jacobian: Floats
    profiled: Floats


@dataclass(frozen=True)
class Optimum:
    """The estimate of theta, the evaluation there, its information and how it was found."""

    theta: Floats
    here: Evaluation
    sigma2: float
    information: Information
    converged: bool
    record: OptimizerSummary


def optimum(
    deviance: Deviance, start: Floats | None = None, curvature: Floats | None = None, *, only: bool = False
) -> Optimum:
    """The minimum of the deviance, begun at `start` where one is given; elsewhere too unless `only` from there.

    Few rows may leave several optima. So may few levels that compete for the same variance: then one of them often ends
    at zero, and the search is begun again where `_elsewhere` says that a lower optimum may lie.
    """
    starts = deviance.starts(many=deviance.n <= SMALL) if start is None else [start]
    found = [_from(deviance, starts[0], curvature)]
    others = starts[1:]
    if not others and not only:
        others = _elsewhere(deviance, found[0])
    for one in others:
        point = minimize(deviance.value_and_gradient, one, _guess(deviance, one), ends=_near_any(deviance, found))
        if point.reason != ENDED:
            found.append(_proven(deviance, one, point))
    best = min(found, key=lambda one: one.here.deviance)
    chosen = next(one for one in found if one.here.deviance < best.here.deviance + ENOUGH)
    return replace(chosen, record=replace(chosen.record, evaluations=deviance.evaluations, starts=1 + len(others)))


def _elsewhere(deviance: Deviance, found: Optimum) -> list[Floats]:
    """Points where a lower optimum may lie, each with another standard deviation that came to rest at zero taken up again.

    The Hessian at a zero tells of small sizes only. The profile over larger ones, a rival as it is or made smaller, is
    followed by one Newton step of all others with their curvature at the optimum: where it comes down again, even if they
    give `GIVE` times what the step promises, a search is worth its while.
    """
    points = []
    for place, rivals in _contested(deviance, found.theta):
        lowest = found.here.deviance
        best: Floats | None = None
        for point, rest in _taken_up(deviance, found.theta, place, rivals):
            value, gradient = deviance.value_and_gradient(point)
            step, promised = np.zeros(0), 0.0
            if rest.any():
                curvature = found.information.profiled[np.ix_(rest, rest)]
                step, promised = trust_region_step(gradient[rest], curvature, LONGEST)
            if value - GIVE * promised < lowest:
                lowest = value - GIVE * promised
                best = point.copy()
                best[rest] += step
        points += [] if best is None else [best]
    return points


def _contested(deviance: Deviance, theta: Floats) -> list[tuple[int, list[Mask]]]:
    """The standard deviations of few levels that came to rest at zero beside others, and where their rivals stand in theta.

    A rival is the same term of another factor of few levels, as far as it is not zero itself.
    """
    blocks = [one for one in deviance.parameters.blocks if deviance.plan.n_levels[one.factor] <= FEW]
    found = []
    for block in blocks if deviance.size > 1 else []:
        for place, row in zip(range(block.where.start, block.where.stop), block.free[1], strict=True):
            if theta[place] != 0 or not deviance.parameters.diagonal()[place]:
                continue
            others = [_row(deviance, one, block.names[row]) for one in blocks if one.factor != block.factor]
            found.append((place, [mask for mask in others if theta[mask].any()]))
    return found


def _row(deviance: Deviance, block: BlockParameters, term: str) -> Mask:
    """Where the size of a term stands in theta: its row of the block's triangle."""
    mask = np.zeros(deviance.size, dtype=bool)
    if term in block.names:
        mask[block.where] = block.free[1] == block.names.index(term)
    return mask


def _taken_up(deviance: Deviance, theta: Floats, place: int, rivals: Sequence[Mask]) -> Iterator[tuple[Floats, Mask]]:
    """Theta with one element at larger sizes, the others as they are and with each rival smaller; and what else there is."""
    rest = np.arange(deviance.size) != place
    for size in SIZES:
        point = theta.copy()
        point[place] = size * deviance.by_moments()[place]
        yield point, rest
    for rival in rivals:
        for size in INSTEAD:
            for left in LEFT:
                point = np.where(rival, left * theta, theta)
                point[place] = size * float(np.linalg.norm(theta[rival]))
                yield point, rest & ~rival


def _near_any(deviance: Deviance, found: Sequence[Optimum]) -> Ends:
    """Whether a point lies in the basin of an optimum known already, to which a further search would only lead again.

    It does where value and gradient are those of that optimum's parabola, and the way there is short beside the length
    over which the deviance bends. Of equal optima the first found counts, so that nothing is lost by not going there.
    """

    def ends(x: Floats, value: float, gradient: Floats) -> bool:
        theta = deviance.normal(x)
        signs = np.where(theta * x < 0, -1.0, 1.0)
        return any(_in_basin(deviance, one, theta, value, signs * gradient) for one in found if one.converged)

    return ends


def _in_basin(deviance: Deviance, known: Optimum, theta: Floats, value: float, gradient: Floats) -> bool:
    above, way = value - known.here.deviance, theta - known.theta
    if not -ENOUGH < above < BASIN or (np.abs(way) > BASIN * deviance.lengths(known.theta)).any():
        return False
    slope = known.information.profiled @ way
    rise = 0.5 * float(way @ slope)
    rest = float(np.linalg.norm(gradient - slope))
    return abs(above - rise) < ALIKE * rise + ENOUGH and rest < ALIKE * float(np.linalg.norm(slope))


def _from(deviance: Deviance, start: Floats, curvature: Floats | None) -> Optimum:
    guess = _guess(deviance, start) if curvature is None else curvature
    return _proven(deviance, start, minimize(deviance.value_and_gradient, start, guess))


def _guess(deviance: Deviance, start: Floats) -> Floats:
    return np.diag(deviance.stiffness(start))


def _proven(deviance: Deviance, start: Floats, first: Point) -> Optimum:
    """The optimum a search came to, proven by its Hessian; where that shows a way down, the search goes on."""
    point = first
    for _ in range(ROUNDS):
        settled = _snapped(deviance, point)
        if not np.array_equal(settled, point.x):
            point = replace(point, x=settled)
            point.value, point.gradient = deviance.value_and_gradient(settled)
        information = differentiate(deviance, point.x)
        below = _way_down(deviance, point, information.profiled)
        upward = _upward(information.profiled)
        if below is None:
            information = replace(information, profiled=upward)
            _, promised = trust_region_step(point.gradient, upward, 0.5)
            if promised < 10 * ENOUGH:
                break
        point = minimize(deviance.value_and_gradient, point.x if below is None else below, upward, radius=0.1)
    return _finished(deviance, start, first.first, point, information)


def _way_down(deviance: Deviance, point: Point, profiled: Floats) -> Floats | None:
    """A lower point along the direction that curves downwards most; None where none does, or only by rounding.

    Beside a boundary the deviance may curve downwards over a short way only: a long step overshoots, and the curvature
    learned from it hides the way down.
    """
    values, vectors = np.linalg.eigh(profiled)
    if values[0] >= 0:
        return None
    lowest, found = point.value - ENOUGH, None
    for length in LONGEST * 0.5 ** np.arange(HALVINGS):
        before = lowest
        for trial in (point.x + length * vectors[:, 0], point.x - length * vectors[:, 0]):
            there = deviance.at(trial).deviance
            if there < lowest:
                lowest, found = there, trial
        if found is not None and lowest == before:
            break
    return found


def _upward(profiled: Floats) -> Floats:
    """The same curvatures, all counted upwards."""
    values, vectors = np.linalg.eigh(profiled)
    if values[0] >= 0:
        return profiled
    upward: Floats = (vectors * np.abs(values)) @ vectors.T
    return upward


def _snapped(deviance: Deviance, point: Point) -> Floats:
    """Set standard deviations that came to rest beside zero to zero where that is no worse; make the signs normal."""
    theta = deviance.normal(point.x)
    value = point.value
    even = np.flatnonzero(deviance.even())
    for i in even[np.abs(theta[even]) < NEAR]:
        trial = theta.copy()
        trial[i] = 0.0
        there = deviance.at(trial).deviance
        if there <= value + ENOUGH:
            theta, value = trial, min(value, there)
    return theta


def differentiate(deviance: Deviance, theta: Floats) -> Information:
    """The Hessian in (theta, sigma) and the Jacobian of vcov(beta), by central differences of exact gradients."""
    sigma2, _, inverse, _ = _slopes(deviance, theta, None)
    k, p = len(theta), deviance.p
    steps = STEP * deviance.lengths(theta)
    hessian, jacobian = np.empty((k + 1, k + 1)), np.empty((k + 1, p, p))
    for i, step in enumerate(steps):
        offset = np.zeros(k)
        offset[i] = step
        _, r2_ahead, ahead, up = _slopes(deviance, theta + offset, sigma2)
        _, r2_behind, behind, down = _slopes(deviance, theta - offset, sigma2)
        hessian[i, :k] = (up - down) / (2 * step)
        hessian[i, k] = hessian[k, i] = -2.0 * sigma2**-1.5 * (r2_ahead - r2_behind) / (2 * step)
        jacobian[i] = sigma2 * (ahead - behind) / (2 * step)
    hessian[:k, :k] = 0.5 * (hessian[:k, :k] + hessian[:k, :k].T)
    hessian[k, k] = 4.0 * deviance.nu / sigma2
    jacobian[k] = 2.0 * np.sqrt(sigma2) * inverse
    profiled = _firm(hessian[:k, :k] - np.outer(hessian[:k, k], hessian[:k, k]) / hessian[k, k])
    return Information(hessian, jacobian, profiled)


def _slopes(deviance: Deviance, theta: Floats, sigma2: float | None) -> tuple[float, float, Floats, Floats]:
    """sigma2, r2, (X'V^-1 X)^-1 and, at sigma2 fixed, the gradient at theta; the evaluation itself is not kept."""
    here = deviance.at(theta)
    gradient = np.empty(0) if sigma2 is None else deviance.gradient(here, sigma2)
    return here.r2 / deviance.nu, here.r2, here.inverse, gradient


def _firm(hessian: Floats) -> Floats:
    """Curvatures that are rounding beside the largest count as slightly upward: a ridge is not a way down."""
    values, vectors = np.linalg.eigh(hessian)
    least = FLAT * float(np.abs(values).max())
    firm: Floats = (vectors * np.where(np.abs(values) < least, least, values)) @ vectors.T
    return firm


def _finished(deviance: Deviance, start: Floats, first: float, point: Point, information: Information) -> Optimum:
    """One Newton step from the last point leaves an error of the order of the last one squared."""
    step, promised = trust_region_step(point.gradient, information.profiled, 0.5)
    theta = point.x
    moved = deviance.normal(point.x + step)
    moved = np.where(np.abs(moved) < NOTHING, 0.0, moved)
    if deviance.at(moved).deviance <= point.value + ENOUGH:
        shares = np.abs(step) / deviance.lengths(theta)
        theta = moved
        if shares.max() > CLOSE:
            information = differentiate(deviance, theta)
    here = deviance.at(theta)
    converged = promised < 100 * ENOUGH
    record = OptimizerSummary(
        name="trust region, symmetric rank one, Newton finish",
        start=tuple(float(value) for value in start),
        end=tuple(float(value) for value in theta),
        start_deviance=first,
        end_deviance=here.deviance,
        gradient=float(np.abs(point.gradient).max()),
        evaluations=deviance.evaluations,
        starts=1,
        reason=point.reason if converged else f"{point.reason}; a further decrease is still promised",
    )
    return Optimum(theta, here, here.r2 / deviance.nu, information, converged, record)
