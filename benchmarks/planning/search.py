"""Many minima side by side: the engine's search (symmetric rank one in a trust region), a row an outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.planning.likelihood import CLIENT, COLUMN, DIAGONAL, WORKER, Evaluation, Floats, Integers, Sums, evaluate

Flags = NDArray[np.bool_]
ENOUGH, SMALLEST, MOST = 1e-10, 1e-9, 200  # promised decrease; radius; evaluations
POLISHING = 4
NEAR = 1e-3  # a standard deviation this small is tried at zero
STEP = 1e-4  # of differences, beside the length over which the deviance bends


@dataclass
class Points:
    """Where every outcome's search stands: theta and gradient [b, 9], deviance [b], curvature [b, 9, 9]."""

    theta: Floats
    deviance: Floats
    gradient: Floats
    curvature: Floats


def minimize(sums: Sums, start: Floats, curvature: Floats, free: Flags) -> Points:
    """From `start` [b, 9] with guesses of the curvature [b, 9, 9]; only the `free` elements [9] of theta move."""
    where = np.flatnonzero(free)
    first = evaluate(sums, start)
    b = len(start)
    here = Points(start.copy(), first.deviance, first.gradient[:, where], curvature[:, where][:, :, where].copy())
    radius, left, polish = np.full(b, 0.5), np.arange(b), np.full(b, POLISHING)
    for _ in range(MOST):
        if not len(left) or not len(where):
            break
        step, promised = _steps(here.gradient[left], here.curvature[left], radius[left])
        trial = here.theta[left]
        trial[:, where] += step
        there = evaluate(sums.of_outcomes(left), trial)
        gradient = there.gradient[:, where]
        last = promised < ENOUGH
        value = there.deviance
        sane = np.isfinite(value) & np.isfinite(gradient).all(axis=1)
        _learn(here, left[sane], step[sane], gradient[sane])
        smaller = np.linalg.norm(gradient, axis=1) < 0.5 * np.linalg.norm(here.gradient[left], axis=1)
        better = sane & np.where(last, smaller & (value < here.deviance[left] + ENOUGH), value < here.deviance[left])
        ratio = (here.deviance[left] - value) / np.maximum(promised, 1e-300)
        length = np.linalg.norm(step, axis=1)
        longer = np.where(ratio > 0.75, np.maximum(radius[left], 2 * length), radius[left])
        radius[left] = np.where(last, radius[left], np.where(~sane | (ratio < 0.1), 0.25 * length, longer))
        moved = left[better]
        here.theta[moved], here.deviance[moved], here.gradient[moved] = trial[better], value[better], gradient[better]
        polish[left[last]] -= 1
        ended = (last & (~smaller | (polish[left] <= 0))) | (radius[left] < SMALLEST)
        left = left[~ended]
    whole = np.tile(np.eye(9), (b, 1, 1))
    whole[:, where[:, None], where] = here.curvature
    return replace(here, curvature=whole)


def _learn(here: Points, rows: Integers, step: Floats, gradient: Floats) -> None:
    """The symmetric rank-one update of the curvature."""
    missed = gradient - here.gradient[rows] - np.einsum("bij,bj->bi", here.curvature[rows], step)
    across = np.einsum("bi,bi->b", missed, step)
    told = np.abs(across) > 1e-8 * np.linalg.norm(step, axis=1) * np.linalg.norm(missed, axis=1)
    update = missed[told][:, :, None] * missed[told][:, None, :] / across[told][:, None, None]
    here.curvature[rows[told]] += update


def _steps(gradient: Floats, curvature: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """The minimizers of g's + s'Bs/2 with |s| <= radius, and the decrease they promise (More & Sorensen 1983)."""
    values, vectors = np.linalg.eigh(curvature)
    along = np.einsum("bji,bj->bi", vectors, gradient)
    tiny = 1e-10 * np.maximum(1.0, np.abs(values).max(axis=1))
    inside = values[:, 0] > tiny
    step = -along / np.where(inside[:, None], values, 1.0)
    beyond = ~inside | (np.linalg.norm(step, axis=1) > radius)
    shift = np.maximum(-values[:, 0], 0.0) + tiny
    for _ in range(60):
        if not beyond.any():
            break
        own = values[beyond] + shift[beyond][:, None]
        step[beyond] = -along[beyond] / own
        length = np.linalg.norm(step[beyond], axis=1)
        short = length < radius[beyond]
        hard = short & (shift[beyond] <= np.maximum(-values[beyond, 0], 0.0) + 1.001 * tiny[beyond])
        slope = ((step[beyond] ** 2) / own).sum(axis=1)
        change = length**2 / np.maximum(slope, 1e-300) * (length - radius[beyond]) / radius[beyond]
        at = np.flatnonzero(beyond)
        rest = np.sqrt(np.maximum(radius[at] ** 2 - length**2, 0.0))
        step[at[hard], 0] += np.where(step[at[hard], 0] >= 0.0, rest[hard], -rest[hard])
        done = hard | (np.abs(length - radius[at]) < 1e-3 * radius[at])
        shift[at[~done]] += change[~done]
        beyond[at[done]] = False
    decrease = -((along + 0.5 * values * step) * step).sum(axis=1)
    return np.einsum("bij,bj->bi", vectors, step), decrease


def settled(sums: Sums, theta: Floats, free: Flags) -> Floats:
    """Signs made normal, and standard deviations that came to rest beside zero set to zero where that is no worse."""
    found = theta.copy()
    for block in (CLIENT, WORKER):
        for diagonal in block[DIAGONAL[block]]:
            column = block[COLUMN[block] == COLUMN[diagonal]]
            found[:, column] *= np.where(found[:, diagonal] < 0.0, -1.0, 1.0)[:, None]
    value = evaluate(sums, found).deviance
    for diagonal in np.flatnonzero(DIAGONAL & free):
        near = np.flatnonzero((np.abs(found[:, diagonal]) < NEAR) & (found[:, diagonal] != 0.0))
        if not len(near):
            continue
        trial = found[near].copy()
        trial[:, diagonal] = 0.0
        there = evaluate(sums.of_outcomes(near), trial).deviance
        good = there <= value[near] + 1e-9
        found[near[good]], value[near[good]] = trial[good], np.minimum(there[good], value[near[good]])
    return found


@dataclass(frozen=True)
class Curved:
    """Second derivatives in (theta, sigma): `hessian` [b, k + 1, k + 1] of the deviance, `jacobian` [b, k + 1] of the tested
    number's variance, `profiled` [b, k, k]; k free elements."""

    hessian: Floats
    jacobian: Floats
    profiled: Floats


def differentiate(sums: Sums, theta: Floats, free: Flags) -> Curved:
    """Central differences of exact gradients, as the engine takes them."""
    where = np.flatnonzero(free)
    k, here = len(where), evaluate(sums, theta)
    sigma2 = here.sigma2
    hessian, jacobian = np.empty((len(theta), k + 1, k + 1)), np.empty((len(theta), k + 1))
    for i, element in enumerate(where):
        offset = np.zeros(9)
        offset[element] = STEP
        ahead, behind = evaluate(sums, theta + offset), evaluate(sums, theta - offset)
        up, down = (one.trace - one.square / sigma2[:, None] for one in (ahead, behind))
        hessian[:, i, :k] = (up - down)[:, where] / (2 * STEP)
        hessian[:, i, k] = hessian[:, k, i] = -2.0 * sigma2**-1.5 * (ahead.left - behind.left) / (2 * STEP)
        jacobian[:, i] = sigma2 * (ahead.variance - behind.variance) / (2 * STEP)
    hessian[:, :k, :k] = 0.5 * (hessian[:, :k, :k] + np.swapaxes(hessian[:, :k, :k], 1, 2))
    hessian[:, k, k] = 4.0 * sums.nu / sigma2
    jacobian[:, k] = 2.0 * np.sqrt(sigma2) * here.variance
    across = hessian[:, :k, k]
    profiled = hessian[:, :k, :k] - across[:, :, None] * across[:, None, :] / hessian[:, k, k][:, None, None]
    return Curved(hessian, jacobian, profiled)


def finished(sums: Sums, theta: Floats, free: Flags) -> tuple[Floats, Evaluation, Curved, Flags]:
    """A last Newton step; theta, the evaluation there, its derivatives, and whether it is a minimum beyond doubt."""
    where = np.flatnonzero(free)
    curved, here = differentiate(sums, theta, free), evaluate(sums, theta)
    values, vectors = np.linalg.eigh(curved.profiled)
    least = 1e-6 * np.abs(values).max(axis=1, initial=1e-300)
    firm = np.where(np.abs(values) < least[:, None], least[:, None], values)
    along = np.einsum("bji,bj->bi", vectors, here.gradient[:, where])
    promised = 0.5 * (along**2 / np.abs(firm)).sum(axis=1)
    sure = (values.min(axis=1, initial=np.inf) > -least) & (promised < 1e-7)
    moved = theta.copy()
    moved[:, where] -= np.einsum("bij,bj->bi", vectors, along / np.abs(firm))
    there = evaluate(sums, moved)
    good = sure & (there.deviance <= here.deviance + 1e-9)
    theta = np.where(good[:, None], moved, theta)
    return theta, evaluate(sums, theta), curved, sure
