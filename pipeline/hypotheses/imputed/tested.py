"""A pooled number in the place of the tested one."""

from __future__ import annotations

from pipeline.hypotheses.sensitivity import sensitivity_of
from pipeline.results.estimate import Estimate
from pipeline.results.fit import Tested
from pipeline.results.missing import PooledTested


def as_tested(observed: Tested, number: PooledTested) -> Tested:
    """The tested number of the observed rows with a pooled one in its place."""
    plain, sd = plain_number(number), number.outcome_sd_within
    over = {name: getattr(number, name) / sd for name in ("estimate", "conf_low", "conf_high")}
    return observed.model_copy(
        update={
            **plain.model_dump(),
            "conf_low_90": number.conf_low_90,
            "conf_high_90": number.conf_high_90,
            "standardized": observed.standardized.model_copy(update={**over, "outcome_sd_within": sd}),
            "sensitivity": sensitivity_of(plain, sd),
        }
    )


def plain_number(number: Estimate) -> Estimate:
    """A number without what pooling or testing added to it."""
    return Estimate(**{name: getattr(number, name) for name in Estimate.model_fields})
