"""Mediation 1-1-1: exposure -> what happens in the session -> the later rating, all within clients, in that order.

a: mediator on exposure; b: outcome on mediator with the exposure beside it. The indirect effect is a*b plus the covariance
of the clients' own a and b (Kenny, Korchmaros & Bolger 2003; Bauer, Preacher & Gil 2006), its interval by Monte Carlo
(Preacher & Selig 2012). Where both paths differ by client, the covariance of the clients' a and b, its standard error (delta
method) and the correlation of the two estimated paths come from one model of both outcomes (Bauer et al.).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.base.errors import ModelError
from pipeline.exposure.parts import sd_within
from pipeline.exposure.visits import Booleans, Floats
from pipeline.hypotheses import battery, estimability, sample, sensitivity, terms
from pipeline.hypotheses.estimate import Estimate, contrast
from pipeline.hypotheses.evaluate import dose_words, head
from pipeline.hypotheses.fitting import Fit, covariance, fit, fit_dropping
from pipeline.hypotheses.sample import NotEstimable, Sample, number_of

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

CEILING = (
    "a product of two paths has no lead placebo of its own; the checks of each path's hypothesis are to be read beside it"
)
SAME_RATER = "The mediator and the outcome are both rated by the {rater}: a common way of rating can make a path by itself."
NO_ORDER = "Mediator and outcome belong to the same session: their order in time is assumed, not given."
TAILS = {0.95: (2.5, 97.5), 0.90: (5.0, 95.0)}


@dataclass(frozen=True)
class Together:
    """How the paths hang together: covariance of clients' a and b, its error, and the correlation of the estimates."""

    covariance: float = 0.0
    error: float = 0.0
    correlation: float = 0.0


APART = Together()


@dataclass(frozen=True)
class Paths:
    """The two fits and their path names."""

    a: Fit
    b: Fit
    x: str
    m: str


def mediate(spec: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute) -> dict[str, Any]:
    """The result of a mediated hypothesis; the tested number is the indirect effect."""
    built, mediator = mediated_rows(spec, occasions, ledger)
    try:
        paths = _paths(spec, built, mediator, compute)
    except ModelError as error:
        raise NotEstimable(battery.words(error), built.counts) from None
    together = _slopes_covariance(paths, compute)
    a, b = contrast(paths.a.model, {paths.x: 1.0}), contrast(paths.b.model, {paths.m: 1.0})
    draws = products(a, b, together, compute)
    tested = _tested(draws, a.estimate * b.estimate + together.covariance)
    return _result(spec, built, paths, together, draws, tested, compute)


def mediated_rows(spec: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame) -> tuple[Sample, Floats]:
    """The sample whose rows have outcome, exposure and mediator, and the mediator of each row."""
    built = sample.build(spec, occasions, ledger)
    mediator = _mediator(spec, built)
    built = replace(built, keep=built.keep & np.isfinite(mediator))
    counts = (*built.counts, sample.step("mediator known", built.client, built.worker, built.keep))
    sample.some(built.keep, counts)
    return replace(built, counts=counts), mediator


def _mediator(spec: Plan, built: Sample) -> Floats:
    assert spec.mediator is not None
    name = spec.mediator.column
    if name not in built.frame or built.frame[name].isna().all():
        raise NotEstimable(f"the study has no column `{name}`", built.counts)
    return built.before(number_of(built.frame[name]), spec.mediator.lag)


def _paths(spec: Plan, built: Sample, mediator: Floats, compute: Compute) -> Paths:
    a_design, b_design = designs(spec, built, mediator, compute)
    a, b = (fit_dropping(design, compute, compute.drop_slopes) for design in (a_design, b_design))
    if not (a.model.converged and b.model.converged):
        raise NotEstimable("a path's fit did not converge", built.counts)
    return Paths(a, b, f"{spec.exposure.mode}_within", f"{_name(spec)}_within")


def designs(spec: Plan, built: Sample, mediator: Floats, compute: Compute) -> tuple[terms.Design, terms.Design]:
    """The designs of both paths: mediator on exposure, outcome on mediator; NotEstimable where rows cannot carry one."""
    x, m = f"{spec.exposure.mode}_within", f"{_name(spec)}_within"
    b_design = terms.build(spec, built, built.keep, extra=_parts(built, mediator, built.keep, _name(spec)))
    estimability.require(spec, built, b_design, compute)
    a_design = terms.build(spec, replace(built, y=mediator), built.keep)
    estimability.require(spec, replace(built, y=mediator), a_design, compute)
    random = {g: [m if t == x else t for t in names] for g, names in b_design.random.items()}
    return a_design, replace(b_design, random=random, focus=terms.Focus({}, {m: 1.0}))


def _name(spec: Plan) -> str:
    assert spec.mediator is not None
    return spec.mediator.column


def _parts(built: Sample, values: Floats, keep: Booleans, name: str) -> dict[str, Floats]:
    parts = terms.split(values, terms.rows_of(built, keep))
    return {f"{name}_{part}": getattr(parts, part) for part in ("within", "between", "worker")}


def _slopes_covariance(paths: Paths, compute: Compute) -> Together:
    """The covariance of the clients' a and b; none where either path does not differ by client."""
    groups = (paths.a.design.random.get("client_id", []), paths.b.design.random.get("client_id", []))
    if paths.x not in groups[0] or paths.m not in groups[1]:
        return APART
    design = _stacked(paths)
    model = fit(design, compute.model_copy(update={"df": "none", "kenward_roger_below": 0}))
    a, b = f"m_{paths.x}", f"y_{paths.m}"
    unit = float(paths.a.model.residual_sd * paths.b.model.residual_sd)
    _, matrix = covariance(model, "client_id", design.random["client_id"])
    matrix = matrix[np.ix_([1, 3], [1, 3])]
    if not hasattr(model, "covariance_error"):
        return Together(unit * float(matrix[0, 1]), unit * _as_if_seen(matrix, design))
    error = model.covariance_error("client_id", a, b)
    known = model.covariance.loc[[a, b], [a, b]].to_numpy(dtype=np.float64)
    correlation = float(known[0, 1] / np.sqrt(known[0, 0] * known[1, 1]))
    return Together(unit * float(matrix[0, 1]), unit * error, correlation)


def _as_if_seen(matrix: Floats, design: terms.Design) -> float:
    """A lower bound of the covariance's error, from a model that gives none: as if each client's a and b were seen."""
    clients = int(design.rows.client.max()) + 1
    return float(np.sqrt((matrix[0, 0] * matrix[1, 1] + matrix[0, 1] ** 2) / max(clients - 1, 1)))


def _stacked(paths: Paths) -> terms.Design:
    """Both outcomes in one model, each over its own residual SD so that one residual variance fits both (Bauer 2006)."""
    one, two = paths.a.design, paths.b.design
    side = np.repeat([1.0, 0.0], one.rows.n)
    outcome = (one.columns["outcome"] / paths.a.model.residual_sd, two.columns["outcome"] / paths.b.model.residual_sd)
    columns: dict[str, Any] = {"outcome": np.concatenate(outcome), "m_level": side, "y_level": 1.0 - side}
    for prefix, design, flag in (("m_", one, side), ("y_", two, 1.0 - side)):
        for name, column in terms.numeric(design).items():
            columns[prefix + name] = np.tile(column, 2) * flag
    columns |= {key: np.tile(one.columns[key], 2) for key in ("client_id", "worker_id")}
    random = {"client_id": ["m_level", "m_" + paths.x, "y_level", "y_" + paths.m]}
    if "worker_id" in one.random:
        random["worker_id"] = ["m_level", "y_level"]
    fixed = tuple(name for name in columns if name not in ("outcome", "m_level", "client_id", "worker_id"))
    rows = replace(one.rows, client=columns["client_id"], worker=columns["worker_id"])
    return terms.Design(rows, columns, fixed, random, terms.Focus({}, {}), uncorrelated=frozenset({"worker_id"}))


def products(a: Estimate, b: Estimate, together: Together, compute: Compute) -> Floats:
    """Draws of a*b + cov(a, b): a and b from a joint normal, the covariance from its own (Preacher & Selig 2012)."""
    random = np.random.Generator(np.random.PCG64(compute.seed))
    normal = random.standard_normal((3, compute.draws))
    shared = together.correlation * normal[0] + np.sqrt(1.0 - together.correlation**2) * normal[1]
    first, second = a.estimate + a.std_error * normal[0], b.estimate + b.std_error * shared
    return np.asarray(first * second + together.covariance + together.error * normal[2])


def _tested(draws: Floats, point: float) -> Estimate:
    error = float(draws.std(ddof=1))
    low, high = np.percentile(draws, TAILS[0.95])
    tail = min(float((draws <= 0).mean()), float((draws >= 0).mean()))
    p_value = max(2.0 * tail, 1.0 / len(draws))
    return Estimate(point, error, None, point / error if error > 0 else 0.0, min(p_value, 1.0), float(low), float(high))


def _result(
    spec: Plan, built: Sample, paths: Paths, together: Together, draws: Floats, tested: Estimate, compute: Compute
) -> dict[str, Any]:
    sd = sd_within(built.y[built.keep], paths.b.design.rows.client)
    low, high = np.percentile(draws, TAILS[0.90])
    scaled = {name: getattr(tested, name) / sd for name in ("estimate", "conf_low", "conf_high")}
    base = head(spec, paths.b, compute)
    return {
        **base,
        "sentences": [*base["sentences"], *_warnings(spec)],
        "tested": {
            "term": f"{paths.x} -> {paths.m} -> {spec.outcome.score}",
            **tested.__dict__,
            "conf_low_90": float(low),
            "conf_high_90": float(high),
            "standardized": {**scaled, "outcome_sd_within": sd, "dose": dose_words(spec)},
            "sensitivity": sensitivity.of(tested, sd),
        },
        "mediation": {
            "a": contrast(paths.a.model, {paths.x: 1.0}),
            "b": contrast(paths.b.model, {paths.m: 1.0}),
            "direct": contrast(paths.b.model, {paths.x: 1.0}),
            "covariance_ab": together.covariance,
            "covariance_ab_error": together.error,
            "correlation_of_paths": together.correlation,
            "draws": len(draws),
        },
        "battery": [],
        "counts": [*built.counts, sample.step("model", built.client, built.worker, built.keep)],
        "episodes": dict(built.episodes),
        "ceiling": CEILING,
    }


def _warnings(spec: Plan) -> list[str]:
    assert spec.mediator is not None
    said = []
    if spec.mediator.column == f"empathy_{spec.outcome.rater}":
        said.append(SAME_RATER.format(rater=spec.outcome.rater))
    if spec.mediator.lag == 0:
        said.append(NO_ORDER)
    return said
