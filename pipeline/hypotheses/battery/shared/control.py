"""Negative controls: advocacy without being there together, brought on by the same crises."""

from __future__ import annotations

import numpy as np

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, combined, difference
from pipeline.hypotheses.design.exposures import TESTED_PART, Exposure, Part, main_modes
from pipeline.hypotheses.design.focus import contextual
from pipeline.hypotheses.design.terms import exposure_term, rows_of
from pipeline.results.attempt import FurtherNumbers
from pipeline.results.reason import Reason, reason


def control_check(mode: str) -> Check:
    """The check of one control exposure."""

    def run(setting: Setting) -> Found:
        return beside(setting, mode)

    def not_applicable(setting: Setting) -> Reason | None:
        return no_control(setting, mode)

    return Check(not_applicable, run)


def no_control(setting: Setting, mode: str) -> Reason | None:
    """Controls are for joint advocacy; a control already in the contrast is no further check."""
    if setting.plan.exposure.mode != "joint":
        return reason("not_about_presence")
    if mode in main_modes(setting.plan):
        return reason("in_the_contrast")
    if setting.plan.moderator is not None:
        return reason("tested_by_level")
    if not setting.sample.episodes.get(mode):
        return reason("no_control_episodes", mode=mode)
    values = setting.sample.dose[Exposure(mode)][setting.sample.keep]
    return None if np.ptp(values) > 0 else reason("control_constant", mode=mode)


def beside(setting: Setting, mode: str) -> Found:
    """Put the control beside the exposure; joint minus control as one number, the control's own beside it."""
    plan, sample, control = setting.plan, setting.sample, Exposure(mode)
    keep = sample.keep & np.isfinite(sample.dose[control])
    part = TESTED_PART[plan.effect]
    parts: tuple[Part, ...] = ("within", "between") if plan.effect == "contextual" else (part,)
    rows = rows_of(sample, keep)
    extra = [exposure_term(control.of_part(one), sample.dose[control], rows) for one in parts]
    design = setting.design(keep, extra=extra)
    model = setting.fit(design)
    own = control.of_part(part)
    weights = contextual(plan, [own], {own.name: 1.0})
    apart = combined(model, design, difference(design.tested, weights))
    return Found(apart, FurtherNumbers(control=combined(model, design, weights)))
