"""The same models through statsmodels: an independent second opinion, and `engine: statsmodels` in params.

Theta, coefficients, standard errors, variances and deviance come from MixedLM's likelihood; what follows from them
without another fit (conditional modes, predictions, shares of variance) is computed by the engine at that theta, so the
tables are the engine's own. Inference is by the normal distribution (df="none"): statsmodels knows no small-sample
degrees of freedom. Slow: for some thousands of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NoReturn

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.columns import Data
from pipeline.multilevel.design.matrix import build
from pipeline.multilevel.design.options import Method, Random, Specification, blocks_of
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.face.model import Model
from pipeline.multilevel.inference.coordinates import Coefficients, back_map
from pipeline.multilevel.likelihood.deviance import make_deviance, make_structure
from pipeline.multilevel.search.estimate import Optimum, differentiate
from pipeline.multilevel.search.fitting import Fitted
from pipeline.multilevel.search.mixedlm import AGREEMENT, At, Parts, TwoOptimizers, evaluate, parts_of, search


class SecondOpinion(Model):
    """A fit by statsmodels with the face of the engine's model; what would need further fits is refused."""

    engine = "statsmodels"

    def __init__(self, fitted: Fitted, at: At) -> None:
        super().__init__(fitted)
        self._at = at

    @property
    def deviance(self) -> float:
        """-2 log likelihood by MixedLM (statsmodels); under REML the REML criterion, as in lme4."""
        return self._at.criterion

    @cached_property
    def _coefficients(self) -> Coefficients:
        design = self.fitted.design
        back = back_map(design) * design.outcome_scale
        beta = back @ self._at.coefficients
        beta[0] += design.outcome_mean
        return Coefficients(beta, back @ self._at.covariance @ back.T, back)

    @property
    def residual_sd(self) -> float:
        """The residual standard deviation by MixedLM, by definition the root of its scale, in units of the outcome."""
        return float(np.sqrt(self._at.scale)) * self.fitted.design.outcome_scale

    def profile(self, *_: object, **__: object) -> NoReturn:
        """Refused: the engine's own fit profiles."""
        _refuse("profile")

    def bootstrap(self, *_: object, **__: object) -> NoReturn:
        """Refused: a thousand fits by statsmodels take hours."""
        _refuse("bootstrap")

    def cluster_robust(self, *_: object, **__: object) -> NoReturn:
        """Refused: statsmodels has no CR2 for mixed models."""
        _refuse("cluster_robust")

    def influence(self, *_: object, **__: object) -> NoReturn:
        """Refused: statsmodels has no influence for mixed models."""
        _refuse("influence")

    def cooks_distance(self, *_: object, **__: object) -> NoReturn:
        """Refused: statsmodels has no influence for mixed models."""
        _refuse("cooks_distance")

    def refit(self, *_: object, **__: object) -> NoReturn:
        """Refused: it would be the engine's fit, not one by statsmodels."""
        _refuse("refit")


def fit_statsmodels(
    data: Data,
    outcome: str,
    fixed: Sequence[str],
    random: Random,
    method: Method = "REML",
    df: str = "none",
    residual: str = "independent",
    time: str | None = None,
    weights: str | None = None,
) -> SecondOpinion:
    """Fit the engine's model with statsmodels' MixedLM likelihood; same arguments, same tables.

    Raises ModelError for what `fit` refuses and for what statsmodels has not: small-sample df, CAR(1) residuals.
    """
    _refuse_unsupported(df, residual)
    spec = Specification(outcome, tuple(fixed), blocks_of(random), method, "none", "independent", time, weights)
    parts = parts_of(build(data, spec))
    theta, record = search(parts)
    at = evaluate(parts, theta)
    return SecondOpinion(_fitted(parts, theta, at, record), at)


def _refuse_unsupported(df: str, residual: str) -> None:
    problems = []
    if df != "none":
        problems.append(Problem("df", "statsmodels has no small-sample degrees of freedom", "use df: none"))
    if residual != "independent":
        problems.append(Problem("residual", "statsmodels has no CAR(1) residuals", "use residual: independent"))
    if problems:
        raise ModelError(problems)


def _refuse(name: str) -> NoReturn:
    raise ModelError(Problem(name, "is not there with statsmodels", "use the engine's own fit"))


def _fitted(parts: Parts, theta: Floats, at: At, record: TwoOptimizers) -> Fitted:
    """The engine's parts at statsmodels' theta, with statsmodels' sigma."""
    design = parts.design
    structure = make_structure(design)
    deviance = make_deviance(design, structure, reml=design.spec.method == "REML")
    information = differentiate(deviance, theta)
    converged = record.disagreement <= AGREEMENT
    return Fitted(design, structure, deviance, Optimum(theta, deviance.at(theta), at.scale, information, converged, record))
