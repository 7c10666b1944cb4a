"""Likelihood-ratio test of nested models, both fitted by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.inference.contrasts import f_tail
from pipeline.multilevel.search.fitting import Fitted, fit_design

if TYPE_CHECKING:
    from pipeline.multilevel.face.model import Model

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


def compare(small: Model, large: Model) -> Comparison:
    """Test the terms `large` has beyond `small`; REML fits are refitted by ML. ModelError if they are not nested.

    With variances among those terms the test is conservative: zero is the edge of their range (Self & Liang 1987).
    """
    _check(small, large)
    one, two = by_ml(small), by_ml(large)
    statistic = one.deviance - two.deviance
    if statistic < 0 and statistic > -ROUNDING:
        statistic = 0.0
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


def by_ml(model: Model) -> Model:
    """The model itself if fitted by ML, else refitted by ML from where it stands."""
    if model.spec.method == "ML":
        return model
    design = replace(model.fitted.design, spec=model.spec.with_method("ML"))
    refitted: Fitted = fit_design(design, model.fitted.structure, model.fitted.optimum.theta)
    return type(model)(refitted)


def _check(small: Model, large: Model) -> None:
    problems = []
    if small.n_obs != large.n_obs or not np.array_equal(small.fitted.design.response, large.fitted.design.response):
        problems.append(Problem("data", "the models are fitted to different rows or outcomes", "fit both to the same"))
    extra = [term for term in small.terms if term not in large.terms]
    problems += [Problem(term, "is in the smaller model only", "the larger must hold all its terms") for term in extra]
    wide = {group: {name for block in blocks for name in block[0]} for group, blocks in large.covariances.items()}
    for group, blocks in small.covariances.items():
        lost = {name for block in blocks for name in block[0]} - wide.get(group, set())
        problems += [Problem(group, f"varies by {name} in the smaller model only") for name in sorted(lost)]
    if large.n_parameters <= small.n_parameters:
        problems.append(Problem("models", "the second model has no more parameters than the first", "give small first"))
    if problems:
        raise ModelError(problems)
