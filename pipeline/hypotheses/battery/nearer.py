"""Nearer windows: the exposure of windows closer to the rating, which a lagged exposure must not stand in for.

Within clients the exposures of two windows correlate by construction (they sum to the client's mean), so a lagged exposure
alone borrows from the effect of the nearer ones, with the opposite sign.
"""

from __future__ import annotations

import numpy as np

from pipeline.exposure.visits import Floats
from pipeline.hypotheses import terms
from pipeline.hypotheses.battery.base import Check, Finding, Setting, holds, verdict_words, within_only
from pipeline.hypotheses.sample import main_exposures


def not_applicable(setting: Setting) -> str | None:
    """Only a lag has nearer windows."""
    if setting.plan.exposure.lag == 0:
        return "the exposure is that of the nearest window already"
    return within_only(setting)


def run(setting: Setting) -> Finding:
    """Add the within parts of the exposures 0 ... lag - 1 ratings back."""
    sample, lag = setting.sample, setting.plan.exposure.lag
    nearer: dict[str, Floats] = {}
    for mode in main_exposures(setting.plan):
        for back in range(lag):
            nearer[f"{mode}_lag{back}_within"] = sample.before(sample.lead[mode], back + 1)
    keep = sample.keep & np.all([np.isfinite(values) for values in nearer.values()], axis=0)
    rows = terms.rows_of(sample, keep)
    extra = {name: terms.split(values, rows).within for name, values in nearer.items()}
    design = setting.design(keep, extra=extra)
    found, passed = holds(setting, design, setting.fit(design))
    return Finding(found, passed, f"With the exposure of nearer windows beside it, {verdict_words(setting, passed)}.")


CHECK = Check("nearer_windows", "Exposure of nearer windows beside it", not_applicable, run)
