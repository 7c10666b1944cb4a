"""Nearer windows: the exposure of windows closer to the rating, which a lagged exposure must not stand in for.

Within clients the exposures of two windows correlate by construction (they sum to the client's mean), so a lagged exposure
alone borrows from the effect of the nearer ones, with the opposite sign.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, tested_again, within_only
from pipeline.hypotheses.design.exposures import Exposure, main_exposures
from pipeline.hypotheses.design.terms import exposure_term, rows_of
from pipeline.results.reason import Reason, reason


def not_applicable(setting: Setting) -> Reason | None:
    """Only a lag has nearer windows."""
    if setting.plan.exposure.lag == 0:
        return reason("nearest_already")
    return within_only(setting)


def run(setting: Setting) -> Found:
    """Add the within parts of the exposures 0 ... lag - 1 ratings back."""
    sample, lag = setting.sample, setting.plan.exposure.lag
    nearer: dict[Exposure, Floats] = {}
    for exposure in main_exposures(setting.plan):
        for back in range(lag):
            own = replace(exposure, back=back, part="within")
            nearer[own] = sample.before(sample.lead[exposure], back + 1)
    keep = sample.keep & np.all([np.isfinite(values) for values in nearer.values()], axis=0)
    rows = rows_of(sample, keep)
    design = setting.design(keep, extra=[exposure_term(own, values, rows) for own, values in nearer.items()])
    return Found(tested_again(setting.fit(design), design))


CHECK = Check(not_applicable, run)
