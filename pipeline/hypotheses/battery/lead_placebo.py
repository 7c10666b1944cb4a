"""Lead placebo: advocacy after the rating cannot have brought it about."""

from __future__ import annotations

import numpy as np

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, combined, difference, within_only
from pipeline.hypotheses.design.exposures import TESTED_PART, main_exposures
from pipeline.hypotheses.design.terms import focus_of, rest_terms, rows_of


def run(setting: Setting) -> Found:
    """Add the exposure of the window after the rating; exposure minus lead by the covariance of the two."""
    plan, sample = setting.plan, setting.sample
    keep = sample.keep.copy()
    for exposure in main_exposures(plan):
        keep &= np.isfinite(sample.lead[exposure])
    rows = rows_of(sample, keep)
    lead = focus_of(plan, sample, rows, sample.lead, lead=True)
    rest = rest_terms(plan, sample.lead, rows, TESTED_PART[plan.effect], lead=True)
    design = setting.design(keep, extra=(*lead.terms, *rest))
    model = setting.fit(design)
    before, after = combined(model, design, design.tested), combined(model, design, lead.tested)
    return Found(combined(model, design, difference(design.tested, lead.tested)), {"before": before, "after": after})


CHECK = Check(within_only, run)
