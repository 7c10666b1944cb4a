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
from pipeline.imputation.records import Floats, Integers

STEPS_OUT = 20  # of the slice, to either side
WIDTH = 1.0  # of the slice, in log tau


def interweave(random: Generator, covariance: Covariance, effects: Floats, place: int, known: Floats, pull: Floats) -> None:
    """Draw column `place` of `effects` and its row of the covariance anew, in place.

    The log-likelihood of the column s is sum(pull * s - known * s^2 / 2) given everything else. Under IW(df, S), S diagonal,
    tau^2 ~ IG(df / 2, S_j / 2) and beta | tau ~ N(0, tau^2 S_rest^-1), so that beta / tau does not depend on tau; under the
    half-t prior S_j is integrated out. Regressions on yes/no coordinates are rows of pseudo-data (see `covariances`).
    """
    matrix, one = covariance.matrix, np.flatnonzero(covariance.unit)
    scaled = np.flatnonzero(~covariance.unit)
    at = int(np.searchsorted(scaled, place))
    rest = np.delete(scaled, at)
    two = np.append(rest, place)
    latent = matrix[np.ix_(one, one)]
    slope = np.linalg.solve(latent, matrix[np.ix_(one, two)]) if len(one) else np.zeros((0, len(two)))
    left = matrix[np.ix_(two, two)] - slope.T @ latent @ slope
    others, offset = effects[:, rest] - effects[:, one] @ slope[:, :-1], effects[:, one] @ slope[:, -1]
    beta = np.linalg.solve(left[:-1, :-1], left[:-1, -1])
    tau = math.sqrt(max(float(left[-1, -1] - left[:-1, -1] @ beta), np.finfo(float).tiny))
    noise = effects[:, place] - offset - others @ beta
    pseudo = math.sqrt(RIDGE) * slope
    beta = _direction(random, covariance, at, tau, others, known, pull - known * (offset + noise), pseudo)
    toward = (others @ beta + noise) / tau
    size = _Size(
        df=_df(covariance),
        prior=covariance.prior.scale,
        half_t=covariance.prior.form == "half_t",
        fixed=pseudo[:, -1],
        moving=pseudo[:, :-1] @ beta / tau,
        linear=float(toward @ (pull - known * offset)),
        quadratic=float(known @ toward**2),
    )
    new = math.exp(_slice(random, math.log(tau), size.density))
    effects[:, place] = offset + new * toward
    if size.half_t:
        rate = HALF_T_DF / new**2 + 1.0 / size.prior**2
        covariance.mixing[at] = rate / random.gamma((size.df + 1.0) / 2.0)
    cross = left[:-1, :-1] @ beta * (new / tau)
    left[:-1, -1] = left[-1, :-1] = cross
    left[-1, -1] = new**2 + beta @ cross * (new / tau)
    covariance.matrix = matrix.copy()
    covariance.matrix[np.ix_(two, two)] = left + slope.T @ latent @ slope


def stretch(
    random: Generator, covariance: Covariance, effects: Floats, places: Integers, linear: float, quadratic: float
) -> None:
    """Some columns of effects stretched together with their covariance, in place: their common size.

    The log-likelihood of a factor alpha is linear alpha - quadratic alpha^2 / 2. The half-t prior's scales stretch along, so
    that the inverse Wishart does not change (Liu & Sabatti 2000). No column may be of a yes/no.
    """
    number = len(places)
    if covariance.prior.form == "half_t":
        power, shrink, grow = float(number), 0.0, float(np.sum(1.0 / covariance.mixing[places])) / covariance.prior.scale**2
    else:
        held = np.diag(np.linalg.inv(covariance.matrix))[places]
        power, shrink, grow = -number * _df(covariance), covariance.prior.scale * float(held.sum()) / 2.0, 0.0

    def density(log: float) -> float:
        square = math.exp(2.0 * log)
        return power * log - shrink / square - grow * square + linear * math.exp(log) - quadratic * square / 2.0

    factor = math.exp(_slice(random, 0.0, density))
    scale = np.ones(len(covariance.matrix))
    scale[places] = factor
    effects[:, places] *= factor
    covariance.matrix = covariance.matrix * np.outer(scale, scale)
    if covariance.prior.form == "half_t":
        covariance.mixing[places] /= factor**2


def _direction(
    random: Generator,
    covariance: Covariance,
    at: int,
    tau: float,
    others: Floats,
    known: Floats,
    pull: Floats,
    pseudo: Floats,
) -> Floats:
    """The regression of the column on the other effects, with what is left of it held."""
    size = int((~covariance.unit).sum())
    half_t = covariance.prior.form == "half_t"
    scale = 2.0 * HALF_T_DF / covariance.mixing if half_t else np.full(size, covariance.prior.scale)
    prior = np.diag(np.delete(scale, at)) + pseudo[:, :-1].T @ pseudo[:, :-1]
    precision = prior / tau**2 + others.T @ (known[:, None] * others)
    right = others.T @ pull + pseudo[:, :-1].T @ pseudo[:, -1] / tau**2
    lower = np.linalg.cholesky(precision)
    return np.linalg.solve(lower.T, np.linalg.solve(lower, right) + random.standard_normal(len(right)))


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
