"""Late logging: an episode written down days later falls into a later window; what the number is without that delay.

The law is declared (`compute.late_share`, `late_days`), not seen: more delay of the same law is added in steps, and the
slope within clients is drawn back to none (simulation and extrapolation, Cook & Stefanski 1994). It does not decide.
"""

from __future__ import annotations

import numpy as np

from pipeline.exposure.dose import shifted_values
from pipeline.exposure.told import UNKNOWN
from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.log import not_asked, within_residuals
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.lateness import DelayLaw, Within, delayed_days, simex_estimate
from pipeline.results.attempt import CheckFacts
from pipeline.results.estimate import estimate_of
from pipeline.results.reason import Reason, not_estimable, reason

MOST = 3.0  # a number that the extrapolation would make more than so many times as large is not told


def not_applicable(setting: Setting) -> Reason | None:
    """Days of ratings and of episodes are needed."""
    logged = setting.sample.logged
    days = np.isfinite(number_of(setting.sample.frame["day"])).all()
    if logged is None or not days or logged["day"].isna().any() or (logged["reason"] == UNKNOWN).any():
        return reason("log_not_asked")
    return not_asked(setting)


def run(setting: Setting) -> Found:
    """The tested number times what the slope within clients gains without the delay; the error grows with it."""
    compute, tested = setting.compute, setting.tested
    law = DelayLaw(compute.late_share, compute.late_days)
    log, within = _Log(setting), within_residuals(setting)
    now = within.slope(log.dose(0.0, law, np.random.default_rng(0)))
    without = simex_estimate(
        lambda times, rng: within.slope(log.dose(times, law, rng)), compute.seed, compute.late_draws, now
    )
    lost = _kept(log, law, within, setting)
    factor = without / now if now else float("nan")
    if not (np.isfinite(factor) and np.isfinite(lost) and 1.0 / MOST < factor < MOST and lost > 1.0 / MOST):
        raise not_estimable("delay_not_extrapolated")
    found = estimate_of(tested.estimate * factor, tested.std_error * max(factor, 1.0 / lost), tested.df)
    facts = CheckFacts(share=compute.late_share, days=float(compute.late_days), kept=lost)
    return Found(found.backed(tested.behind), facts=facts)


def _kept(log: _Log, law: DelayLaw, within: Within, setting: Setting) -> float:
    """The share of the exposure that one round of the delay leaves: by it errors grow, whatever the rating."""
    rng = np.random.default_rng(setting.compute.seed)
    own = Within.of(log.dose(0.0, law, rng), within.client, within.basis)
    return own.slope(log.dose(1.0, law, rng))


class _Log:
    """The declared exposure's episodes as days and rows, to be counted again with delays."""

    def __init__(self, setting: Setting) -> None:
        sample, logged = setting.sample, setting.sample.logged
        assert logged is not None
        self.keep, self.occasion, self.lag = sample.keep, sample.occasion, setting.plan.exposure.lag
        self.any = setting.plan.exposure.dose == "any"
        ids = sample.frame["occasion_id"].to_numpy(dtype=np.int64)
        at = logged["occasion_id"].to_numpy(dtype=np.int64, na_value=-1)
        logged, at = logged[at >= 0], at[at >= 0]
        self.row = np.searchsorted(ids, at)
        self.day = logged["day"].to_numpy(dtype=np.float64)
        # one axis for all clients: days from the first on, a stretch of its own for each client
        day = number_of(sample.frame["day"])
        self.base = float(min(day.min(), self.day.min(initial=day.min())))
        self.span = float(max(day.max(), self.day.max(initial=day.max())) - self.base + 1.0) * 4.0 + 4000.0
        self.axis = sample.client * self.span + (day - self.base)
        self.client = sample.client

    def dose(self, times: float, law: DelayLaw, rng: np.random.Generator) -> Floats:
        """The dose of the model's rows with `times` the law's delay added: an episode counts for the first rating after."""
        late = delayed_days(self.day, law, times, rng)
        own = self.client[self.row]
        place = np.searchsorted(self.axis, own * self.span + (late - self.base), "left")
        at = np.minimum(place, len(self.axis) - 1)
        there = (place < len(self.axis)) & (self.client[at] == own)
        moved = late > self.day
        row, kept = np.where(moved, np.maximum(at, self.row), self.row), ~moved | there
        count = np.bincount(row[kept], minlength=len(self.axis)).astype(np.float64)
        window = np.minimum(count, 1.0) if self.any else count
        return np.asarray(shifted_values(window, self.occasion, self.lag)[self.keep])


CHECK = Check(not_applicable, run)
