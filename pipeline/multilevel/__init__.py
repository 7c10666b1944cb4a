"""Linear mixed models: lme4's answers with lmerTest's inference, in NumPy and SciPy.

    model = fit(data, outcome="y", fixed=["x_within", "phase"], random={"worker_id": ["1"], "client_id": ["1", "x_within"]})
    model.fixed

docs/engine.md derives what is computed, in the notation of the code.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.columns import Data, check_data
from pipeline.multilevel.design.options import (
    DegreesOfFreedom,
    Method,
    Random,
    Residual,
    Specification,
    blocks_of,
    name_problems,
    terms_of,
)
from pipeline.multilevel.face.model import Model
from pipeline.multilevel.inference.comparison import Comparison, compare
from pipeline.multilevel.inference.contrasts import JointTest
from pipeline.multilevel.search.fitting import fit_specification
from pipeline.multilevel.search.optimize import OptimizerSummary
from pipeline.results.t_test import Contrast


def fit(
    data: Data,
    *,
    outcome: str,
    fixed: Sequence[str],
    random: Random,
    method: Method = "REML",
    df: DegreesOfFreedom = "satterthwaite",
    residual: Residual = "independent",
    time: str | None = None,
    weights: str | None = None,
    near: Model | None = None,
) -> Model:
    """Fit a linear mixed model to `data`, a DataFrame or a mapping of equally long arrays.

    `fixed` holds column names and products `a:b`, an `Intercept` is always there; categorical columns are
    treatment-coded. `random` maps a grouping column to its correlated terms ("1" and column names), or to a list of
    lists for uncorrelated blocks. `near` is a fit with like effects whose estimates the search starts from: quicker, and
    to the same optimum. Raises ModelError with every problem at once.
    """
    check_data(data)
    problems = name_problems(outcome, time, weights)
    if near is not None and not isinstance(near, Model):
        problems.append(Problem("near", "is not a fitted model", "give what `fit` returned"))
    if problems:
        raise ModelError(problems)
    spec = Specification(outcome, terms_of(fixed), blocks_of(random), method, df, residual, time, weights)
    return Model(fit_specification(data, spec, None if near is None else near.fitted))


__all__ = ["Comparison", "Contrast", "JointTest", "Model", "OptimizerSummary", "compare", "fit"]
