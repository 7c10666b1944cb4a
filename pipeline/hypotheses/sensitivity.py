"""Sensitivity: how strong an unmeasured confounder would have to be to explain an effect away."""

from __future__ import annotations

import numpy as np

from pipeline.results.estimate import Estimate
from pipeline.results.fit import Sensitivity

MODERATE_RISK_RATIO = 0.91  # RR = exp(0.91 d): VanderWeele & Ding 2017, for a standardized mean difference


def sensitivity_of(tested: Estimate, sd: float) -> Sensitivity:
    """E-value of the estimate and of the interval's nearer end, and robustness values, for a dose of one.

    E-value: VanderWeele & Ding 2017, RR + sqrt(RR (RR - 1)). Robustness value: Cinelli & Hazlett 2020, eq. 18, with the
    tested number's own df; the share of the residual variance of both exposure and outcome a confounder must explain.
    """
    nearer = min(abs(tested.conf_low), abs(tested.conf_high)) if tested.conf_low * tested.conf_high > 0 else 0.0
    of_estimate, of_interval = e_value(tested.estimate / sd), e_value(nearer / sd)
    if tested.df is None:
        return Sensitivity(e_value=of_estimate, e_value_interval=of_interval)
    reach = abs(tested.conf_high - tested.estimate) / tested.std_error
    return Sensitivity(
        e_value=of_estimate,
        e_value_interval=of_interval,
        robustness_value=robustness(abs(tested.statistic), tested.df),
        robustness_value_interval=robustness(max(abs(tested.statistic) - reach, 0.0), tested.df),
    )


def e_value(standardized: float) -> float:
    """The E-value of a standardized mean difference."""
    ratio = float(np.exp(MODERATE_RISK_RATIO * abs(standardized)))
    return ratio + float(np.sqrt(ratio * (ratio - 1.0)))


def robustness(statistic: float, df: float) -> float:
    """The robustness value for a t statistic (q = 1)."""
    f = statistic / np.sqrt(df)
    return float(0.5 * (np.sqrt(f**4 + 4.0 * f**2) - f**2))
