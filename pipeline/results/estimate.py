"""An estimate with its interval: the one form in which every number of a hypothesis is handed on."""

from __future__ import annotations

import numpy as np

from pipeline.results.backing import Backing
from pipeline.results.reason import not_estimable
from pipeline.results.record import Record
from pipeline.results.t_test import t_test


class Estimate(Record):
    """One number: estimate, standard error, df (None: normal), test of zero and 95% interval, and who is behind it."""

    estimate: float
    std_error: float
    df: float | None
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    clients: int | None = None  # whose rows tell this number from others; None: not counted
    workers: int | None = None
    largest: float | None = None  # shares of it that the first two clients stand for
    second: float | None = None

    def interval(self, level: float) -> tuple[float, float]:
        """The interval of another level."""
        test = t_test(self.estimate, self.std_error, np.inf if self.df is None else self.df, level=level, null=0.0)
        return test.conf_low, test.conf_high

    def excludes_zero(self, sign: float, alpha: float = 0.05) -> bool:
        """Whether the interval (95% unless `alpha` says otherwise) lies wholly on the side of `sign`."""
        low, high = self.interval(1.0 - alpha)
        return low > 0 if sign > 0 else high < 0

    def at_most(self, df: float | None) -> Estimate:
        """The same number on no more degrees of freedom than `df` (None: as it is); one by the normal law stays so."""
        if df is None or self.df is None or self.df <= df:
            return self
        return estimate_of(self.estimate, self.std_error, df).backed(self.behind)

    @property
    def behind(self) -> Backing:
        """The people behind it, as the gate on the way out asks for them: nobody where they were not counted."""
        return Backing(self.clients or 0, self.workers, self.largest, self.second)

    def backed(self, behind: Backing) -> Estimate:
        """The same number with those behind it."""
        people = {"clients": behind.clients, "workers": behind.workers, "largest": behind.largest, "second": behind.second}
        return self.model_copy(update=people)


def estimate_of(estimate: float, std_error: float, df: float | None) -> Estimate:
    """The t (or normal) test and interval of one number; NotEstimable where it has no value or no standard error."""
    if not (np.isfinite(estimate) and np.isfinite(std_error) and std_error > 0.0 and (df is None or df > 0.0)):
        raise not_estimable("no_standard_error")
    test = t_test(float(estimate), float(std_error), np.inf if df is None else float(df), level=0.95, null=0.0)
    return Estimate(
        estimate=test.estimate,
        std_error=test.std_error,
        df=float(test.df) if np.isfinite(test.df) else None,
        statistic=test.statistic,
        p_value=test.p_value,
        conf_low=test.conf_low,
        conf_high=test.conf_high,
    )
