"""Reverse: the dose after a rating, regressed on the rating."""

from __future__ import annotations

from pipeline.hypotheses.battery.shared.reversed import RATING, not_single, reversed_design
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, combined
from pipeline.hypotheses.engines import fit_design


def run(setting: Setting) -> Found:
    """Regress the dose after a rating on the rating (within client), with the rating's other parts beside it."""
    design = reversed_design(setting)
    return Found(combined(fit_design(design, setting.compute), design, {RATING: 1.0}))


CHECK = Check(not_single, run)
