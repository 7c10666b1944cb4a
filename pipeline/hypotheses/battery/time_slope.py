"""Random time slope: clients who rise at their own pace must not pass for an effect."""

from __future__ import annotations

from dataclasses import replace

from pipeline.hypotheses.battery.base import Check, Finding, Setting, holds, verdict_words
from pipeline.hypotheses.estimate import contrast
from pipeline.hypotheses.fitting import covariance

DROPPED = "The slopes of time do not differ between clients as far as can be seen, so nothing changes with them."


def not_applicable(setting: Setting) -> str | None:
    """Slopes need a grouping by client."""
    return None if "client_id" in setting.plan.random else "the model has no effects by client"


def run(setting: Setting) -> Finding:
    """Fit the model with and without slopes of time by client; the one with slopes decides."""
    random = setting.primary.design.random
    has = "time" in random["client_id"]
    terms = [term for term in random["client_id"] if term != "time"] if has else [*random["client_id"], "time"]
    design = replace(setting.primary.design, random={**random, "client_id": terms})
    other = setting.fit(design)
    without = contrast(other, design.tested) if has else setting.tested
    if has:
        found, passed = setting.tested, setting.tested.excludes_zero(setting.sign)
    else:
        found, passed = holds(setting, design, other)
    said = f"With slopes of time that differ by client, {verdict_words(setting, passed)}."
    if not has and covariance(other, "client_id", terms)[0][-1] == 0.0:
        said = DROPPED
    return Finding(found, passed, said, {"without": without})


CHECK = Check("time_slope", "Own slope of time for each client", not_applicable, run)
