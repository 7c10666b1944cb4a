"""The numbers of one completed study: what pooling needs of each imputation, for each kind that can be imputed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError
from pipeline.exposure.parts import sd_within
from pipeline.exposure.visits import Floats
from pipeline.hypotheses.battery.shared.setting import combined_estimate, difference_weights
from pipeline.hypotheses.design.agency import with_agencies
from pipeline.hypotheses.design.build import build_design
from pipeline.hypotheses.design.estimability import require_estimable
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.engines import engine_refusal
from pipeline.hypotheses.fitting import FittedDesign, fit_near
from pipeline.hypotheses.imputed.fill import outcome_override
from pipeline.hypotheses.kinds.mediation.paths import Paths, Together, fit_paths, mediated_rows, paths_together
from pipeline.results.estimate import Estimate
from pipeline.results.reason import NotEstimable, not_estimable

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan
    from pipeline.hypotheses.design.episodes import Doses


@dataclass(frozen=True)
class Several:
    """Several numbers at once: their values, covariance and denominator df."""

    values: Floats
    covariance: Floats
    df: float


@dataclass(frozen=True)
class PathNumbers:
    """The two paths, the direct path, and how the clients' own two paths hang together."""

    a: Estimate
    b: Estimate
    direct: Estimate
    together: Together


@dataclass(frozen=True)
class Once:
    """One imputation's numbers, the within-client SD of its outcome, and what the next one starts from.

    `tested` and `levels` (the effect at each level of a moderator) are a score's; `paths` those of a mediation. `near` is
    the fit, `near_paths` the two of a mediation; `doses` are those of the grid, which no draw changes: every attended
    session has a rating in each.
    """

    sd: float
    tested: Estimate | None = None
    levels: Mapping[str, Estimate] = field(default_factory=dict)
    apart: Several | None = None
    paths: PathNumbers | None = None
    near: FittedDesign | None = None
    near_paths: Paths | None = None
    doses: Doses | None = None


Kind = Callable[["Plan", "pd.DataFrame", "pd.DataFrame", "Compute", "Once | None"], Once]


def multilevel_numbers(
    plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute, last: Once | None
) -> Once:
    """A score or a distance in a mixed model: the tested number, and the effect at each level of a moderator."""
    doses = last.doses if last else None
    sample = build_sample(plan, occasions, ledger, outcome_override(plan, occasions), doses)
    design = with_agencies(build_design(plan, sample, sample.keep), plan, sample, compute)
    require_estimable(plan, sample, design, compute)
    fitted = fit_near(design, compute, last.near if last else None)
    if not fitted.model.converged:
        raise not_estimable("not_converged", sample.counts)
    focus = fitted.design.focus
    tested = combined_estimate(fitted.model, fitted.design, fitted.design.tested)
    levels = {level: combined_estimate(fitted.model, fitted.design, weights) for level, weights in focus.levels.items()}
    sd = sd_within(fitted.design.outcome, fitted.design.rows.client)
    return Once(sd, tested, levels, _apart(fitted), near=fitted, doses=sample.doses)


def mediation_numbers(
    plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute, last: Once | None
) -> Once:
    """The two paths, the direct path, and how the clients' own two paths hang together."""
    built, mediator = mediated_rows(plan, occasions, ledger, last.doses if last else None)
    try:
        paths = fit_paths(plan, built, mediator, compute, last.near_paths if last else None)
    except ModelError as error:
        raise NotEstimable(engine_refusal(error), built.counts) from None
    numbers = PathNumbers(
        a=combined_estimate(paths.a.model, paths.a.design, {paths.x: 1.0}),
        b=combined_estimate(paths.b.model, paths.b.design, {paths.m: 1.0}),
        direct=combined_estimate(paths.b.model, paths.b.design, {paths.x: 1.0}),
        together=paths_together(paths, compute),
    )
    sd = sd_within(built.y[built.keep], paths.b.design.rows.client)
    return Once(sd, paths=numbers, near_paths=paths, doses=built.doses)


KINDS: Mapping[str, Kind] = {"multilevel": multilevel_numbers, "mediation": mediation_numbers}


def _apart(fitted: FittedDesign) -> Several | None:
    """The differences of the levels from the last, which the test of homogeneity is about."""
    focus = fitted.design.focus
    weights = list(focus.levels.values())
    if len(weights) < 2:
        return None
    apart = [difference_weights(one, weights[-1]) for one in weights[:-1]][: 1 if focus.numeric else None]
    names = list(fitted.model.covariance.index)
    matrix = np.array([[one.get(name, 0.0) for name in names] for one in apart])
    covariance = fitted.model.covariance.to_numpy(dtype=np.float64)
    values = fitted.model.fixed["estimate"].to_numpy(dtype=np.float64)
    df = float(fitted.model.joint(apart).df_denominator)
    return Several(matrix @ values, matrix @ covariance @ matrix.T, df)


@dataclass
class Collected:
    """The numbers of the imputations seen so far: numbers only, so that no imputation is kept."""

    tested: list[Estimate] = field(default_factory=list)
    levels: dict[str, list[Estimate]] = field(default_factory=dict)
    paths: list[PathNumbers] = field(default_factory=list)
    sds: list[float] = field(default_factory=list)
    apart: list[Several] = field(default_factory=list)

    def add(self, once: Once) -> None:
        """Take in one imputation's numbers."""
        self.sds.append(once.sd)
        if once.tested is not None:
            self.tested.append(once.tested)
        for level, number in once.levels.items():
            self.levels.setdefault(level, []).append(number)
        if once.apart is not None:
            self.apart.append(once.apart)
        if once.paths is not None:
            self.paths.append(once.paths)
