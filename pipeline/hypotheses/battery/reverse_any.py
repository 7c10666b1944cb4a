"""Reverse, as yes or no: any episode after a rating, regressed on the rating; errors clustered by worker."""

from __future__ import annotations

import numpy as np

from pipeline.hypotheses import logit
from pipeline.hypotheses.battery.shared.reversed import RATING, not_single, reversed_design
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting
from pipeline.hypotheses.design.people import people_behind
from pipeline.results.estimate import estimate_of


def run(setting: Setting) -> Found:
    """A logit of any episode after a rating; the number is a log-odds for each point of the rating."""
    design = reversed_design(setting)
    event = (design.outcome > 0).astype(np.float64)
    model = logit.fit(event, design.numeric(), design.rows.worker)
    number = estimate_of(*model.combination({RATING: 1.0}), None)
    return Found(number.backed(people_behind(design, [RATING])))


CHECK = Check(not_single, run)
