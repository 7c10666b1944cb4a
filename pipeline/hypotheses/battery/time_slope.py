"""Random time slope: clients who rise at their own pace must not pass for an effect."""

from __future__ import annotations

from dataclasses import replace

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, combined_estimate, tested_again
from pipeline.hypotheses.fitting import covariance_of
from pipeline.results.attempt import CheckCodes, FurtherNumbers
from pipeline.results.reason import Reason, reason


def not_applicable(setting: Setting) -> Reason | None:
    """Slopes need a grouping by client."""
    return None if "client_id" in setting.plan.random else reason("no_effects_by_client")


def run(setting: Setting) -> Found:
    """Fit the model with and without slopes of time by client; the number is that of the one with slopes.

    `slopes` says where they came out as zero, so that nothing changes with them.
    """
    random = setting.primary.design.random
    has = "time" in random["client_id"]
    terms = [term for term in random["client_id"] if term != "time"] if has else [*random["client_id"], "time"]
    design = replace(setting.primary.design, random={**random, "client_id": terms})
    other = setting.fit(design)
    if has:
        return Found(setting.tested, FurtherNumbers(without=combined_estimate(other, design, design.tested)))
    none = covariance_of(other, "client_id", terms)[0][-1] == 0.0
    slopes = CheckCodes(slopes="none" if none else None)
    return Found(tested_again(other, design), FurtherNumbers(without=setting.tested), names=slopes)


CHECK = Check(not_applicable, run)
