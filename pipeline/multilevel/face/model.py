"""The fitted model as its users see it: coefficients, variances, tests, predictions; everything lazy and read-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.columns import INTERCEPT, Data
from pipeline.multilevel.design.flat import effects_of
from pipeline.multilevel.design.identified import Identification, identification
from pipeline.multilevel.design.options import Specification
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.face import predictions, tables
from pipeline.multilevel.face.arguments import check_draws, check_level
from pipeline.multilevel.inference import frames
from pipeline.multilevel.inference.contrasts import (
    Freedom,
    JointTest,
    contrast_rows,
    joint_test,
    normal_theory,
    satterthwaite,
)
from pipeline.multilevel.inference.coordinates import Coefficients, coefficients
from pipeline.multilevel.inference.effects import Modes, conditional_modes
from pipeline.multilevel.search.fitting import Fitted, refit
from pipeline.multilevel.search.optimize import OptimizerSummary
from pipeline.results.t_test import Contrast, t_test

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

    from pipeline.multilevel.face.bootstrap import Bootstrap
    from pipeline.multilevel.inference.kenward_roger import KenwardRoger
    from pipeline.multilevel.inference.robust import ClusterRobust

LEVEL = 0.95
MOST_LEVELS = 60  # levels left out one by one where each costs an evaluation of the model


class Model:
    """A fitted multilevel model.

    `terms` name the fixed coefficients, the intercept first. Tables are pandas objects made when asked for.
    """

    def __init__(self, fitted: Fitted) -> None:
        self.fitted = fitted
        self.spec: Specification = fitted.design.spec
        self.terms: tuple[str, ...] = fitted.design.fixed_names

    # -- facts ---------------------------------------------------------------------------------------------------
    @property
    def n_obs(self) -> int:
        """The number of rows."""
        return self.fitted.design.n_obs

    @property
    def n_groups(self) -> dict[str, int]:
        """The number of levels of each grouping column."""
        counts = {factor.name: factor.n_levels for factor in self.fitted.design.factors}
        return {group: counts[group] for group in self.spec.groups}

    @property
    def converged(self) -> bool:
        """Whether no further decrease of the deviance is in sight and the curvature is that of a minimum."""
        return self.fitted.optimum.converged

    @cached_property
    def singular(self) -> bool:
        """Whether some variance is zero or some correlation is one (as lme4::isSingular, tolerance 1e-4)."""
        return self.fitted.deviance.parameters.singular(self.fitted.optimum.theta)

    @property
    def optimizer(self) -> OptimizerSummary:
        """How the optimizer went."""
        return self.fitted.optimum.record

    @property
    def phi(self) -> float | None:
        """The residual correlation one time unit apart under CAR(1) (Pinheiro & Bates 2000, 5.3), else None."""
        return self.fitted.phi

    @cached_property
    def identification(self) -> Identification:
        """What the design cannot tell apart; variances and errors that rest on it are NaN."""
        design = self.fitted.design
        columns = {design.base.names[i]: raw for i in design.fixed[1:] if (raw := design.base.raw[i]) is not None}
        return identification(design.factors, columns, INTERCEPT, effects_of(design), design.weights)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Facts about convergence and singularity in words for a reader."""
        return tables.sentences(self.remarks)

    @cached_property
    def remarks(self) -> tuple[tables.Remark, ...]:
        """The same facts as codes."""
        return tables.remarks(self)

    # -- likelihood ----------------------------------------------------------------------------------------------
    @property
    def deviance(self) -> float:
        """-2 log likelihood; under REML the REML criterion (as lme4; Bates et al. 2015)."""
        return self.fitted.optimum.here.deviance

    @property
    def log_likelihood(self) -> float:
        """The (restricted) log likelihood, by definition minus half the deviance."""
        return -0.5 * self.deviance

    @property
    def n_parameters(self) -> int:
        """Fixed coefficients, variance parameters, the residual variance and phi."""
        return len(self.terms) + self.fitted.deviance.size + 1

    @property
    def aic(self) -> float:
        """Akaike's criterion, counting all parameters (as lme4)."""
        return self.deviance + 2.0 * self.n_parameters

    @property
    def bic(self) -> float:
        """Schwarz's criterion with log(n_obs) (as lme4)."""
        return self.deviance + float(np.log(self.n_obs)) * self.n_parameters

    # -- fixed effects -------------------------------------------------------------------------------------------
    @cached_property
    def _coefficients(self) -> Coefficients:
        return coefficients(self.fitted)

    @property
    def beta(self) -> Floats:
        """Fixed coefficients [p] in the order of `terms`."""
        return self._coefficients.beta

    @property
    def vcov(self) -> Floats:
        """Their covariance matrix [p, p] as used for tests; with Kenward-Roger the adjusted one."""
        return self._kenward_roger.adjusted if self.spec.df == "kenward_roger" else self._coefficients.vcov

    @cached_property
    def _kenward_roger(self) -> KenwardRoger:
        from pipeline.multilevel.inference.kenward_roger import kenward_roger

        fitted = self.fitted
        return kenward_roger(fitted.design, fitted.structure.parameters, fitted.optimum, self._coefficients.back)

    @cached_property
    def covariance(self) -> pd.DataFrame:
        """`vcov` with names."""
        return frames.square(self.vcov, self.terms)

    @cached_property
    def _freedom(self) -> Freedom:
        if self.spec.df == "none":
            return normal_theory
        if self.spec.df == "kenward_roger":
            return self._kenward_roger.df
        return satterthwaite(self.fitted.optimum.information, self._coefficients.vcov, self._coefficients.back)

    @cached_property
    def fixed(self) -> pd.DataFrame:
        """One row a coefficient: estimate, std_error, df, statistic, p_value, conf_low, conf_high (95%)."""
        return self.confidence(LEVEL)

    def confidence(self, level: float = LEVEL) -> pd.DataFrame:
        """The table of `fixed` with intervals of another level."""
        check_level(level)
        rows = [self.contrast({term: 1.0}, level=level) for term in self.terms]
        return frames.contrasts(rows, self.terms)

    def contrast(self, weights: Mapping[str, float], *, level: float = LEVEL, null: float = 0.0) -> Contrast:
        """A linear combination of coefficients, e.g. {"joint": 1, "solo": -1}, tested against `null`.

        t with the degrees of freedom the model was asked for: Satterthwaite (as lmerTest; Kuznetsova et al. 2017) or
        Kenward-Roger (1997); ModelError for a name that is no coefficient.
        """
        check_level(level)
        if not isinstance(null, Real):
            raise ModelError(Problem("null", "is not a number", "give the value to test against"))
        vector = self.weights([weights])[0]
        estimate = float(vector @ self.beta)
        if self._untold(vector):
            return t_test(estimate, float("nan"), float("nan"), level=level, null=null)
        std_error = float(np.sqrt(vector @ self.vcov @ vector))
        return t_test(estimate, std_error, self._freedom(vector), level=level, null=null)

    def joint(self, contrasts: Sequence[Mapping[str, float]]) -> JointTest:
        """F test that all these linear combinations are zero, as by lmerTest, pbkrtest (Halekoh & Højsgaard 2014)."""
        matrix = self.weights(contrasts)
        if any(self._untold(row) for row in matrix):
            return JointTest(float("nan"), len(matrix), float("nan"), float("nan"))
        if self.spec.df == "kenward_roger":
            return self._kenward_roger.joint(matrix, matrix @ self.beta)
        return joint_test(matrix, matrix @ self.beta, self.vcov, self._freedom)

    def _untold(self, vector: Floats) -> bool:
        """Whether a combination rests on a variance that the design cannot tell."""
        untold = self.identification.terms
        return any(weight != 0 and term in untold for weight, term in zip(vector, self.terms, strict=True))

    def weights(self, contrasts: Sequence[Mapping[str, float]]) -> Floats:
        """Contrasts as rows [k, p] over `terms`; ModelError names unknown terms."""
        return contrast_rows(contrasts, self.terms)

    # -- random effects ------------------------------------------------------------------------------------------
    @property
    def residual_sd(self) -> float:
        """The residual standard deviation, in units of the outcome: by definition the root of sigma2."""
        return float(np.sqrt(self.fitted.optimum.sigma2)) * self.fitted.design.outcome_scale

    @cached_property
    def covariances(self) -> dict[str, tuple[tuple[tuple[str, ...], Floats], ...]]:
        """For each grouping column, its blocks: terms and their covariance matrix."""
        return tables.covariances(self.fitted, self.residual_sd)

    @cached_property
    def theta(self) -> Floats:
        """Relative covariance parameters in raw terms, as lme4's getME(model, "theta"), in the order of `random`."""
        return tables.theta(self.fitted)

    @cached_property
    def variance(self) -> pd.DataFrame:
        """Rows group, term_1, term_2, covariance, correlation; variances have term_1 == term_2; last `residual`."""
        return tables.variance(self)

    def covariance_error(self, group: str, term_1: str, term_2: str) -> float:
        """The standard error of a variance (term_1 == term_2) or covariance of `variance`, by the delta method (ours)."""
        from pipeline.multilevel.inference.uncertainty import covariance_error

        return covariance_error(self.fitted, group, term_1, term_2)

    @cached_property
    def _modes(self) -> Modes:
        return conditional_modes(self.fitted.deviance, self.fitted.optimum.here)

    def effects(self, group: str) -> pd.DataFrame:
        """Conditional modes of one grouping column: index level, columns each term and `variance[term]`."""
        return tables.effects(self.fitted, self._modes, self.factor_position(group))

    def factor_position(self, group: str) -> int:
        """The position of a grouping column among the factors of the design, finest first."""
        names = [factor.name for factor in self.fitted.design.factors]
        if group not in names:
            raise ModelError(Problem(where=group, what="is not a grouping column of the model"))
        return names.index(group)

    def profile(self, level: float = LEVEL) -> pd.DataFrame:
        """Profile-likelihood intervals of standard deviations and correlations (full likelihood, as lme4's confint)."""
        from pipeline.multilevel.inference.profile import profile

        check_level(level)
        return profile(self, level)

    def bootstrap(self, seed: int, n: int = 1000) -> Bootstrap:
        """Parametric bootstrap: `n` refits to simulated responses."""
        from pipeline.multilevel.face.bootstrap import bootstrap

        check_draws(seed, n)
        return bootstrap(self, seed, n)

    def icc(self) -> pd.Series:
        """Share of variance of each grouping column; with slopes, their mean variance over the rows (Johnson 2014)."""
        return tables.icc(self)

    def r2(self) -> tables.VarianceExplained:
        """Marginal and conditional R2 (Nakagawa & Schielzeth 2013; Johnson 2014)."""
        return tables.r2(self)

    # -- robustness ----------------------------------------------------------------------------------------------
    def cluster_robust(self, group: str) -> ClusterRobust:
        """CR2 covariance by a grouping column, with Satterthwaite df (clubSandwich)."""
        from pipeline.multilevel.inference.robust import cluster_robust

        return cluster_robust(self, group)

    def influence(
        self, group: str, *, refit: bool = False, on: Mapping[str, float] | None = None, most: int = MOST_LEVELS
    ) -> pd.DataFrame:
        """Coefficients without each level of a grouping column: index level, columns `terms`.

        Variance parameters are held at their estimates unless `refit`; rows of nan where coefficients can no longer
        be told apart. `on`: a combination of coefficients; where there are more than `most` levels and each costs an
        evaluation of the model (crossed effects), only the `most` that move it most, to first order, are left out.
        """
        from pipeline.multilevel.inference.influence import leave_one_out, most_influential

        f = self.factor_position(group)
        levels = None
        if on is not None and self.fitted.design.factors[f].n_levels > most:
            levels = most_influential(self.fitted, f, self.residuals, self.weights([on])[0], most)
        return tables.by_level(self.fitted, f, leave_one_out(self.fitted, f, refit=refit, levels=levels), self.terms)

    def cooks_distance(self, group: str) -> pd.Series:
        """Cook's distance of each level: (b - b_(j))' V^-1 (b - b_(j)) / p, variance parameters held."""
        return tables.cooks_distance(self, self.influence(group))

    # -- predictions ---------------------------------------------------------------------------------------------
    @cached_property
    def fitted_values(self) -> Floats:
        """Fixed part plus conditional modes for each row."""
        return predictions.fitted_values(self.fitted, self._modes)

    @cached_property
    def residuals(self) -> Floats:
        """Outcome minus `fitted_values`."""
        return self.fitted.design.response - self.fitted_values

    def predict(self, data: Data | None = None, *, effects: bool = True) -> Floats:
        """Predictions for the rows of `data` (default: the model's own); unseen levels have an effect of 0."""
        if data is None:
            return self.fitted_values if effects else predictions.fixed_values(self.fitted)
        return predictions.predict(self, data, self._modes if effects else None)

    def simulate(self, seed: int, n: int = 1) -> Floats:
        """`n` new responses [n, n_obs] drawn from the model, new random effects and all."""
        check_draws(seed, n)
        return predictions.simulate(self, seed, n)

    def refit(self, outcome: ArrayLike, *, near: bool = False) -> Model:
        """The same model fitted to another response of the same rows; `near` starts from these estimates only."""
        values = np.asarray(outcome, dtype=np.float64)
        if values.shape != (self.n_obs,) or not np.isfinite(values).all():
            raise ModelError("the new outcome must have a finite number for each row of the model")
        if values.min() == values.max():
            what = f"is constant over all {self.n_obs} rows"
            raise ModelError(Problem(self.spec.outcome, what, "there is nothing to explain"))
        return Model(refit(self.fitted, values, self.fitted.optimum.theta if near else None))

    def __repr__(self) -> str:
        groups = ", ".join(f"{name}: {count}" for name, count in self.n_groups.items())
        return f"Model({self.spec.outcome} ~ {' + '.join(self.terms)}; {self.n_obs} rows; {groups})"


__all__ = ["INTERCEPT", "Model"]
