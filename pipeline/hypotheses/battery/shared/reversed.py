"""Reverse direction: does the alliance bring advocacy, rather than advocacy the alliance?"""

from __future__ import annotations

import numpy as np

from pipeline.exposure.visits import Booleans, Floats
from pipeline.hypotheses.battery.shared.setting import Setting, within_only
from pipeline.hypotheses.design.exposures import PARTS, Exposure
from pipeline.hypotheses.design.terms import (
    Design,
    Focus,
    background_terms,
    part_of,
    plain_term,
    rows_of,
    split_dose,
)
from pipeline.results.reason import Reason, reason

RATING = "outcome_within"


def not_single(setting: Setting) -> Reason | None:
    """A reverse of one exposure on one outcome; contrasts and moderated effects have none of their own."""
    if setting.plan.contrast is not None or setting.plan.moderator is not None:
        return reason("not_a_single_exposure")
    return within_only(setting)


def reversed_design(setting: Setting) -> Design:
    """The dose after a rating on the rating (within client), with the rating's other parts beside it."""
    sample = setting.sample
    keep, lead = _known(setting)
    rows = rows_of(sample, keep)
    parts = split_dose(sample.y, rows)
    own = tuple(plain_term(f"outcome_{part}", part_of(parts, part), "outcome") for part in PARTS)
    behind, _ = background_terms(setting.plan, sample, rows)
    random = {group: ["1"] for group in setting.plan.random}
    return Design(rows, lead[keep], (*own, *behind), {}, random, Focus((own[0],), {RATING: 1.0}))


def _known(setting: Setting) -> tuple[Booleans, Floats]:
    lead = setting.sample.lead[Exposure(setting.plan.exposure.mode)]
    return setting.sample.keep & np.isfinite(lead), lead
