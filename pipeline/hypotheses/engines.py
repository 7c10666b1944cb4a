"""All a hypothesis may ask of a fit, whichever engine made it; and the engines there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from pipeline.base.errors import ModelError
from pipeline.results.estimate import Estimate, estimate_of
from pipeline.results.fit import JointTest, OptimizerRecord, VarianceRow
from pipeline.results.reason import Note, Reason, note, reason

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute
    from pipeline.exposure.visits import Floats
    from pipeline.hypotheses.design.terms import Design
    from pipeline.multilevel import JointTest as EngineJointTest
    from pipeline.multilevel.face.model import Model
    from pipeline.multilevel.face.tables import Remark, VarianceExplained
    from pipeline.multilevel.search.optimize import OptimizerSummary
    from pipeline.results.t_test import Contrast

Freedom = Literal["satterthwaite", "kenward_roger", "none"]


class Combines(Protocol):
    """What gives linear combinations of coefficients: a model, or its robust covariance."""

    def contrast(self, weights: Mapping[str, float]) -> Contrast:
        """A linear combination of coefficients, tested against zero."""
        ...


class FittedModel(Combines, Protocol):
    """A fitted mixed model: tables by name, combinations, and what a reader must know of the fit."""

    @property
    def terms(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def converged(self) -> bool: ...  # noqa: D102
    @property
    def singular(self) -> bool: ...  # noqa: D102
    @property
    def optimizer(self) -> OptimizerSummary: ...  # noqa: D102
    @property
    def remarks(self) -> tuple[Remark, ...]: ...  # noqa: D102
    @property
    def fixed(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def covariance(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def variance(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def residual_sd(self) -> float: ...  # noqa: D102
    @property
    def deviance(self) -> float: ...  # noqa: D102
    @property
    def phi(self) -> float | None: ...  # noqa: D102
    def joint(self, contrasts: Sequence[Mapping[str, float]]) -> EngineJointTest: ...  # noqa: D102
    def icc(self) -> pd.Series: ...  # noqa: D102
    def r2(self) -> VarianceExplained: ...  # noqa: D102
    @property
    def fitted_values(self) -> Floats: ...  # noqa: D102
    @property
    def residuals(self) -> Floats: ...  # noqa: D102
    def cluster_robust(self, group: str) -> Combines: ...  # noqa: D102
    def influence(self, group: str, *, on: Mapping[str, float] | None = None) -> pd.DataFrame: ...  # noqa: D102
    def covariance_error(self, group: str, term_1: str, term_2: str) -> float: ...  # noqa: D102


def freedom_of(compute: Compute, workers: int) -> Freedom:
    """Kenward-Roger where there are few workers, else what was asked for; statsmodels has none."""
    if compute.engine == "statsmodels":
        return "none"
    return "kenward_roger" if workers < compute.kenward_roger_below else compute.df


def fit_design(
    design: Design,
    compute: Compute,
    *,
    residual: Literal["independent", "car1"] = "independent",
    near: FittedModel | None = None,
    df: Freedom | None = None,
) -> FittedModel:
    """One fit of a design as it stands, its search started from an earlier model `near`; ModelError from the engine.

    `residual` car1: correlations phi^(days apart) by the design's clock. `df` overrules what `compute` asks for.
    """
    df = df or freedom_of(compute, int(design.rows.worker.max()) + 1)
    if residual == "car1" and df == "kenward_roger":
        df = "satterthwaite"  # Kenward and Roger's covariance is not defined for CAR(1) residuals
    random = {g: [[t] for t in terms] if g in design.uncorrelated else terms for g, terms in design.random.items()}
    columns, fixed, time = design.columns(), design.fixed, "clock" if residual == "car1" else None
    if compute.engine == "statsmodels":
        from pipeline.multilevel.face.second_opinion import fit_statsmodels

        return fit_statsmodels(columns, "outcome", fixed, random, compute.method, df, residual, time)
    from pipeline.multilevel import fit

    start: Model | None = near  # type: ignore[assignment]
    return fit(
        columns, outcome="outcome", fixed=fixed, random=random, method=compute.method, df=df, residual=residual, time=time,
        near=start,
    )  # fmt: skip


def combined_coefficients(model: Combines, weights: Mapping[str, float]) -> Estimate:
    """A combination of a model's coefficients; NotEstimable where it has no standard error."""
    found = model.contrast(dict(weights))
    return estimate_of(found.estimate, found.std_error, found.df if np.isfinite(found.df) else None)


def joint_test(model: FittedModel, contrasts: Sequence[Mapping[str, float]]) -> JointTest:
    """The test that several combinations are zero at once."""
    found = model.joint(contrasts)
    df = float(found.df_denominator) if np.isfinite(found.df_denominator) else None
    return JointTest(statistic=found.statistic, df_numerator=found.df_numerator, df_denominator=df, p_value=found.p_value)


def variance_rows(model: FittedModel, levels: Mapping[str, int]) -> tuple[VarianceRow, ...]:
    """The variances and covariances of a model; `levels` counts the clients and workers they are between."""
    rows = []
    for group, one, other, covariance, correlation in model.variance.itertuples(index=False, name=None):
        rows.append(
            VarianceRow(
                group=group,
                term_1=one,
                term_2=other,
                covariance=_number(covariance),
                correlation=_number(correlation),
                levels=levels.get(group),
            )
        )
    return tuple(rows)


def optimizer_record(model: FittedModel) -> OptimizerRecord:
    """How the optimizer went, of whichever engine."""
    went = model.optimizer
    return OptimizerRecord(
        name=went.name,
        start=went.start,
        end=went.end,
        start_deviance=went.start_deviance,
        end_deviance=went.end_deviance,
        gradient=went.gradient,
        evaluations=went.evaluations,
        starts=went.starts,
        reason=went.reason,
    )


def engine_notes(model: FittedModel) -> tuple[Note, ...]:
    """What the engine says of its fit, as notes."""
    return tuple(note(remark.code, limits=None, **remark.facts) for remark in model.remarks)


def engine_refusal(error: ModelError) -> Reason:
    """Why an engine refused, in its own names of columns."""
    said = "; ".join(f"{one.where}: {one.what}" + (f" ({one.mend})" if one.mend else "") for one in error.problems)
    return reason("engine_refused", problem=said)


def _number(value: object) -> float | None:
    number = float(value) if isinstance(value, float | int) else float("nan")
    return number if np.isfinite(number) else None
