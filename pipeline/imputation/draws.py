"""Random draws and the small linear algebra of normal vectors."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy.special import ndtr, ndtri

from pipeline.imputation.records import Booleans, Floats, Integers

CHUNK = 40_000  # multiplications a product may need before it is cut: below it no BLAS splits the work among threads
LEAST = 1e-300  # the smallest tail probability whose quantile is still a number


def inverse_wishart(random: Generator, df: float, scale: Floats) -> Floats:
    """One draw of IW(df, scale), q x q, df >= q: L (A A')^-1 L' with L the Cholesky factor of `scale` (Bartlett 1933)."""
    size = len(scale)
    lower = np.zeros((size, size))
    lower[np.diag_indices(size)] = np.sqrt(random.chisquare(df - np.arange(size)))
    below = np.tril_indices(size, -1)
    lower[below] = random.standard_normal(len(below[0]))
    half = np.linalg.solve(lower, np.linalg.cholesky(scale).T)
    return np.asarray(half.T @ half)


def conditional_distribution(covariance: Floats, wanted: Integers, known: Integers) -> tuple[Floats, Floats]:
    """The regression of the wanted coordinates on the known ones: coefficients (known x wanted) and what is left over."""
    if not len(known):
        return np.zeros((0, len(wanted))), covariance[np.ix_(wanted, wanted)]
    cross = covariance[np.ix_(known, wanted)]
    coefficients = np.asarray(np.linalg.solve(covariance[np.ix_(known, known)], cross), dtype=np.float64)
    left = covariance[np.ix_(wanted, wanted)] - cross.T @ coefficients
    return coefficients, (left + left.T) / 2.0


def beyond_zero(random: Generator, mean: Floats, sd: float, positive: Booleans) -> Floats:
    """Draws of N(mean, sd^2) above zero where `positive`, below it elsewhere, by the inverse of the tail's probability."""
    sign = np.where(positive, 1.0, -1.0)
    tail = np.maximum(ndtr(sign * mean / sd), LEAST)
    uniform = 1.0 - random.random(len(mean))
    z = -ndtri(np.maximum(uniform * tail, LEAST))
    return np.asarray(mean + sign * sd * z)


def product(left: Floats, right: Floats) -> Floats:
    """left @ right for a long `left` (N x p), in pieces so small that the number of threads changes nothing."""
    rows = max(1, CHUNK // max(1, left.shape[1] * right.shape[1]))
    whole = len(left) - len(left) % rows
    out = np.empty((len(left), right.shape[1]))
    if whole:
        np.matmul(left[:whole].reshape(-1, rows, left.shape[1]), right, out=out[:whole].reshape(-1, rows, right.shape[1]))
    out[whole:] = left[whole:] @ right
    return out


def crossproduct(left: Floats, right: Floats) -> Floats:
    """left' @ right over many rows, in pieces as `product`."""
    rows = max(1, CHUNK // max(1, left.shape[1] * right.shape[1]))
    whole = len(left) - len(left) % rows
    out = left[whole:].T @ right[whole:]
    if whole:
        one, two = (side[:whole].reshape(-1, rows, side.shape[1]) for side in (left, right))
        out = out + np.matmul(one.transpose(0, 2, 1), two).sum(axis=0)
    return np.asarray(out)


def correlated(random: Generator, rows: int, covariance: Floats) -> Floats:
    """Rows x q draws of N(0, covariance)."""
    lower = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    return product(random.standard_normal((rows, len(covariance))), lower.T)


def inverse(matrix: Floats) -> Floats:
    """The inverse of one matrix, or of each of a stack."""
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)
