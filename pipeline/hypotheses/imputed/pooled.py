"""Pooled numbers: those of all imputations made one, with the engine's own degrees of freedom."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.hypotheses.imputed.once import Collected, PathNumbers, Several
from pipeline.hypotheses.kinds.mediation.paths import Together, indirect_of
from pipeline.imputation.pooling import Pooled, pool, pool_joint
from pipeline.results.backing import least_backing
from pipeline.results.estimate import Estimate, estimate_of
from pipeline.results.missing import PooledLevel, PooledNumber, PooledTest, PooledTested

if TYPE_CHECKING:
    from pipeline.base.params import Compute


def pooled_number(numbers: Sequence[Estimate]) -> PooledNumber:
    """One number by Rubin's rules; the fewest people of all imputations are behind it."""
    found = _pool(numbers)
    df = found.df if math.isfinite(found.df) else None
    number = estimate_of(found.estimate, found.std_error, df)
    return PooledNumber(
        **number.backed(least_backing(*(one.behind for one in numbers))).model_dump(),
        riv=found.riv,
        fmi=min(found.fmi, 1.0),
        imputations=found.imputations,
    )


def _pool(numbers: Sequence[Estimate]) -> Pooled:
    df = np.array([math.inf if number.df is None else number.df for number in numbers])
    return pool(np.array([number.estimate for number in numbers]), np.array([number.std_error for number in numbers]), df)


def pooled_levels(collected: Collected) -> tuple[PooledLevel, ...]:
    """The effect at each level of a moderator."""
    each = ((level, pooled_number(numbers)) for level, numbers in collected.levels.items())
    return tuple(PooledLevel(**number.model_dump(), level=level) for level, number in each)


def pooled_test(apart: Sequence[Several]) -> PooledTest | None:
    """The D1 test that no level differs from the last; None where there are no levels."""
    if not apart:
        return None
    df = np.array([one.df for one in apart])
    found = pool_joint(np.array([one.values for one in apart]), np.array([one.covariance for one in apart]), df)
    return PooledTest(
        statistic=found.f,
        df_numerator=found.df_1,
        df_denominator=found.df_2 if math.isfinite(found.df_2) else None,
        p_value=found.p_value,
        riv=found.riv,
    )


def pooled_paths(paths: Sequence[PathNumbers]) -> dict[str, PooledNumber]:
    """The paths a, b and the direct one by name; nothing where there are none."""
    if not paths:
        return {}
    return {
        "a": pooled_number([one.a for one in paths]),
        "b": pooled_number([one.b for one in paths]),
        "direct": pooled_number([one.direct for one in paths]),
    }


def pooled_indirect(paths: Sequence[PathNumbers], compute: Compute) -> tuple[PooledNumber, tuple[float, float]]:
    """The indirect effect and its 90% interval: paths pooled, then their product drawn (Preacher & Selig 2012).

    Its increase in variance is that of the imputations' own products with their draws' SD as error.
    """
    a, b = (pooled_number(numbers) for numbers in zip(*((one.a, one.b) for one in paths), strict=True))
    indirect = indirect_of(a, b, _together([one.together for one in paths]), compute)
    cost = _cost(paths)
    number = PooledNumber(**indirect.number.model_dump(), riv=cost.riv, fmi=min(cost.fmi, 1.0), imputations=cost.imputations)
    return number, (indirect.low_90, indirect.high_90)


def _together(each: Sequence[Together]) -> Together:
    covariance = np.array([one.covariance for one in each])
    error = np.array([one.error for one in each])
    spread = math.sqrt(float(np.mean(error**2)) + (1.0 + 1.0 / len(each)) * float(np.var(covariance, ddof=1)))
    return Together(float(covariance.mean()), spread, float(np.mean([one.correlation for one in each])))


def _cost(paths: Sequence[PathNumbers]) -> Pooled:
    points, errors = [], []
    for one in paths:
        a, b, tied = one.a, one.b, one.together
        points.append(a.estimate * b.estimate + tied.covariance)
        errors.append(math.sqrt((a.estimate * b.std_error) ** 2 + (b.estimate * a.std_error) ** 2 + tied.error**2))
    return pool(np.array(points), np.array(errors))


def tested_of(collected: Collected, compute: Compute) -> PooledTested:
    """The tested number of whichever kind."""
    if collected.paths:
        number, (low, high) = pooled_indirect(collected.paths, compute)
    else:
        number = pooled_number(collected.tested)
        low, high = number.interval(0.90)
    sd = sum(collected.sds) / len(collected.sds)
    return PooledTested(**number.model_dump(), conf_low_90=low, conf_high_90=high, outcome_sd_within=sd)
