"""Likelihood-ratio test of nested models, both fitted by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.checks import safe_name
from pipeline.multilevel.design.identified import same_groups
from pipeline.multilevel.inference.contrasts import f_tail
from pipeline.multilevel.search.fitting import Fitted, fit_design

if TYPE_CHECKING:
    from pipeline.multilevel.inference.view import FittedView

# Deviances that differ the wrong way by less than this differ by rounding.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Comparison:
    """Twice the gain in log likelihood of the larger model, against chi-square with `df`."""

    statistic: float
    df: int
    p_value: float
    deviance_small: float
    deviance_large: float
    aic_small: float
    aic_large: float
    bic_small: float
    bic_large: float


def compare(small: FittedView, large: FittedView) -> Comparison:
    """Test the terms `large` has beyond `small`; REML fits are refitted by ML. ModelError if they are not nested.

    With variances among those terms the test is conservative: zero is the edge of their range (Self & Liang 1987).
    """
    if not all(hasattr(model, "fitted") for model in (small, large)):
        raise ModelError(Problem("models", "are not two fitted models", "give what `fit` returned, small first"))
    _check(small, large)
    one, two = by_ml(small), by_ml(large)
    statistic = one.deviance - two.deviance
    if statistic < -ROUNDING:
        what = "fits worse than the smaller one, which a model that holds it cannot"
        raise ModelError(Problem("models", what, "see whether both converged, and on the same optimum"))
    statistic = max(statistic, 0.0)
    df = two.n_parameters - one.n_parameters
    return Comparison(
        statistic,
        df,
        f_tail(df, np.inf, statistic / df),
        one.deviance,
        two.deviance,
        one.aic,
        two.aic,
        one.bic,
        two.bic,
    )


def by_ml(model: FittedView) -> FittedView:
    """The model itself if fitted by ML, else refitted by ML from where it stands."""
    if model.spec.method == "ML":
        return model
    design = replace(model.fitted.design, spec=model.spec.with_method("ML"))
    refitted: Fitted = fit_design(design, model.fitted.structure, model.fitted.optimum.theta)
    return type(model)(refitted)


def _check(small: FittedView, large: FittedView) -> None:
    problems = [*_other_data(small, large), *_other_residuals(small, large)]
    extra = [term for term in small.terms if term not in large.terms]
    problems += [Problem(term, "is in the smaller model only", "the larger must hold all its terms") for term in extra]
    for group, blocks in small.covariances.items():
        wide = [set(names) for names, _ in large.covariances.get(group, ())]
        for names in (set(names) for names, _ in blocks):
            lost = names - set().union(*wide)
            problems += [Problem(group, f"varies by {name} in the smaller model only") for name in sorted(lost)]
            if not lost and not any(names <= other for other in wide):
                what = f"has correlated effects ({', '.join(sorted(names))}) in the smaller model only"
                problems.append(Problem(group, what, "the larger must let them correlate, too"))
    if large.n_parameters <= small.n_parameters:
        problems.append(Problem("models", "the second model has no more parameters than the first", "give small first"))
    if problems:
        raise ModelError(problems)


def _other_data(small: FittedView, large: FittedView) -> list[Problem]:
    """Rows, outcomes, weights, columns of one name and groups must be the same."""
    one, two = small.fitted.design, large.fitted.design
    if small.n_obs != large.n_obs or not np.array_equal(one.response, two.response):
        return [Problem("data", "the models are fitted to different rows or outcomes", "fit both to the same")]
    problems = []
    if (one.weights is None) != (two.weights is None) or (
        one.weights is not None and two.weights is not None and not np.array_equal(one.weights, two.weights)
    ):
        problems.append(Problem("weights", "differ between the models", "weight the rows of both alike"))
    place = {name: i for i, name in enumerate(two.base.names)}
    for i, name in enumerate(one.base.names):
        raw, other = one.base.raw[i], two.base.raw[place[name]] if name in place else None
        if raw is not None and other is not None and not np.array_equal(raw, other):
            problems.append(Problem(safe_name(name), "holds other values in the second model", "fit both to the same data"))
    groups = {factor.name: factor for factor in two.factors}
    for factor in one.factors:
        if factor.name in groups and not same_groups(factor, groups[factor.name]):
            problems.append(Problem(factor.name, "groups the rows otherwise in the second model", "fit both to the same"))
    return problems


def _other_residuals(small: FittedView, large: FittedView) -> list[Problem]:
    """Independent residuals lie within CAR(1), on one clock; not the other way round."""
    if small.spec.residual == large.spec.residual == "independent":
        return []
    one, two = small.fitted.design.time, large.fitted.design.time
    if large.spec.residual == "independent":
        return [Problem("residual", "the smaller model lets residuals correlate, the larger does not", "give both the same")]
    if one is not None and two is not None and not np.array_equal(one, two):
        return [Problem("time", "the residuals of the two models run on different clocks", "give both the same")]
    return []
