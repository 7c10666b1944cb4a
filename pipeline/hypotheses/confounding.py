"""How strong an unmeasured confounder would have to be, with the observed covariates as yardsticks.

Robustness values and bounds: Cinelli & Hazlett (2020), J. R. Statist. Soc. B 82, 39-67, as R's sensemakr.
E-values: VanderWeele & Ding (2017), Annals of Internal Medicine 167, 268-274, with their rules for rare and common outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

MODERATE = 0.91  # RR = exp(0.91 d) for a standardized mean difference d
RARE = 0.15  # an outcome of fewer rows than this share has odds near its risks


def robustness_value(statistic: float, residual_df: float, level: float = 0.0) -> float:
    """The share of the residual variance of exposure and outcome alike that explains the effect away (q = 1).

    `residual_df`: rows minus all fixed and client effects. With `level` (.95) the share that brings the interval to zero:
    f is lessened by the critical value at `residual_df` - 1 (their eq. 18 and 19); 0 where the interval holds zero already.
    """
    f = abs(statistic) / np.sqrt(residual_df)
    if level:
        f -= float(stdtrit(residual_df - 1.0, 0.5 + level / 2.0)) / np.sqrt(residual_df - 1.0)
    if f <= 0:
        return 0.0
    return float(0.5 * (np.sqrt(f**4 + 4.0 * f**2) - f**2))


@dataclass(frozen=True)
class Yardstick:
    """A confounder `times` as strong as an observed covariate: partial R2 with exposure and outcome, what it would leave."""

    name: str
    times: float
    with_exposure: float
    with_outcome: float
    estimate: float
    std_error: float


def yardstick_bound(
    name: str,
    exposure_r2: float,
    outcome_r2: float,
    estimate: float,
    std_error: float,
    residual_df: float,
    times: float = 1.0,
) -> Yardstick | None:
    """The bound of a confounder `times` as strong as a covariate (their section 4.4); None where none is that strong.

    `exposure_r2`: the covariate's partial R2 with the exposure given the other covariates; `outcome_r2`: with the outcome
    given the exposure, too.
    """
    r2dz = times * exposure_r2 / (1.0 - exposure_r2)
    if r2dz >= 1.0 or times * exposure_r2 >= 1.0:
        return None
    r2zx = times * exposure_r2**2 / ((1.0 - times * exposure_r2) * (1.0 - exposure_r2))
    if r2zx >= 1.0:
        return None
    r2yz = ((np.sqrt(times) + np.sqrt(r2zx)) / np.sqrt(1.0 - r2zx)) ** 2 * outcome_r2 / (1.0 - outcome_r2)
    if r2yz >= 1.0:
        return None
    sign = 1.0 if estimate >= 0 else -1.0
    bias = np.sqrt(r2yz * r2dz / (1.0 - r2dz)) * std_error * np.sqrt(residual_df)
    error = std_error * np.sqrt((1.0 - r2yz) / (1.0 - r2dz) * residual_df / (residual_df - 1.0))
    return Yardstick(name, times, float(r2dz), float(r2yz), float(estimate - sign * bias), float(error))


def partial_r2(statistic: float, residual_df: float) -> float:
    """The share of what the others leave unexplained that one term explains, from its t statistic."""
    return float(statistic**2 / (statistic**2 + residual_df))


def e_value(ratio: float) -> float:
    """The E-value of a risk ratio: ratio + sqrt(ratio (ratio - 1)), the ratio turned to lie above 1."""
    above = ratio if ratio >= 1.0 else 1.0 / ratio
    return float(above + np.sqrt(above * (above - 1.0)))


def ratio_of_difference(standardized: float) -> float:
    """The risk ratio a standardized mean difference stands for."""
    return float(np.exp(MODERATE * standardized))


def ratio_of_odds(log_odds: float, share: float) -> float:
    """The risk ratio a log-odds stands for: the odds ratio where the outcome is rare, else its square root."""
    return float(np.exp(log_odds if share < RARE else log_odds / 2.0))


def end_nearer_zero(conf_low: float, conf_high: float) -> float | None:
    """The end of an interval nearer to zero; None where it holds zero, and there is nothing to explain away."""
    if not (np.isfinite(conf_low) and np.isfinite(conf_high)) or conf_low <= 0.0 <= conf_high:
        return None
    return conf_low if conf_low > 0 else conf_high
