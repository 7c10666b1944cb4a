"""How much clients differ in the effect itself: the SD of their own effects, and on which side of zero these lie."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from pipeline.base.errors import ModelError
from pipeline.hypotheses.fitting import FittedDesign, covariance_of
from pipeline.results.estimate import Estimate
from pipeline.results.fit import OwnEffects

GROUP = "client_id"
Z = 1.959964  # of a 95% interval
WIDEST = 6.0  # half the logarithm of the widest interval that still tells something: ends 160,000 times apart


def own_effects(fitted: FittedDesign, tested: Estimate) -> OwnEffects | None:
    """The SD of clients' own slopes by the model, and the share of clients above zero; None for what is no single slope.

    The SD is that of the model's distribution of effects, so that it holds no noise of a client's few ratings (it is what
    clients' slopes are shrunken by). Its interval is symmetric in the logarithm (delta method). Where the model has no slope
    by client, because it came out as zero or was not asked for, there is none.
    """
    terms = fitted.design.random.get(GROUP, [])
    weights = [(name, weight) for name, weight in fitted.design.tested.items() if weight]
    if len(weights) != 1 or weights[0] not in [(name, 1.0) for name in terms]:
        return None
    name = weights[0][0]
    spread, _ = covariance_of(fitted.model, GROUP, terms)
    sd = float(spread[terms.index(name)])
    if not sd > 0:
        return None
    try:
        error = float(fitted.model.covariance_error(GROUP, name, name))
    except (ModelError, AttributeError, NotImplementedError):
        return None  # an engine that tells no error of a variance
    reach = Z * error / (2.0 * sd * sd)
    if not reach < WIDEST:
        return None  # an interval from next to nothing to anything tells no spread
    factor = float(np.exp(reach))
    return OwnEffects(sd=sd, conf_low=sd / factor, conf_high=sd * factor, share_above=float(ndtr(tested.estimate / sd)))
