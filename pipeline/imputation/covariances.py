"""Covariance matrices given effects: inverse Wishart, or the mixture of them that leaves small spreads alone.

Coordinates of yes/no variables have no scale of their own. They come first in a triangular form, each regressed on those
before it with residual variance 1, and the others are regressed on them (McCulloch, Polson & Rossi 2000): every step stays
normal or inverse Wishart, and nothing need be rescaled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipeline.imputation.draws import cholesky, inverse, inverse_wishart, solve
from pipeline.imputation.records import Booleans, Floats, Prior

HALF_T_DF = 2.0  # of the half-t of each standard deviation: with 2, correlations are uniform (Huang & Wand 2013)
RIDGE = 1.0  # prior precision of a regression on a yes/no's latent: N(0, 1), as wide as one of its SDs


@dataclass
class Covariance:
    """A covariance matrix of each chain (K x q x q) and, under the half-t prior, the scales that mix it (K x scaled).

    `unit` marks the yes/no coordinates.
    """

    matrix: Floats
    mixing: Floats
    prior: Prior
    unit: Booleans

    @classmethod
    def start(cls, random: Generator, chains: int, unit: Booleans, prior: Prior, around: float) -> Covariance:
        """Diagonal, each variance `around` times or over something up to four; 1 for yes/no."""
        diagonal = around * np.exp(random.uniform(-1.4, 1.4, (chains, len(unit))))
        matrix = np.where(unit, 1.0, diagonal)[:, :, None] * np.eye(len(unit))
        return cls(matrix, np.ones((chains, int((~unit).sum()))), prior, unit)

    def draw(self, random: Generator, squares: Floats, rows: int) -> None:
        """Draw anew given the sums of squares and products (K x q x q) of `rows` effects."""
        one, two = np.flatnonzero(self.unit), np.flatnonzero(~self.unit)
        if not len(one):
            self.matrix = self._scaled(random, squares, rows)
            return
        latent = _triangular(random, squares[:, one[:, None], one])
        self.matrix = np.empty_like(squares)
        self.matrix[:, one[:, None], one] = latent
        if len(two):
            precision = squares[:, one[:, None], one] + RIDGE * np.eye(len(one))
            mean = solve(precision, squares[:, one[:, None], two])
            left = squares[:, two[:, None], two] - mean.mT @ precision @ mean
            residual = self._scaled(random, (left + left.mT) / 2.0, rows)
            noise = random.standard_normal(mean.shape) @ cholesky(residual).mT
            slope = mean + solve(cholesky(precision).mT, noise)
            cross = latent @ slope
            self.matrix[:, one[:, None], two] = cross
            self.matrix[:, two[:, None], one] = cross.mT
            self.matrix[:, two[:, None], two] = slope.mT @ cross + residual

    def _scaled(self, random: Generator, squares: Floats, rows: int) -> Floats:
        """The coordinates that have a scale (Huang & Wand 2013, section 3, or the plain inverse Wishart)."""
        chains, size = squares.shape[:2]
        if self.prior.form == "inverse_wishart":
            return inverse_wishart(random, size + rows, squares + self.prior.scale * np.eye(size))
        mixed = (2.0 * HALF_T_DF / self.mixing)[:, :, None] * np.eye(size)
        matrix = inverse_wishart(random, HALF_T_DF + size - 1 + rows, squares + mixed)
        place = np.arange(size)
        rate = HALF_T_DF * inverse(matrix)[:, place, place] + 1.0 / self.prior.scale**2
        self.mixing = rate / random.gamma((HALF_T_DF + size) / 2.0, 1.0, (chains, size))
        return matrix


def _triangular(random: Generator, squares: Floats) -> Floats:
    """The covariance of yes/no coordinates: each on those before it, residual variance 1."""
    chains, size = squares.shape[:2]
    back = np.broadcast_to(np.eye(size), squares.shape).copy()  # of (I - A), where e = A e + innovations
    for j in range(1, size):
        precision = squares[:, :j, :j] + RIDGE * np.eye(j)
        slope = solve(precision, squares[:, :j, j : j + 1])
        slope += solve(cholesky(precision).mT, random.standard_normal((chains, j, 1)))
        back[:, j, :j] = (slope.mT @ back[:, :j, :j])[:, 0]
    return np.asarray(back @ back.mT)
