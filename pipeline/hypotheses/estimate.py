"""An estimate with its interval: the one form in which every number of a hypothesis is handed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.hypotheses.reason import NotEstimable
from pipeline.results.t_test import t_test


@dataclass(frozen=True)
class Estimate:
    """One number: estimate, standard error, df (None: normal), test of zero and 95% interval."""

    estimate: float
    std_error: float
    df: float | None
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float

    def interval(self, level: float) -> tuple[float, float]:
        """The interval of another level."""
        test = t_test(self.estimate, self.std_error, np.inf if self.df is None else self.df, level=level, null=0.0)
        return test.conf_low, test.conf_high

    def excludes_zero(self, sign: float) -> bool:
        """Whether the 95% interval lies wholly on the side of `sign`."""
        return self.conf_low > 0 if sign > 0 else self.conf_high < 0


def of(estimate: float, std_error: float, df: float | None) -> Estimate:
    """The t (or normal) test and interval of one number; NotEstimable where it has no value or no standard error."""
    if not (np.isfinite(estimate) and np.isfinite(std_error) and std_error > 0.0 and (df is None or df > 0.0)):
        raise NotEstimable("the rows do not tell this number apart from others, so that it has no standard error")
    test = t_test(float(estimate), float(std_error), np.inf if df is None else float(df), level=0.95, null=0.0)
    finite = float(test.df) if np.isfinite(test.df) else None
    return Estimate(
        test.estimate, test.std_error, finite, test.statistic, test.p_value, test.conf_low, test.conf_high
    )  # fmt: skip


def contrast(model: Any, weights: Mapping[str, float]) -> Estimate:
    """A combination of a model's coefficients."""
    found = model.contrast(dict(weights))
    return of(found.estimate, found.std_error, found.df if np.isfinite(found.df) else None)
