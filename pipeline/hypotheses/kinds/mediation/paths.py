"""The two paths of a mediation, how they hang together, and draws of their product.

a: mediator on exposure; b: outcome on mediator with the exposure beside it. The indirect effect is a*b plus the covariance
of the clients' own a and b (Kenny, Korchmaros & Bolger 2003; Bauer, Preacher & Gil 2006), its interval by Monte Carlo
(Preacher & Selig 2012). Where both paths differ by client, the covariance of the clients' a and b, its standard error (delta
method) and the correlation of the two estimated paths come from one model of both outcomes (Bauer et al.).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.at_once import at_once
from pipeline.exposure.visits import Floats
from pipeline.hypotheses.design.build import build_design
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.design.estimability import require_estimable
from pipeline.hypotheses.design.exposures import PARTS, Exposure
from pipeline.hypotheses.design.sample import Sample, build_sample, count_step, require_rows
from pipeline.hypotheses.design.terms import Design, Focus, Term, part_of, plain_term, rows_of, split_dose
from pipeline.hypotheses.engines import fit_design
from pipeline.hypotheses.fitting import FittedDesign, covariance_of, fit_near
from pipeline.results.backing import least_backing
from pipeline.results.estimate import Estimate
from pipeline.results.fit import Column
from pipeline.results.reason import not_estimable

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan
    from pipeline.base.specs import MediatorSpec
    from pipeline.hypotheses.design.episodes import Doses


@dataclass(frozen=True)
class Together:
    """How the paths hang together: covariance of clients' a and b, its error, and the correlation of the estimates."""

    covariance: float = 0.0
    error: float = 0.0
    correlation: float = 0.0


APART = Together()
TAILS, TAILS_90 = (2.5, 97.5), (5.0, 95.0)  # percentiles of the draws


@dataclass(frozen=True)
class Paths:
    """The two fits, and the names of exposure and mediator in them."""

    a: FittedDesign
    b: FittedDesign
    x: str
    m: str


def mediator_of(plan: Plan) -> MediatorSpec:
    """The mediator of a plan of this kind."""
    assert plan.mediator is not None
    return plan.mediator


def mediated_rows(
    plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, doses: Doses | None = None
) -> tuple[Sample, Floats]:
    """The sample whose rows have outcome, exposure and mediator, and each row's mediator; `doses` as `build_sample`'s."""
    built = build_sample(plan, occasions, ledger, doses=doses)
    spec = mediator_of(plan)
    if spec.column not in built.frame or built.frame[spec.column].isna().all():
        raise not_estimable("no_column", built.counts, column=spec.column)
    mediator = built.before(number_of(built.frame[spec.column]), spec.lag)
    built = replace(built, keep=built.keep & np.isfinite(mediator))
    counts = (*built.counts, count_step("mediator known", built.client, built.worker, built.keep))
    require_rows(built.keep, counts)
    return replace(built, counts=counts), mediator


def fit_paths(plan: Plan, built: Sample, mediator: Floats, compute: Compute, near: Paths | None = None) -> Paths:
    """Both paths fitted, their searches started at those of `near`; NotEstimable or ModelError where one cannot be."""
    designs = path_designs(plan, built, mediator, compute)
    starts = (near.a, near.b) if near else (None, None)
    a, b = at_once([partial(fit_near, design, compute, start) for design, start in zip(designs, starts, strict=True)])
    if not (a.model.converged and b.model.converged):
        raise not_estimable("path_not_converged", built.counts)
    return Paths(a, b, Exposure(plan.exposure.mode, part="within").name, f"{mediator_of(plan).column}_within")


def path_designs(plan: Plan, built: Sample, mediator: Floats, compute: Compute) -> tuple[Design, Design]:
    """The designs of both paths: mediator on exposure, outcome on mediator; NotEstimable where rows cannot carry one."""
    name = mediator_of(plan).column
    x, m = Exposure(plan.exposure.mode, part="within").name, f"{name}_within"
    own = _mediator_terms(built, mediator, name)
    b_design = build_design(plan, built, built.keep, extra=own)
    require_estimable(plan, built, b_design, compute)
    a_design = build_design(plan, replace(built, y=mediator), built.keep)
    require_estimable(plan, replace(built, y=mediator), a_design, compute)
    random = {g: [m if t == x else t for t in names] for g, names in b_design.random.items()}
    return a_design, replace(b_design, random=random, focus=Focus((own[0],), {m: 1.0}))


def _mediator_terms(built: Sample, values: Floats, name: str) -> list[Term]:
    parts = split_dose(values, rows_of(built, built.keep))
    of = {part: (Column(column=name, part=part, role="mediator"),) for part in PARTS}
    return [Term(f"{name}_{part}", of[part], part_of(parts, part)) for part in PARTS]


def paths_together(paths: Paths, compute: Compute) -> Together:
    """The covariance of the clients' a and b; none where either path does not differ by client."""
    groups = (paths.a.design.random.get("client_id", []), paths.b.design.random.get("client_id", []))
    if paths.x not in groups[0] or paths.m not in groups[1]:
        return APART
    design = _stacked(paths)
    model = fit_design(design, compute, df="none")
    a, b = f"m_{paths.x}", f"y_{paths.m}"
    unit = float(paths.a.model.residual_sd * paths.b.model.residual_sd)
    _, matrix = covariance_of(model, "client_id", design.random["client_id"])
    error = model.covariance_error("client_id", a, b)
    known = model.covariance.loc[[a, b], [a, b]].to_numpy(dtype=np.float64)
    correlation = float(known[0, 1] / np.sqrt(known[0, 0] * known[1, 1]))
    return Together(unit * float(matrix[1, 3]), unit * error, correlation)


def _stacked(paths: Paths) -> Design:
    """Both outcomes in one model, each over its own residual SD so that one residual variance fits both (Bauer 2006)."""
    one, two = paths.a.design, paths.b.design
    side = np.repeat([1.0, 0.0], one.rows.n)
    outcome = np.concatenate((one.outcome / paths.a.model.residual_sd, two.outcome / paths.b.model.residual_sd))
    terms = [plain_term("y_level", 1.0 - side, "level")]
    for prefix, design, flag in (("m_", one, side), ("y_", two, 1.0 - side)):
        terms += [plain_term(prefix + name, np.tile(column, 2) * flag, "path") for name, column in design.numeric().items()]
    random = {"client_id": ["m_level", "m_" + paths.x, "y_level", "y_" + paths.m]}
    if "worker_id" in one.random:
        random["worker_id"] = ["m_level", "y_level"]
    rows = replace(one.rows, client=np.tile(one.rows.client, 2), worker=np.tile(one.rows.worker, 2))
    slopes = {"m_level": side}
    return Design(rows, outcome, tuple(terms), slopes, random, Focus((), {}), uncorrelated=frozenset({"worker_id"}))


def draw_products(a: Estimate, b: Estimate, together: Together, compute: Compute) -> Floats:
    """Draws of a*b + cov(a, b): a and b from a joint normal, the covariance from its own (Preacher & Selig 2012)."""
    random = np.random.Generator(np.random.PCG64(compute.seed))
    normal = random.standard_normal((3, compute.draws))
    shared = together.correlation * normal[0] + np.sqrt(1.0 - together.correlation**2) * normal[1]
    first, second = a.estimate + a.std_error * normal[0], b.estimate + b.std_error * shared
    return np.asarray(first * second + together.covariance + together.error * normal[2])


@dataclass(frozen=True)
class Indirect:
    """The indirect effect with the percentiles of its draws as intervals of 95% and 90%."""

    number: Estimate
    low_90: float
    high_90: float
    draws: int


def indirect_of(a: Estimate, b: Estimate, together: Together, compute: Compute) -> Indirect:
    """a*b + cov(a, b) by Monte Carlo (Preacher & Selig 2012); the fewer people of the two paths are behind it."""
    draws = draw_products(a, b, together, compute)
    point, error = a.estimate * b.estimate + together.covariance, float(draws.std(ddof=1))
    low, high = (float(value) for value in np.percentile(draws, TAILS))
    low_90, high_90 = (float(value) for value in np.percentile(draws, TAILS_90))
    tail = min(float((draws <= 0).mean()), float((draws >= 0).mean()))
    number = Estimate(
        estimate=point,
        std_error=error,
        df=None,
        statistic=point / error if error > 0 else 0.0,
        p_value=min(max(2.0 * tail, 1.0 / len(draws)), 1.0),
        conf_low=low,
        conf_high=high,
    ).backed(least_backing(a.behind, b.behind))
    return Indirect(number, low_90, high_90, len(draws))
