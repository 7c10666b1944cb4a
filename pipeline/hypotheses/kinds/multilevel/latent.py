"""The error of a number between clients whose levels are known from few ratings: reliability is an estimate, too.

Without each worker in turn (clients, where no effects are by worker) the coefficients, variances held, and the reliability
are told anew: the jackknife's error holds both, and how they hang together (Shao & Tu 1995). The larger of that and the
model's own error counts, on the fewer degrees of freedom.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError
from pipeline.exposure.visits import Floats, Integers
from pipeline.hypotheses.design.focus import latent_weights
from pipeline.hypotheses.fitting import FittedDesign
from pipeline.results.estimate import Estimate, estimate_of

if TYPE_CHECKING:
    from pipeline.base.params import Compute, Plan

MOST = 200  # more groups than these tell the reliability so well that its error is beside the point


def widened_number(plan: Plan, fitted: FittedDesign, number: Estimate, compute: Compute) -> Estimate:
    """The tested number with the error of its reliability in it; as it is where it rests on none."""
    design, known = fitted.design, fitted.design.means
    if known is None or compute.engine != "multilevel" or not design.random:
        return number
    name = "worker_id" if "worker_id" in design.random else "client_id"
    own = known.worker if name == "worker_id" else np.arange(len(known.worker))
    groups = int(own.max()) + 1
    if groups > MOST:
        return number
    try:
        without = _without(plan, fitted, name, own, groups)
    except (ModelError, np.linalg.LinAlgError):
        return number
    around = without - without.mean()
    error = float(np.sqrt((groups - 1) / groups * (around @ around)))
    df = float(groups - 1) if number.df is None else min(number.df, float(groups - 1))
    found = estimate_of(number.estimate, max(number.std_error, error), df)
    return found.backed(number.behind)


def _without(plan: Plan, fitted: FittedDesign, name: str, own: Integers, groups: int) -> Floats:
    """The tested number without each group."""
    known = fitted.design.means
    assert known is not None
    table = fitted.model.influence(name)
    matrices = known.without_each(own, groups)
    found = []
    for row, matrix in zip(table.to_dict("records"), matrices, strict=True):
        weights = latent_weights(plan, matrix)
        found.append(sum(weight * float(row[term]) for term, weight in weights.items()))
    values = np.array(found)
    return np.asarray(values[np.isfinite(values)])
