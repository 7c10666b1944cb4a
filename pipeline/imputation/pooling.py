"""Pooling: one estimate from m imputations, with what the gaps cost (Rubin 1987; Barnard & Rubin 1999; Reiter 2007)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from pipeline.base.errors import ModelError, Problem
from pipeline.imputation.records import Floats

WANTED_CV = 0.05  # of the standard error, from one set of imputations to another (von Hippel 2020)


@dataclass(frozen=True)
class Pooled:
    """One pooled number.

    `within` is the mean of the squared standard errors, `between` the variance of the estimates; `riv` the relative increase
    in variance due to what is missing, `lambda_` its share of the total variance, `fmi` the fraction of missing information.
    """

    estimate: float
    std_error: float
    df: float
    within: float
    between: float
    riv: float
    lambda_: float
    fmi: float
    imputations: int

    @property
    def wanted(self) -> int:
        """The imputations after which another set would change the standard error by about 5%: 1 + (FMI / .05)^2 / 2."""
        return imputations_wanted(self.fmi)


@dataclass(frozen=True)
class Joint:
    """A joint test that several numbers are zero (D1): F with its degrees of freedom, and the mean increase in variance."""

    f: float
    df_1: int
    df_2: float
    p_value: float
    riv: float
    imputations: int


def imputations_wanted(fmi: float) -> int:
    """m = 1 + (FMI / .05)^2 / 2 (von Hippel 2020, eq. 3), rounded up."""
    return 1 + math.ceil(0.5 * (fmi / WANTED_CV) ** 2 - 1e-9)


def pool(estimates: Floats, std_errors: Floats, complete_df: Floats | float = math.inf) -> Pooled:
    """Pool m estimates with their standard errors and complete-data df (one for all, or one each, whose mean is taken).

    T = W + (1 + 1/m) B. df: 1/df = 1/nu + 1/nu_obs with nu = (m - 1) / lambda^2 and nu_obs = (1 - lambda) (d + 1)/(d + 3) d,
    d the complete-data df (Barnard & Rubin 1999, eq. 3). FMI = (RIV + 2/(df + 3)) / (1 + RIV). ModelError below two.
    """
    m = len(estimates)
    _several(m)
    within, between = float(np.mean(np.square(std_errors))), float(np.var(estimates, ddof=1))
    added = (1.0 + 1.0 / m) * between
    total = within + added
    share, riv = added / total, added / within
    df = _freedom(m, share, float(np.mean(complete_df)))
    fmi = (riv + (0.0 if math.isinf(df) else 2.0 / (df + 3.0))) / (1.0 + riv)
    return Pooled(float(np.mean(estimates)), math.sqrt(total), df, within, between, riv, share, fmi, m)


def _freedom(m: int, share: float, complete: float) -> float:
    old = (m - 1) / share**2 if share**2 > 0.0 else math.inf
    observed = math.inf if math.isinf(complete) else (1.0 - share) * (complete + 1.0) / (complete + 3.0) * complete
    if math.isinf(old) or math.isinf(observed):
        return min(old, observed)
    return old * observed / (old + observed)


def pool_joint(estimates: Floats, covariances: Floats, complete_df: Floats | float = math.inf) -> Joint:
    """D1: that k numbers are zero together; `estimates` m x k, `covariances` m x k x k.

    F = q' W^-1 q / (k (1 + r)), r = (1 + 1/m) tr(B W^-1) / k (Li, Raghunathan & Rubin 1991); df_2 by Reiter 2007 where the
    complete-data df are finite and k (m - 1) > 4. ModelError below two imputations or where W is singular.
    """
    m, k = estimates.shape
    _several(m)
    mean, within = estimates.mean(axis=0), covariances.mean(axis=0)
    between = np.atleast_2d(np.cov(estimates, rowvar=False))
    try:
        inverse = np.linalg.inv(within)
    except np.linalg.LinAlgError:
        raise ModelError(Problem("missing", "a joint test asks for numbers that make each other up")) from None
    riv = (1.0 + 1.0 / m) * float(np.trace(between @ inverse)) / k
    f = float(mean @ inverse @ mean) / (k * (1.0 + riv))
    df = _joint_freedom(k * (m - 1), k, riv, float(np.mean(complete_df)))
    p_value = float(stats.f.sf(f, k, df)) if math.isfinite(df) else float(stats.chi2.sf(k * f, k))
    return Joint(f, k, df, p_value, riv, m)


def _joint_freedom(t: int, k: int, r: float, complete: float) -> float:
    if math.isfinite(complete) and t > 4:
        return _reiter(t, r, complete)
    if r == 0.0:
        return complete
    if t > 4:
        return 4.0 + (t - 4.0) * (1.0 + (1.0 - 2.0 / t) / r) ** 2
    return t * (1.0 + 1.0 / k) * (1.0 + 1.0 / r) ** 2 / 2.0


def _reiter(t: int, r: float, complete: float) -> float:
    """Reiter 2007, eq. 8 of the appendix, as mitml has it."""
    a = r * t / (t - 2.0)
    observed = (complete + 1.0) / (complete + 3.0) * complete
    c0, c1, c2 = 1.0 / (t - 4.0), observed - 2.0 * (1.0 + a), observed - 4.0 * (1.0 + a)
    z = 1.0 / c2 + c0 * (a**2 * c1 / ((1.0 + a) ** 2 * c2))
    z += c0 * (8.0 * a**2 * c1 / ((1.0 + a) * c2**2) + 4.0 * a**2 / ((1.0 + a) * c2))
    z += c0 * (4.0 * a**2 / (c2 * c1) + 16.0 * a**2 * c1 / c2**3) + c0 * (8.0 * a**2 / c2**2)
    return 4.0 + 1.0 / z


def _several(m: int) -> None:
    if m < 2:
        raise ModelError(
            Problem("missing.imputations", f"{m} imputation(s) do not show how draws differ", "ask for 20 or more")
        )
