"""Curved time: an alliance that rises and levels off must not pass for an effect."""

from __future__ import annotations

from pipeline.hypotheses.battery.base import Check, Finding, Setting, always, holds, verdict_words


def run(setting: Setting) -> Finding:
    """Add the square of centered time."""
    keep = setting.sample.keep
    time = setting.primary.design.columns["time"]
    design = setting.design(keep, extra={"time_squared": time * time})
    found, passed = holds(setting, design, setting.fit(design))
    return Finding(found, passed, f"With a curve in time, {verdict_words(setting, passed)}.")


CHECK = Check("quadratic_time", "Curved time", always, run)
