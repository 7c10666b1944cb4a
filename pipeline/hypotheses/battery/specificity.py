"""Specificity on evidence: joint advocacy minus the mean of what is done without being there together, all in one model."""

from __future__ import annotations

from pipeline.hypotheses.battery.shared.control import apart_from, no_control
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting
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
    modes = [mode for mode in CONTROLS if no_control(setting, mode) is None]
    apart, mean = apart_from(setting, modes)
    return Found(apart, FurtherNumbers(controls=mean), CheckFacts(controls=float(len(modes))))


CHECK = Check(not_applicable, run)
