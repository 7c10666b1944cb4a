"""The t test and interval of one number; a leaf, so that engines and records share it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Contrast:
    """One linear combination of coefficients: its estimate, test against a null value and confidence interval."""

    estimate: float
    std_error: float
    df: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float


def t_test(estimate: float, std_error: float, df: float, *, level: float, null: float) -> Contrast:
    """A two-sided t test of `null` and an interval of `level`; df = inf is the normal distribution."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    statistic = (estimate - null) / std_error if std_error > 0 else np.nan
    if np.isinf(df):
        p_value, reach = 2.0 * ndtr(-abs(statistic)), ndtri(0.5 + level / 2)
    else:
        p_value, reach = 2.0 * stdtr(df, -abs(statistic)), stdtrit(df, 0.5 + level / 2)
    half = float(reach) * std_error
    return Contrast(estimate, std_error, df, float(statistic), float(p_value), estimate - half, estimate + half)
