"""Negative controls: advocacy without being there together, brought on by the same crises."""

from __future__ import annotations

import numpy as np

from pipeline.base.options import Check as CheckName
from pipeline.hypotheses import terms
from pipeline.hypotheses.battery.base import Check, Finding, Setting, difference
from pipeline.hypotheses.estimate import contrast
from pipeline.hypotheses.sample import main_exposures

WORDS = {
    "worker_solo": "the worker's advocacy alone",
    "client_solo": "the client's advocacy alone",
    "concrete": "concrete services",
}


def check_of(control: str, name: CheckName) -> Check:
    """The check of one control exposure."""

    def run(setting: Setting) -> Finding:
        return beside(setting, control)

    def not_applicable(setting: Setting) -> str | None:
        return reason(setting, control)

    return Check(name, f"Joint minus {WORDS[control]}", not_applicable, run)


def reason(setting: Setting, control: str) -> str | None:
    """Controls are for joint advocacy; a control already in the contrast is no further check."""
    if setting.plan.exposure.mode != "joint":
        return "a control for being there together, which this hypothesis is not about"
    if control in main_exposures(setting.plan):
        return "this control is part of the tested contrast already"
    if setting.plan.moderator is not None:
        return "the tested number is a difference between levels of the moderator"
    if not setting.sample.episodes.get(control):
        return f"no {control} episodes in the log"
    values = setting.sample.dose[control][setting.sample.keep]
    return None if np.ptp(values) > 0 else f"{control} does not vary over the model's rows"


def beside(setting: Setting, control: str) -> Finding:
    """Put the control beside the exposure; joint minus control as one number.

    Fails where the control shows an effect of the same sign and the difference includes zero (METHODS.md, Verdict).
    """
    sample = setting.sample
    keep = sample.keep & np.isfinite(sample.dose[control])
    part = terms.PART[setting.plan.effect]
    own = terms.split(sample.dose[control], terms.rows_of(sample, keep))
    parts = ("within", "between") if setting.plan.effect == "contextual" else (part,)
    extra = {f"{control}_{name}": getattr(own, name) for name in parts}
    design = setting.design(keep, extra=extra)
    model = setting.fit(design)
    weights = terms.contextual(setting.plan, {f"{control}_{part}": 1.0})
    alone, apart = contrast(model, weights), contrast(model, difference(design.tested, weights))
    same = alone.excludes_zero(setting.sign)
    passed = not (same and not apart.excludes_zero(setting.sign))
    return Finding(apart, passed, told(control, same, passed), {"control": alone})


def told(control: str, same: bool, passed: bool) -> str:
    """What a control says, no more than its intervals allow; a difference is claimed only where both exclude zero."""
    if not same:
        return f"No effect of the same sign is seen for {WORDS[control]}."
    if passed:
        return f"The effect is larger than that of {WORDS[control]}."
    return f"The same is seen for {WORDS[control]}, and the two cannot be told apart: not specific to being there."


WORKER_SOLO = check_of("worker_solo", "control_worker_solo")
CLIENT_SOLO = check_of("client_solo", "control_client_solo")
CONCRETE = check_of("concrete", "control_concrete")
