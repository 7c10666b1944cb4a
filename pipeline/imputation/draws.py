"""Random draws and the small linear algebra of normal vectors."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy.special import ndtr, ndtri

from pipeline.imputation.records import Booleans, Floats, Integers

CHUNK = 40_000  # multiplications a product may need before it is cut: below it no BLAS splits the work among threads
LEAST = 1e-300  # the smallest tail probability whose quantile is still a number


def inverse_wishart(random: Generator, df: float, scale: Floats) -> Floats:
    """A draw of IW(df, scale) for each chain (K x q x q), df >= q: L (A A')^-1 L' with L L' = `scale` (Bartlett 1933)."""
    chains, size = scale.shape[:2]
    lower = np.zeros_like(scale)
    place = np.arange(size)
    lower[:, place, place] = np.sqrt(random.chisquare(df - place, (chains, size)))
    row, column = np.tril_indices(size, -1)
    lower[:, row, column] = random.standard_normal((chains, len(row)))
    half = solve(lower, cholesky(scale).mT)
    return np.asarray(half.mT @ half)


def conditional_distribution(covariance: Floats, wanted: Integers, known: Integers) -> tuple[Floats, Floats]:
    """The regression of wanted coordinates on known ones: coefficients (K x known x wanted) and what is left over."""
    own = covariance[:, wanted[:, None], wanted]
    if not len(known):
        return np.zeros((len(covariance), 0, len(wanted))), own
    cross = covariance[:, known[:, None], wanted]
    coefficients = solve(covariance[:, known[:, None], known], cross)
    left = own - cross.mT @ coefficients
    return coefficients, (left + left.mT) / 2.0


def beyond_zero(random: Generator, mean: Floats, sd: Floats, positive: Booleans) -> Floats:
    """Draws of N(mean, sd^2), K x n, above zero where `positive`, below it elsewhere: inverse of the tail's probability."""
    sign = np.where(positive, 1.0, -1.0)
    tail = np.maximum(ndtr(sign * mean / sd), LEAST)
    uniform = 1.0 - random.random(mean.shape)
    z = -ndtri(np.maximum(uniform * tail, LEAST))
    return np.asarray(mean + sign * sd * z)


def product(left: Floats, right: Floats) -> Floats:
    """left @ right by chain, `left` long (N x p or K x N x p), in pieces so small that threads change nothing."""
    rows, columns = left.shape[-2:]
    wide = right.shape[-1]
    step = max(1, CHUNK // max(1, columns * wide))
    if rows <= step:
        return np.asarray(np.matmul(left, right))
    whole = rows - rows % step
    out = np.empty((*np.broadcast_shapes(left.shape[:-2], right.shape[:-2]), rows, wide))
    for start in range(0, whole, step):
        np.matmul(left[..., start : start + step, :], right, out=out[..., start : start + step, :])
    if whole < rows:
        out[..., whole:, :] = np.matmul(left[..., whole:, :], right)
    return out


def crossproduct(left: Floats, right: Floats) -> Floats:
    """left' @ right over many rows by chain, in pieces as `product`."""
    rows = left.shape[-2]
    step = max(1, CHUNK // max(1, left.shape[-1] * right.shape[-1]))
    out = np.matmul(left[..., :step, :].mT, right[..., :step, :])
    for start in range(step, rows, step):
        out = out + np.matmul(left[..., start : start + step, :].mT, right[..., start : start + step, :])
    return np.asarray(out)


def correlated(random: Generator, rows: int, covariance: Floats) -> Floats:
    """Rows x q draws of N(0, covariance) for each chain."""
    lower = cholesky(covariance)
    return product(random.standard_normal((len(covariance), rows, covariance.shape[-1])), lower.mT)


def inverse(matrix: Floats) -> Floats:
    """The inverse of one matrix, or of each of a stack."""
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def cholesky(matrix: Floats) -> Floats:
    """The lower Cholesky factor of each matrix of a stack."""
    return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)


def solve(matrix: Floats, right: Floats) -> Floats:
    """matrix^-1 right, each of a stack."""
    return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)
