"""Specificity on evidence: joint advocacy minus the mean of what is done without being there together, all in one model."""

from __future__ import annotations

import numpy as np

from pipeline.hypotheses.battery.shared.control import no_control
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, combined, difference
from pipeline.hypotheses.design.exposures import TESTED_PART, Exposure, Part
from pipeline.hypotheses.design.focus import contextual
from pipeline.hypotheses.design.terms import exposure_term, rows_of
from pipeline.results.attempt import CheckFacts, FurtherNumbers
from pipeline.results.reason import Reason, reason

CONTROLS = ("worker_solo", "client_solo", "concrete")
# Why no control can be asked: of these the first that holds for any control is the reason.
NOT_ASKED = ("not_about_presence", "in_the_contrast", "tested_by_level")


def not_applicable(setting: Setting) -> Reason | None:
    """There is a control to be set beside it; where the contrast holds one, specificity is what is tested."""
    reasons = [no_control(setting, mode) for mode in CONTROLS]
    for code in NOT_ASKED:
        if any(one is not None and one.code == code for one in reasons):
            return reason(code)
    return reason("no_controls") if all(one is not None for one in reasons) else None


def run(setting: Setting) -> Found:
    """Put every control beside the exposure; the tested number minus the mean of theirs, which stands beside it."""
    plan, sample = setting.plan, setting.sample
    modes = [mode for mode in CONTROLS if no_control(setting, mode) is None]
    keep = sample.keep & np.all([np.isfinite(sample.dose[Exposure(mode)]) for mode in modes], axis=0)
    part = TESTED_PART[plan.effect]
    parts: tuple[Part, ...] = ("within", "between") if plan.effect == "contextual" else (part,)
    rows = rows_of(sample, keep)
    extra = [exposure_term(Exposure(mode, part=one), sample.dose[Exposure(mode)], rows) for mode in modes for one in parts]
    design = setting.design(keep, extra=extra)
    model = setting.fit(design)
    own = [Exposure(mode, part=part) for mode in modes]
    mean = contextual(plan, own, {exposure.name: 1.0 / len(own) for exposure in own})
    apart = combined(model, design, difference(design.tested, mean))
    return Found(apart, FurtherNumbers(controls=combined(model, design, mean)), CheckFacts(controls=float(len(own))))


CHECK = Check(not_applicable, run)
