"""Covariance matrices given effects: inverse Wishart, or the mixture of them that leaves small spreads alone.

Coordinates of yes/no variables have no scale of their own. They come first in a triangular form, each regressed on those
before it with residual variance 1, and the others are regressed on them (McCulloch, Polson & Rossi 2000): every step stays
normal or inverse Wishart, and nothing need be rescaled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipeline.imputation.draws import inverse_wishart
from pipeline.imputation.records import Booleans, Floats, Prior

HALF_T_DF = 2.0  # of the half-t of each standard deviation: with 2, correlations are uniform (Huang & Wand 2013)
RIDGE = 1.0  # prior precision of a regression on a yes/no's latent: N(0, 1), as wide as one of its SDs


@dataclass
class Covariance:
    """A covariance matrix and, under the half-t prior, the scales that mix it; `unit` marks the yes/no coordinates."""

    matrix: Floats
    mixing: Floats
    prior: Prior
    unit: Booleans

    @classmethod
    def start(cls, random: Generator, unit: Booleans, prior: Prior, around: float) -> Covariance:
        """Diagonal, each variance `around` times or over something up to four; 1 for yes/no."""
        diagonal = around * np.exp(random.uniform(-1.4, 1.4, len(unit)))
        return cls(np.diag(np.where(unit, 1.0, diagonal)), np.ones(int((~unit).sum())), prior, unit)

    def draw(self, random: Generator, squares: Floats, rows: int) -> None:
        """Draw anew given the sum of squares and products of `rows` effects."""
        one, two = np.flatnonzero(self.unit), np.flatnonzero(~self.unit)
        if not len(one):
            self.matrix = self._scaled(random, squares, rows)
            return
        latent = _triangular(random, squares[np.ix_(one, one)])
        self.matrix = np.empty_like(squares)
        self.matrix[np.ix_(one, one)] = latent
        if len(two):
            precision = squares[np.ix_(one, one)] + RIDGE * np.eye(len(one))
            mean = np.linalg.solve(precision, squares[np.ix_(one, two)])
            left = squares[np.ix_(two, two)] - mean.T @ precision @ mean
            residual = self._scaled(random, (left + left.T) / 2.0, rows)
            noise = random.standard_normal(mean.shape) @ np.linalg.cholesky(residual).T
            slope = mean + np.linalg.solve(np.linalg.cholesky(precision).T, noise)
            self.matrix[np.ix_(one, two)] = latent @ slope
            self.matrix[np.ix_(two, one)] = (latent @ slope).T
            self.matrix[np.ix_(two, two)] = slope.T @ latent @ slope + residual

    def _scaled(self, random: Generator, squares: Floats, rows: int) -> Floats:
        """The coordinates that have a scale (Huang & Wand 2013, section 3, or the plain inverse Wishart)."""
        size = len(squares)
        if self.prior.form == "inverse_wishart":
            return inverse_wishart(random, size + rows, squares + self.prior.scale * np.eye(size))
        matrix = inverse_wishart(random, HALF_T_DF + size - 1 + rows, squares + np.diag(2.0 * HALF_T_DF / self.mixing))
        rate = HALF_T_DF * np.diag(np.linalg.inv(matrix)) + 1.0 / self.prior.scale**2
        self.mixing = rate / random.gamma((HALF_T_DF + size) / 2.0, 1.0, size)
        return matrix


def _triangular(random: Generator, squares: Floats) -> Floats:
    """The covariance of yes/no coordinates: each on those before it, residual variance 1."""
    size = len(squares)
    inverse = np.eye(size)  # of (I - A), where e = A e + innovations
    for j in range(1, size):
        precision = squares[:j, :j] + RIDGE * np.eye(j)
        slope = np.linalg.solve(precision, squares[:j, j])
        slope += np.linalg.solve(np.linalg.cholesky(precision).T, random.standard_normal(j))
        inverse[j, :j] = slope @ inverse[:j, :j]
    return np.asarray(inverse @ inverse.T)
