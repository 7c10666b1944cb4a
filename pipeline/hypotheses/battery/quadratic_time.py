"""Curved time: an alliance that rises and levels off must not pass for an effect."""

from __future__ import annotations

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, applies_always, tested_again
from pipeline.hypotheses.design.terms import plain_term


def run(setting: Setting) -> Found:
    """Add the square of centered time."""
    time = setting.primary.design.numeric()["time"]
    design = setting.design(setting.sample.keep, extra=[plain_term("time_squared", time * time, "time")])
    return Found(tested_again(setting.fit(design), design))


CHECK = Check(applies_always, run)
