"""Interweaving: one column of effects moved with its own row of their covariance, where centred draws hardly move.

Where effects are small against their noise, drawing the covariance given the effects and the effects given the covariance
walks in small steps. Written as s = offset + U beta + tau epsilon (U the other effects, epsilon standard normal), beta is
drawn from the data with epsilon held, then the size of the whole column with its direction held (Yu & Meng 2011; Liu &
Sabatti 2000); then the usual draws go on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipeline.imputation.covariances import HALF_T_DF, RIDGE, Covariance
from pipeline.imputation.draws import cholesky, crossproduct, inverse, product, solve
from pipeline.imputation.records import Floats, Integers

STEPS_OUT = 20  # of the slice, to either side
WIDTH = 1.0  # of the slice, in log tau


@dataclass(frozen=True)
class Beside:
    """What acts as the column does: a value of each group (K x G) times a coefficient (K, drawn anew in place, flat)."""

    values: Floats
    coefficient: Floats


def interweave(
    random: Generator,
    covariance: Covariance,
    effects: Floats,
    place: int,
    known: Floats,
    pull: Floats,
    beside: Beside | None = None,
) -> None:
    """Draw column `place` of `effects` (K x G x q) and its row of the covariance anew, in place.

    The log-likelihood of the column s is sum(pull * s - known * s^2 / 2) given everything else (K x G each). Under
    IW(df, S), S diagonal, tau^2 ~ IG(df / 2, S_j / 2) and beta | tau ~ N(0, tau^2 S_rest^-1), so that beta / tau does not
    depend on tau; under the half-t prior S_j is integrated out. Regressions on yes/no coordinates are rows of pseudo-data
    (see `covariances`). The product of a moderator stands `beside` its slopes: the data tell the sum of the two, so that one
    drawn without the other would hardly move.
    """
    column = _column(covariance, effects, place)
    tau = column.tau
    left = pull - known * (column.offset + column.noise)
    if beside is None:
        beta = _direction(random, covariance, column, column.others, known, left)
    else:
        before = beside.coefficient[:, None] * beside.values
        regressors = np.concatenate([column.others, beside.values[..., None]], axis=2)
        both = _direction(random, covariance, column, regressors, known, left + known * before)
        beta, beside.coefficient[:] = both[:, :-1], both[:, -1, 0]
        pull = pull + known * (before - beside.coefficient[:, None] * beside.values)
    toward = (product(column.others, beta)[..., 0] + column.noise) / tau[:, None]
    linear, quadratic = (toward * (pull - known * column.offset)).sum(axis=1), (known * toward**2).sum(axis=1)
    new = _sizes(random, covariance, column, beta, linear, quadratic)
    effects[:, :, place] = column.offset + new[:, None] * toward
    if covariance.prior.form == "half_t":
        rate = HALF_T_DF / new**2 + 1.0 / covariance.prior.scale**2
        covariance.mixing[:, column.at] = rate / random.gamma((_df(covariance) + 1.0) / 2.0, 1.0, len(new))
    _move(covariance, column, beta * (new / tau)[:, None, None], new)


@dataclass(frozen=True)
class _Column:
    """One column of effects given the others, by chain: s = offset + others beta + noise, noise ~ N(0, tau^2).

    `at`: its place among the coordinates that have a scale; `one`, `two`: the yes/no coordinates, and the others with this
    one last; `own`: the covariance of `two` given `one`; `slope`: their regression on `one`; `pseudo`: rows of pseudo-data.
    """

    at: int
    one: Integers
    two: Integers
    own: Floats
    slope: Floats
    others: Floats
    offset: Floats
    noise: Floats
    tau: Floats
    pseudo: Floats


def _column(covariance: Covariance, effects: Floats, place: int) -> _Column:
    matrix, one = covariance.matrix, np.flatnonzero(covariance.unit)
    scaled = np.flatnonzero(~covariance.unit)
    at = int(np.searchsorted(scaled, place))
    rest = np.delete(scaled, at)
    two = np.append(rest, place)
    own: Floats = matrix[:, two[:, None], two]
    others: Floats = effects[:, :, rest]
    slope: Floats = np.zeros((len(matrix), len(one), len(two)))
    offset: Floats = np.zeros(effects.shape[:2])
    if len(one):
        slope = solve(matrix[:, one[:, None], one], matrix[:, one[:, None], two])
        own = own - slope.mT @ matrix[:, one[:, None], two]
        explained = product(effects[:, :, one], slope)
        others, offset = others - explained[..., :-1], explained[..., -1]
    beta = solve(own[:, :-1, :-1], own[:, :-1, -1:])
    tau = np.sqrt(np.maximum(own[:, -1, -1] - (own[:, -1:, :-1] @ beta)[:, 0, 0], np.finfo(float).tiny))
    noise = effects[:, :, place] - offset - product(others, beta)[..., 0]
    return _Column(at, one, two, own, slope, others, offset, noise, tau, math.sqrt(RIDGE) * slope)


def _sizes(
    random: Generator, covariance: Covariance, column: _Column, beta: Floats, linear: Floats, quadratic: Floats
) -> Floats:
    """The size of the whole column by chain, its direction held: a slice draw of log tau."""
    moving = (column.pseudo[:, :, :-1] @ beta)[..., 0] / column.tau[:, None]
    new = np.empty(len(column.tau))
    for chain, start in enumerate(column.tau):
        size = _Size(
            df=_df(covariance),
            prior=covariance.prior.scale,
            half_t=covariance.prior.form == "half_t",
            fixed=column.pseudo[chain, :, -1],
            moving=moving[chain],
            linear=float(linear[chain]),
            quadratic=float(quadratic[chain]),
        )
        new[chain] = math.exp(_slice(random, math.log(start), size.density))
    return new


def _move(covariance: Covariance, column: _Column, beta: Floats, tau: Floats) -> None:
    """The covariance with the column's row as drawn, in place."""
    one, two, own = column.one, column.two, column.own
    matrix = covariance.matrix
    moved = own.copy()
    moved[:, :-1, -1:] = own[:, :-1, :-1] @ beta
    moved[:, -1, :-1] = moved[:, :-1, -1]
    moved[:, -1, -1] = tau**2 + (moved[:, -1:, :-1] @ beta)[:, 0, 0]
    covariance.matrix = matrix.copy()
    covariance.matrix[:, two[:, None], two] = moved + (column.slope.mT @ matrix[:, one[:, None], two] if len(one) else 0.0)


def stretch(
    random: Generator, covariance: Covariance, effects: Floats, places: Integers, linear: Floats, quadratic: Floats
) -> None:
    """Some columns of effects stretched together with their covariance, in place, by chain: their common size.

    The log-likelihood of a factor alpha is linear alpha - quadratic alpha^2 / 2. The half-t prior's scales stretch along, so
    that the inverse Wishart does not change (Liu & Sabatti 2000). No column may be of a yes/no.
    """
    number, chains = len(places), len(effects)
    half_t, prior = covariance.prior.form == "half_t", covariance.prior.scale
    power = float(number) if half_t else -number * _df(covariance)
    shrink, grow = np.zeros(chains), np.zeros(chains)
    if half_t:
        grow = np.sum(1.0 / covariance.mixing[:, places], axis=1) / prior**2
    else:
        shrink = prior * inverse(covariance.matrix)[:, places, places].sum(axis=1) / 2.0
    factor = np.ones(chains)
    for chain in range(chains):
        density = _stretching(power, float(shrink[chain]), float(grow[chain]), float(linear[chain]), float(quadratic[chain]))
        factor[chain] = math.exp(_slice(random, 0.0, density))
    scale = np.ones(covariance.matrix.shape[:2])
    scale[:, places] = factor[:, None]
    effects[:, :, places] *= factor[:, None, None]
    covariance.matrix = covariance.matrix * (scale[:, :, None] * scale[:, None, :])
    if half_t:
        covariance.mixing[:, places] /= factor[:, None] ** 2


def _stretching(power: float, shrink: float, grow: float, linear: float, quadratic: float) -> Callable[[float], float]:
    def density(log: float) -> float:
        factor = math.exp(log)
        square = factor * factor
        return power * log - shrink / square - grow * square + linear * factor - quadratic * square / 2.0

    return density


def _direction(
    random: Generator, covariance: Covariance, column: _Column, regressors: Floats, known: Floats, pull: Floats
) -> Floats:
    """The regression of the column on the other effects (K x others x 1), with what is left of it held.

    A regressor more than there are other effects has a flat prior, and nothing to do with the pseudo-data.
    """
    tau, pseudo = column.tau, column.pseudo
    half_t = covariance.prior.form == "half_t"
    scale = 2.0 * HALF_T_DF / covariance.mixing if half_t else np.full(covariance.mixing.shape, covariance.prior.scale)
    own = scale.shape[1] - 1
    prior = np.zeros((len(tau), regressors.shape[2], regressors.shape[2]))
    prior[:, :own, :own] = np.delete(scale, column.at, axis=1)[:, :, None] * np.eye(own)
    right = crossproduct(regressors, pull[..., None])
    if pseudo.shape[1]:
        prior[:, :own, :own] += pseudo[:, :, :-1].mT @ pseudo[:, :, :-1]
        right[:, :own] += pseudo[:, :, :-1].mT @ pseudo[:, :, -1:] / tau[:, None, None] ** 2
    precision = prior / tau[:, None, None] ** 2 + crossproduct(regressors, known[..., None] * regressors)
    lower = cholesky(precision)
    noise = random.standard_normal(right.shape)
    return np.asarray(solve(lower.mT, solve(lower, right) + noise))


def _df(covariance: Covariance) -> float:
    size = int((~covariance.unit).sum())
    return HALF_T_DF + size - 1.0 if covariance.prior.form == "half_t" else float(size)


@dataclass(frozen=True)
class _Size:
    """The log density of log tau: prior, pseudo-data, likelihood."""

    df: float
    prior: float
    half_t: bool
    fixed: Floats
    moving: Floats
    linear: float
    quadratic: float

    def density(self, log_tau: float) -> float:
        tau = math.exp(log_tau)
        found = -self.df * log_tau + self.linear * tau - self.quadratic * tau * tau / 2.0
        if self.half_t:
            found -= (self.df + 1.0) / 2.0 * math.log(HALF_T_DF / tau**2 + 1.0 / self.prior**2)
        else:
            found -= self.prior / (2.0 * tau * tau)
        if len(self.fixed):
            apart = self.fixed - tau * self.moving
            found -= len(apart) * log_tau + float(apart @ apart) / (2.0 * tau * tau)
        return found


def _slice(random: Generator, start: float, density: Callable[[float], float]) -> float:
    """One slice draw of a logarithm (Neal 2003, stepping out and shrinkage)."""
    level = density(start) - random.exponential()
    low = start - WIDTH * random.random()
    high = low + WIDTH
    for _ in range(STEPS_OUT):
        if density(low) <= level:
            break
        low -= WIDTH
    for _ in range(STEPS_OUT):
        if density(high) <= level:
            break
        high += WIDTH
    while True:
        drawn = low + (high - low) * random.random()
        if density(drawn) >= level:
            return drawn
        low, high = (drawn, high) if drawn < start else (low, drawn)
