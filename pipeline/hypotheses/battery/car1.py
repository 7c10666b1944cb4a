"""Residual autocorrelation: ratings close in time resemble each other, with or without advocacy."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from pipeline.exposure.visits import Floats, Integers
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, engine_only, tested_again
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.design.sample import Sample
from pipeline.results.attempt import CheckCodes, CheckFacts

SAME_DAY = 0.5  # two ratings on one day count as half a day apart, so that their correlation stays below one


def run(setting: Setting) -> Found:
    """Fit the primary model with CAR(1) residuals: correlation phi^(days apart), or sessions apart without days."""
    design = setting.primary.design
    days, unit = rising_clock(setting.sample)
    design = replace(design, clock=days[design.rows.keep])
    model = setting.fit(design, residual="car1")
    return Found(tested_again(model, design), facts=CheckFacts(phi=float(model.phi or 0.0)), names=CheckCodes(unit=unit))


def rising_clock(sample: Sample) -> tuple[Floats, Literal["day", "session"]]:
    """Days (else session numbers) of all ratings that rise strictly within a client, and which of the two."""
    frame = sample.frame
    day = number_of(frame["day"])
    if not np.isfinite(day).all():
        return number_of(frame["session_number"]), "session"
    return day + SAME_DAY * _repeats(day, sample.occasion), "day"


def _repeats(day: Floats, occasion: Integers) -> Floats:
    """How many earlier ratings of the same client fell on the same day."""
    count = np.zeros(len(day))
    for i in np.flatnonzero((np.diff(day, prepend=np.nan) == 0) & (occasion > 1)):
        count[i] = count[i - 1] + 1
    return np.asarray(count / (1.0 + count.max(initial=0.0)))


CHECK = Check(engine_only, run)
