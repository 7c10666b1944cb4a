"""How well a factor model fits: chi2, CFI, TLI, RMSEA with its 90% interval, SRMR, AIC, BIC.

Formulas as in lavaan (Rosseel 2012) with its normal likelihood: chi2 = n F, RMSEA = sqrt(max(0, chi2 - df) / (n df)) times
the root of the number of groups, its ends from the noncentral chi2 distribution (Steiger & Lind 1980).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, chndtr

from pipeline.sem.models import FittedStructure, Moments
from pipeline.sem.structure import Matrix

RMSEA_LEVEL = 0.90
BISECTIONS = 200


@dataclass(frozen=True)
class Fitness:
    """Fit measures of one model; without degrees of freedom CFI and TLI are 1 and RMSEA 0, as lavaan has them."""

    n: int
    chi2: float
    df: int
    p_value: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float
    aic: float
    bic: float
    converged: bool
    proper: bool


def fitness(fitted: FittedStructure, groups: Sequence[Moments]) -> Fitness:
    """The fit measures of a model fitted to these groups."""
    n, items = sum(group.n for group in groups), len(groups[0].mean)
    saturated = sum(group.n * (float(np.linalg.slogdet(group.covariance)[1]) + items) for group in groups)
    chi2 = max(0.0, fitted.optimum.deviance - saturated)
    free = len(fitted.optimum.theta)
    df = len(groups) * items * (items + 3) // 2 - free
    base = sum(-group.n * float(np.linalg.slogdet(_correlation(group.covariance))[1]) for group in groups)
    cfi, tli = _relative(chi2, df, base, len(groups) * items * (items - 1) // 2)
    low, high = _rmsea_interval(chi2, df, n, len(groups))
    loglik2 = fitted.optimum.deviance + n * items * float(np.log(2 * np.pi))
    counted = free - items if len(groups) == 1 else free  # one group's means are no part of a covariance structure
    return Fitness(
        n=n,
        chi2=chi2,
        df=df,
        p_value=float(chdtrc(df, chi2)) if df else np.nan,
        cfi=cfi,
        tli=tli,
        rmsea=_rmsea(max(0.0, chi2 - df), df, n, len(groups)),
        rmsea_low=low,
        rmsea_high=high,
        srmr=_srmr(fitted, groups),
        aic=loglik2 + 2 * counted,
        bic=loglik2 + counted * float(np.log(n)),
        converged=fitted.optimum.converged,
        proper=fitted.proper,
    )


def _relative(chi2: float, df: int, base: float, base_df: int) -> tuple[float, float]:
    """CFI and TLI against the model without any covariance."""
    away, base_away = max(chi2 - df, 0.0), max(base - base_df, chi2 - df, 0.0)
    cfi = 1 - away / base_away if base_away > 0 else 1.0
    if df == 0:
        return cfi, 1.0
    return cfi, (base / base_df - chi2 / df) / (base / base_df - 1)


def _rmsea(noncentrality: float, df: int, n: int, groups: int) -> float:
    return float(np.sqrt(groups * noncentrality / (n * df))) if df else 0.0


def _rmsea_interval(chi2: float, df: int, n: int, groups: int) -> tuple[float, float]:
    if df == 0:
        return 0.0, 0.0
    tail = (1 - RMSEA_LEVEL) / 2
    low, high = (_noncentrality(chi2, df, share) for share in (1 - tail, tail))
    return _rmsea(low, df, n, groups), _rmsea(high, df, n, groups)


def _noncentrality(chi2: float, df: int, share: float) -> float:
    """The noncentrality with which P(X <= chi2) = share; 0 where even the central distribution has less below chi2."""
    if 1 - float(chdtrc(df, chi2)) < share:
        return 0.0
    low, high = 0.0, chi2 + 10 * np.sqrt(chi2) + 50
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if chndtr(chi2, df, middle) > share else (low, middle)
    return float(low + high) / 2


def _srmr(fitted: FittedStructure, groups: Sequence[Moments]) -> float:
    """Root mean square of (s_ij - sigma_ij) / sqrt(s_ii s_jj) and, across groups, of standardized mean residuals."""
    total, n = 0.0, sum(group.n for group in groups)
    for part, group in zip(fitted.parts, groups, strict=True):
        spread = np.sqrt(np.diag(group.covariance))
        residual = (group.covariance - part.covariance(fitted.optimum.theta)) / np.outer(spread, spread)
        values = residual[np.tril_indices(len(spread))] ** 2
        if len(groups) > 1:
            values = np.append(values, ((group.mean - part.mean(fitted.optimum.theta)) / spread) ** 2)
        total += group.n / n * float(np.sqrt(values.mean()))
    return total


def _correlation(covariance: Matrix) -> Matrix:
    spread = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(spread, spread))
