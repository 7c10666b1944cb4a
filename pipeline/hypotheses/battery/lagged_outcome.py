"""Lagged outcome: does the exposure tell more than the previous rating already told?

With few ratings a client the previous rating's own coefficient is biased downwards (Nickell 1981).
"""

from __future__ import annotations

import numpy as np

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, tested_again, within_only
from pipeline.hypotheses.design.terms import plain_term


def run(setting: Setting) -> Found:
    """Add the previous rating's outcome, uncentered."""
    before = setting.sample.before(setting.sample.y)
    keep = setting.sample.keep & np.isfinite(before)
    design = setting.design(keep, extra=[plain_term("outcome_before", before[keep], "outcome")])
    return Found(tested_again(setting.fit(design), design))


CHECK = Check(within_only, run)
