"""Omega total of one score: the share of its variance that one common factor explains (one-factor ML)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from pipeline.sem.models import FittedStructure, Moments, fit_one, loading_pattern
from pipeline.sem.structure import Matrix

FEWEST_PER_ITEM = 5  # complete ratings an item, below which a factor model is not fitted
NOT_CONVERGED = "the factor model did not converge"
FEWEST_ITEMS = 3  # with two items a factor's loadings cannot be told apart


@dataclass(frozen=True)
class Omega:
    """Omega with its interval (delta method, ending at 1); `standardized` is the omega of the items' correlations.

    NaN where it is not estimable; `note` says why, or what is impossible about the solution.
    """

    omega: float
    conf_low: float
    conf_high: float
    standardized: float
    note: str = ""


def omega_total(sample: Moments, level: float) -> Omega:
    """(sum of loadings)^2 / ((sum of loadings)^2 + sum of residual variances) (McDonald 1999).

    `standardized` is 1 - sum of uniquenesses / sum of correlations (psych's omega with one factor).
    """
    note = not_fit(sample)
    if note:
        return Omega(np.nan, np.nan, np.nan, np.nan, note)
    fitted = fit_one(sample, loading_pattern("one_factor", len(sample.mean), []))
    if not fitted.optimum.converged:
        return Omega(np.nan, np.nan, np.nan, np.nan, NOT_CONVERGED)
    return Omega(*factor_omega(fitted, 0, level), _standardized(fitted, sample), fitted.fault)


def factor_omega(fitted: FittedStructure, part: int, level: float) -> tuple[float, float, float]:
    """Omega (McDonald 1999) of one part of a one-factor model, with its interval by the delta method (Raykov 2002)."""
    theta, one = fitted.optimum.theta, fitted.parts[part]
    common, unique = float(one.loadings.at(theta).sum()), float(one.residuals.at(theta).sum())
    total = common**2 + unique
    slope = np.zeros(len(theta))
    slope[one.loadings.index[:, 0]] = 2 * common * unique / total**2
    slope[one.residuals.index] = -(common**2) / total**2
    variance = float(slope @ np.linalg.pinv(fitted.optimum.information) @ slope)
    wide = float(ndtri((1 + level) / 2)) * float(np.sqrt(max(variance, 0.0)))
    omega = common**2 / total
    return omega, omega - wide, max(omega, min(omega + wide, 1.0))


def not_fit(sample: Moments) -> str:
    """Why no factor model is fitted to these ratings; empty where one is."""
    if len(sample.mean) < FEWEST_ITEMS:
        return "fewer than three items"
    if sample.n < FEWEST_PER_ITEM * len(sample.mean):
        return f"too few complete ratings (at least {FEWEST_PER_ITEM * len(sample.mean)} for {len(sample.mean)} items)"
    if (np.diag(sample.covariance) <= 0).any():
        return "an item does not vary"
    spread = np.sqrt(np.diag(sample.covariance))
    smallest: float = np.linalg.eigvalsh(sample.covariance / np.outer(spread, spread)).min()
    return "" if smallest > len(spread) * np.finfo(float).eps else "an item is a sum of others"


def _standardized(fitted: FittedStructure, sample: Moments) -> float:
    spread = np.sqrt(np.diag(sample.covariance))
    correlation: Matrix = sample.covariance / np.outer(spread, spread)
    return float(1 - (1 - fitted.loadings()[:, 0] ** 2).sum() / correlation.sum())
