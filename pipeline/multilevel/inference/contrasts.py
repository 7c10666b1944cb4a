"""Tests and intervals for linear combinations of fixed coefficients.

Satterthwaite (lmerTest; Fai & Cornelius 1996): df = 2 (l'Vl)^2 / (g'Ag), g the gradient of l'V(phi)l and A twice the
inverse Hessian of the deviance, both in phi = (theta, sigma).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.search.estimate import Information

# Directions of the information matrix (scaled to a unit diagonal) below this are flat: they carry no information.
FLAT = 1e-7
# A combination whose variance given those before it is a smaller share of its own follows from them.
REDUNDANT = 1e-9

Freedom = Callable[[Floats], float]


@dataclass(frozen=True)
class JointTest:
    """Several linear combinations at once: F with numerator and denominator degrees of freedom."""

    statistic: float
    df_numerator: int
    df_denominator: float
    p_value: float


def contrast_rows(contrasts: Sequence[Mapping[str, float]], terms: Sequence[str]) -> Floats:
    """Contrasts as rows [k, p] over `terms`; ModelError names unknown terms and weights that are no number."""
    given = list(contrasts) if not isinstance(contrasts, str | Mapping) else [None]
    if not given or not all(isinstance(contrast, Mapping) and contrast for contrast in given):
        mend = 'give e.g. {"x": 1, "z": -1}; a joint test takes a list of these'
        raise ModelError(Problem("contrast", "names no coefficient with its weight", mend))
    problems = []
    out = np.zeros((len(given), len(terms)))
    for row, contrast in zip(out, given, strict=True):
        for term, weight in contrast.items() if contrast is not None else ():
            if term not in terms:
                problems.append(Problem(str(term), "is not a coefficient of the model", "see `terms`"))
            elif not isinstance(weight, Real) or not np.isfinite(weight):
                problems.append(Problem(str(term), "has a weight that is not a number", "give a number"))
            else:
                row[terms.index(term)] = weight
    if problems:
        raise ModelError(sorted(set(problems), key=lambda problem: problem.where))
    return out


def normal_theory(_: Floats) -> float:
    """Infinite df: z tests."""
    return float("inf")


def satterthwaite(information: Information, covariance: Floats, back: Floats) -> Freedom:
    """The df of l'beta as a function of l; `back` [p, p] takes base coordinates to reported coefficients."""
    variance_of = 2.0 * pseudo_inverse(information.hessian)
    jacobian = information.jacobian

    def df(weights: Floats) -> float:
        inner = back.T @ weights
        gradient = np.einsum("i,kij,j->k", inner, jacobian, inner)
        spread = float(gradient @ variance_of @ gradient)
        variance = float(weights @ covariance @ weights)
        return 2.0 * variance**2 / spread if spread > 0 else np.inf

    return df


def pseudo_inverse(hessian: Floats) -> Floats:
    """The inverse over the directions that curve upwards; flat ones (redundant parameters) count nothing."""
    diagonal = np.diag(hessian)
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    values, vectors = np.linalg.eigh(hessian * np.outer(scale, scale))
    kept = values > FLAT
    half = vectors[:, kept] / np.sqrt(values[kept])
    inverse: Floats = (half @ half.T) * np.outer(scale, scale)
    return inverse


def joint_test(matrix: Floats, difference: Floats, covariance: Floats, freedom: Freedom) -> JointTest:
    """F test of matrix @ beta = null; denominator df as in lmerTest::contestMD (Fai & Cornelius 1996)."""
    kept_rows = independent(matrix @ covariance @ matrix.T)
    matrix, difference = matrix[kept_rows], difference[kept_rows]
    variance = matrix @ covariance @ matrix.T
    values, vectors = np.linalg.eigh(variance)
    kept = values > values[-1] * 1e-10
    rotated = vectors[:, kept].T
    squares = (rotated @ difference) ** 2 / values[kept]
    rank = int(kept.sum())
    dfs = np.array([freedom(row @ matrix) for row in rotated])
    denominator = combined_df(dfs)
    statistic = float(squares.mean())
    return JointTest(statistic, rank, denominator, f_tail(rank, denominator, statistic))


def independent(covariance: Floats) -> list[int]:
    """Rows of a covariance matrix that those before them do not imply, the first kept."""
    kept: list[int] = []
    for i in range(len(covariance)):
        left = covariance[i, i]
        if kept:
            own = covariance[np.ix_(kept, [i])]
            left -= float((own.T @ np.linalg.solve(covariance[np.ix_(kept, kept)], own))[0, 0])
        if left > REDUNDANT * max(covariance[i, i], 1e-300):
            kept.append(i)
    return kept


def f_tail(numerator: float, denominator: float, statistic: float) -> float:
    """The upper tail of F; an infinite denominator is chi-square / numerator."""
    from scipy.special import chdtrc, fdtrc

    if np.isinf(denominator):
        return float(chdtrc(numerator, numerator * statistic))
    return float(fdtrc(numerator, denominator, statistic))


def combined_df(dfs: Floats) -> float:
    """The denominator df whose F has the mean of a sum of independent squared t variables over their number."""
    if len(dfs) == 1 or np.ptp(dfs) < 1e-8 or np.isinf(dfs).all():
        return float(dfs[0] if len(dfs) == 1 or np.isinf(dfs).all() else dfs.mean())
    if (dfs <= 2).any():
        return 2.0
    means = np.where(np.isinf(dfs), 1.0, dfs / (np.where(np.isinf(dfs), 3.0, dfs) - 2.0))
    expectation = float(means.sum())
    return 2.0 * expectation / (expectation - len(dfs)) if expectation > len(dfs) else np.inf
