"""Lagged outcome: does the exposure tell more than the previous rating already told?"""

from __future__ import annotations

import numpy as np

from pipeline.hypotheses.battery.base import Check, Finding, Setting, holds, verdict_words, within_only

NICKELL = "With few ratings a client the previous rating's own coefficient is biased downwards (Nickell 1981)."


def run(setting: Setting) -> Finding:
    """Add the previous rating's outcome, uncentered."""
    before = setting.sample.before(setting.sample.y)
    keep = setting.sample.keep & np.isfinite(before)
    design = setting.design(keep, extra={"outcome_before": before[keep]})
    found, passed = holds(setting, design, setting.fit(design))
    return Finding(found, passed, f"With the previous rating in the model, {verdict_words(setting, passed)}. {NICKELL}")


CHECK = Check("lagged_outcome", "Previous rating added", within_only, run)
