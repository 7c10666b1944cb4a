"""Reverse direction: does the alliance bring advocacy, rather than advocacy the alliance?"""

from __future__ import annotations

import numpy as np

from pipeline.exposure.visits import Booleans
from pipeline.hypotheses import logit, terms
from pipeline.hypotheses.battery.base import Check, Finding, Setting, within_only
from pipeline.hypotheses.estimate import Estimate, contrast, of
from pipeline.hypotheses.fitting import fit

YES = "After better ratings than usual there is {direction} of it: the alliance may bring the advocacy."
NO = "After better or worse ratings than usual there is no more or less of it, as far as can be seen."
COUNT = " Centering within clients biases this number a little in short series (Nickell 1981); it does not decide."


def not_applicable(setting: Setting) -> str | None:
    """A reverse of one exposure on one outcome; contrasts and moderated effects have none of their own."""
    if setting.plan.contrast is not None or setting.plan.moderator is not None:
        return "the reverse is tried for single exposures, without moderator"
    return within_only(setting)


def run_count(setting: Setting) -> Finding:
    """Regress the dose after a rating on the rating (within client), with the rating's other parts beside it."""
    design, name = _design(setting, _keep(setting))
    return _finding(contrast(fit(design, setting.compute), {name: 1.0}), COUNT)


def run_any(setting: Setting) -> Finding:
    """A logit of any episode after a rating; errors clustered by worker."""
    design, name = _design(setting, _keep(setting))
    event = (design.columns["outcome"] > 0).astype(np.float64)
    model = logit.fit(event, terms.numeric(design), design.rows.worker)
    estimate, error = model.combination({name: 1.0})
    return _finding(of(estimate, error, None), " The number is a log-odds for each point of the rating.")


def _keep(setting: Setting) -> Booleans:
    return setting.sample.keep & np.isfinite(setting.sample.lead[setting.plan.exposure.mode])


def _design(setting: Setting, keep: Booleans) -> tuple[terms.Design, str]:
    sample, name = setting.sample, "outcome_within"
    rows = terms.rows_of(sample, keep)
    parts = terms.split(sample.y, rows)
    own = {name: parts.within, "outcome_between": parts.between, "outcome_worker": parts.worker}
    behind, _ = terms.background(setting.plan, sample, rows)
    columns = {**own, **behind}
    ids = {"client_id": rows.client, "worker_id": rows.worker}
    dose = sample.lead[setting.plan.exposure.mode][keep]
    random = {group: ["1"] for group in setting.plan.random}
    design = terms.Design(rows, {"outcome": dose, **columns, **ids}, tuple(columns), random, terms.Focus(own, {name: 1.0}))
    return design, name


def _finding(found: Estimate, note: str) -> Finding:
    seen = found.conf_low > 0 or found.conf_high < 0
    said = YES.format(direction="more" if found.estimate > 0 else "less") if seen else NO
    return Finding(found, not seen, said + note)


COUNT_CHECK = Check("reverse", "Reverse: rating on the dose after it", not_applicable, run_count)
ANY_CHECK = Check("reverse_any", "Reverse: rating on any episode after it", not_applicable, run_any)
