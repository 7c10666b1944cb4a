"""Hidden cause with memory: what brings advocacy and alliance at once, and lasts, shows in the windows around this one, too.

The exposure of the window after the rating cannot have brought it about, and that of the window before is no part of the
tested number. A cause of both that keeps the share rho of itself from window to window gives to either about rho times what
it gives to the tested one (METHODS.md, "The ladder", 2). The state is read in `verdict/memory`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.setting import (
    Check,
    Found,
    Setting,
    combined_estimate,
    difference_weights,
    within_only,
)
from pipeline.hypotheses.design.exposures import Exposure
from pipeline.hypotheses.design.focus import focus_of
from pipeline.hypotheses.design.sample import Sample
from pipeline.hypotheses.design.terms import Term, Weights, plain_term, rows_of
from pipeline.results.attempt import CheckFacts, FurtherNumbers
from pipeline.results.estimate import Estimate


def run(setting: Setting) -> Found:
    """Add the exposures of the window after the rating and of the window before the exposure's own.

    `before` is the tested number beside them, `after` and `earlier` those of the other windows; facts: the covariances of
    the three. A window that is not there (after the last rating, before the first) has nothing within clients, and a flag.
    """
    plan, sample = setting.plan, setting.sample
    rows = rows_of(sample, sample.keep)
    back = plan.exposure.lag + 1
    lagged = {exposure: sample.before(values) for exposure, values in sample.dose.items()}
    after = focus_of(plan, sample, rows, filled_doses(sample, sample.lead), lead=True)
    earlier = None if plan.exposure.decays else focus_of(plan, sample, rows, filled_doses(sample, lagged), back=back)
    design = setting.design(sample.keep, extra=[*after.terms, *(() if earlier is None else earlier.terms)])
    design = design.beside(missing_window_flag(sample, sample.lead, "no_window_after"))
    if earlier is not None:
        design = design.beside(missing_window_flag(sample, lagged, "no_window_before"))
    model = setting.fit(design)

    def number(weights: Weights) -> Estimate:
        return combined_estimate(model, design, weights)

    before, behind = number(design.tested), number(after.tested)
    apart = number(difference_weights(design.tested, after.tested))
    own = covariance_of_estimates(before, behind, apart)
    if earlier is None:
        return Found(apart, FurtherNumbers(before=before, after=behind), CheckFacts(cov_before_after=own))
    ahead = number(earlier.tested)
    facts = CheckFacts(
        cov_before_after=own,
        cov_before_earlier=covariance_of_estimates(before, ahead, number(difference_weights(design.tested, earlier.tested))),
        cov_after_earlier=covariance_of_estimates(behind, ahead, number(difference_weights(after.tested, earlier.tested))),
    )
    return Found(apart, FurtherNumbers(before=before, after=behind, earlier=ahead), facts)


def covariance_of_estimates(one: Estimate, other: Estimate, apart: Estimate) -> float:
    """Of two estimates, from their errors and that of their difference."""
    return (one.std_error**2 + other.std_error**2 - apart.std_error**2) / 2.0


def filled_doses(sample: Sample, doses: Mapping[Exposure, Floats]) -> dict[Exposure, Floats]:
    """Doses with each client's own mean over the kept rows where a window is not there."""
    clients = int(sample.client.max()) + 1
    found = {}
    for exposure, values in doses.items():
        known = sample.keep & np.isfinite(values)
        count = np.maximum(np.bincount(sample.client[known], minlength=clients), 1)
        mean = np.bincount(sample.client[known], weights=values[known], minlength=clients) / count
        found[exposure] = np.where(known, values, mean[sample.client])
    return found


def missing_window_flag(sample: Sample, doses: Mapping[Exposure, Floats], name: str) -> Term:
    """A flag of the ratings whose window is not there: every mode has the same windows."""
    none = ~np.any([np.isfinite(values) for values in doses.values()], axis=0)
    return plain_term(name, none[sample.keep].astype(np.float64), "flag")


CHECK = Check(within_only, run)
