"""Sensitivity: how strong an unmeasured confounder would have to be to explain an effect away."""

from __future__ import annotations

import numpy as np

from pipeline.hypotheses.confounding import robustness_value
from pipeline.results.estimate import Estimate
from pipeline.results.fit import Sensitivity

LEVEL = 0.95
MODERATE_RISK_RATIO = 0.91  # RR = exp(0.91 d): VanderWeele & Ding 2017, for a standardized mean difference


def sensitivity_of(tested: Estimate, sd: float, residual_df: float | None = None) -> Sensitivity:
    """E-value of the estimate and of the interval's nearer end, and robustness values, for a dose of one.

    E-value: VanderWeele & Ding 2017, RR + sqrt(RR (RR - 1)). Robustness value: Cinelli & Hazlett 2020, eq. 18 and 19, with
    the residual df (rows minus everything fitted, clients' levels with it): the share of the residual variance of both
    exposure and outcome that a confounder must explain. None is given without them (a product of paths).
    """
    nearer = min(abs(tested.conf_low), abs(tested.conf_high)) if tested.conf_low * tested.conf_high > 0 else 0.0
    of_estimate, of_interval = e_value(tested.estimate / sd), e_value(nearer / sd)
    if residual_df is None or residual_df < 2:
        return Sensitivity(e_value=of_estimate, e_value_interval=of_interval)
    return Sensitivity(
        e_value=of_estimate,
        e_value_interval=of_interval,
        robustness_value=robustness_value(tested.statistic, residual_df),
        robustness_value_interval=robustness_value(tested.statistic, residual_df, LEVEL),
    )


def e_value(standardized: float) -> float:
    """The E-value of a mean difference in SDs: VanderWeele & Ding (2017), with RR = exp(.91 d) (Chinn 2000)."""
    ratio = float(np.exp(MODERATE_RISK_RATIO * abs(standardized)))
    return ratio + float(np.sqrt(ratio * (ratio - 1.0)))
