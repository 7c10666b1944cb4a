"""Negative controls: advocacy without being there together, brought on by the same crises."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, combined_estimate, difference_weights
from pipeline.hypotheses.design.build import means_of
from pipeline.hypotheses.design.exposures import TESTED_PART, Exposure, Part, main_exposures, main_modes
from pipeline.hypotheses.design.focus import contextual_focus, level_weights
from pipeline.hypotheses.design.terms import Design, Weights, exposure_term, rows_of
from pipeline.results.attempt import FurtherNumbers
from pipeline.results.estimate import Estimate
from pipeline.results.reason import Reason, not_estimable, reason


def control_check(mode: str) -> Check:
    """The check of one control exposure."""

    def run(setting: Setting) -> Found:
        return control_beside(setting, mode)

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


def control_beside(setting: Setting, mode: str) -> Found:
    """Put the control beside the exposure; joint minus control as one number, the control's own beside it."""
    apart, control = apart_from(setting, [mode])
    return Found(apart, FurtherNumbers(control=control))


def apart_from(setting: Setting, modes: Sequence[str]) -> tuple[Estimate, Estimate]:
    """The tested number minus the mean of these controls' effects, all in one model; and that mean.

    Where the tested number is about clients' own levels, so are the controls': the reliability of all their means together
    raises both. NotEstimable where these are chance for the most part.
    """
    plan, sample, controls = setting.plan, setting.sample, [Exposure(mode) for mode in modes]
    keep = sample.keep & np.all([np.isfinite(sample.dose[control]) for control in controls], axis=0)
    part, levels = TESTED_PART[plan.effect], setting.primary.design.means is not None
    parts: tuple[Part, ...] = ("within", "between") if levels or plan.effect == "contextual" else (part,)
    rows = rows_of(sample, keep)
    extra = [exposure_term(one.of_part(own), sample.dose[one], rows) for one in controls for own in parts]
    design = setting.design(keep, extra=extra)
    model = setting.fit(design)
    share = 1.0 / len(controls)
    if levels:
        tested, mean = _of_levels(setting, design, controls, share)
    else:
        own = [control.of_part(part) for control in controls]
        tested, mean = design.tested, contextual_focus(plan, own, {one.name: share for one in own})
    return combined_estimate(model, design, difference_weights(tested, mean)), combined_estimate(model, design, mean)


def _of_levels(setting: Setting, design: Design, controls: Sequence[Exposure], share: float) -> tuple[Weights, Weights]:
    """The weights of the tested number and of the controls' mean, by the reliability of all means together."""
    plan, least = setting.plan, setting.compute.min_mean_reliability
    main = main_exposures(plan)
    every = [*main, *controls]
    known = means_of(plan, setting.sample, design.rows, design.terms, every)
    if known is None or known.least < least:
        raise not_estimable("means_not_reliable", limits={"min_mean_reliability": least})
    signs = [*(1.0, -1.0)[: len(main)], *(0.0 for _ in controls)]
    shares = [*(0.0 for _ in main), *(share for _ in controls)]
    return level_weights(plan, every, signs, known.matrix), level_weights(plan, every, shares, known.matrix)
