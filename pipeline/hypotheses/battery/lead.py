"""Lead placebo: advocacy after the rating cannot have brought it about."""

from __future__ import annotations

import numpy as np

from pipeline.hypotheses import terms
from pipeline.hypotheses.battery.base import Check, Finding, Setting, difference, within_only
from pipeline.hypotheses.estimate import contrast
from pipeline.hypotheses.sample import main_exposures

BEFORE = "The exposure before a rating goes with it more than the exposure after it does."
AFTER = "The exposure after a rating, which cannot have brought it about, goes with it about as much."
NEITHER = "There is no effect whose direction could be told."


def run(setting: Setting) -> Finding:
    """Add the exposure of the window after the rating; test exposure minus lead by the covariance of the two."""
    plan, sample = setting.plan, setting.sample
    keep = sample.keep.copy()
    for name in main_exposures(plan):
        keep &= np.isfinite(sample.lead[name])
    rows = terms.rows_of(sample, keep)
    lead = terms.focus(plan, sample, rows, sample.lead, tag="_after")
    beside = terms.others(plan, sample.lead, rows, terms.PART[plan.effect], tag="_after")
    design = setting.design(keep, extra=lead.columns | beside)
    model = setting.fit(design)
    apart = contrast(model, difference(design.tested, lead.tested))
    after = contrast(model, lead.tested)
    passed = apart.excludes_zero(setting.sign)
    said = BEFORE if passed else AFTER
    if not setting.tested.excludes_zero(setting.sign):
        said = NEITHER
    return Finding(apart, passed, said, {"after": after})


CHECK = Check("lead_placebo", "Lead placebo: exposure before minus after the rating", within_only, run)
