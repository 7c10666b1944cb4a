"""The headlines of many outcomes of one course, side by side: as the pipeline's `primary` would give them one by one.

Effects that come out as zero or flat leave the model by the rules of `pipeline.hypotheses.fitting`. Errors and df are by
Satterthwaite, or with few workers by Kenward and Roger, for which the engine's own code is asked at the optimum found here.
What cannot be told to be a minimum is fitted by the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.planning.course import Ready
from benchmarks.planning.likelihood import DIAGONAL, Evaluation, Floats, Integers, Sums
from benchmarks.planning.search import Curved, Flags, differentiate, finished, minimize, settled
from pipeline.base.params import Compute
from pipeline.hypotheses.battery.shared.setting import combined_estimate
from pipeline.hypotheses.design.terms import Design
from pipeline.hypotheses.engines import freedom_of
from pipeline.hypotheses.fitting import FLAT_CORRELATION, ZERO_SD, carried_by_rows, fit_dropping
from pipeline.multilevel.design.matrix import DesignMatrix, build
from pipeline.multilevel.design.options import Specification, blocks_of, terms_of
from pipeline.multilevel.inference.contrasts import pseudo_inverse
from pipeline.multilevel.inference.coordinates import back_map
from pipeline.multilevel.inference.kenward_roger import kenward_roger
from pipeline.multilevel.likelihood.deviance import Deviance, make_deviance, make_structure
from pipeline.multilevel.likelihood.parameters import Parameters, lower_factor
from pipeline.multilevel.search.estimate import Information, Optimum
from pipeline.multilevel.search.optimize import OptimizerSummary

GROUPS = {"worker_id": slice(6, 9), "client_id": slice(0, 6)}
AWAY = 0.3  # of the relative SDs that are true
GUESSED = 10  # outcomes whose mean curvature begins every search
RECORD = OptimizerSummary("side by side", (), (), 0.0, 0.0, 0.0, 0, 1, "")


@dataclass(frozen=True)
class Number:
    """The tested number of one study; `engine`: found by the engine, where the search here was in doubt."""

    estimate: float
    std_error: float
    df: float
    engine: bool = False


@dataclass(frozen=True)
class Shape:
    """Which effects vary: terms by group, as `Design.random`, and the groups whose terms are uncorrelated."""

    worker: tuple[str, ...]
    client: tuple[str, ...]
    apart: frozenset[str] = frozenset()

    def terms(self, group: str) -> tuple[str, ...]:
        """Those of a group."""
        return self.worker if group == "worker_id" else self.client

    def free(self, names: tuple[str, ...]) -> Flags:
        """The elements of theta that are searched over; `names` of the columns by client, in order."""
        found = np.zeros(9, dtype=bool)
        for group, where in GROUPS.items():
            there = [name in self.terms(group) for name in names[: 3 if group == "client_id" else 2]]
            both = [
                there[i] and there[j] and (i == j or group not in self.apart)
                for i in range(len(there))
                for j in range(i + 1)
            ]
            found[where] = both
        return found

    def of(self, design: Design) -> Design:
        """The design with these effects."""
        random = {name: list(self.terms(name)) for name in design.random if self.terms(name)}
        return replace(design, random=random, uncorrelated=self.apart)


@dataclass(frozen=True)
class _Waiting:
    """Outcomes still to be searched: their numbers, starts [n, 9] and guesses of the curvature [n, 9, 9]."""

    rows: Integers
    theta: Floats
    curvature: Floats

    def some(self, which: Flags) -> _Waiting:
        return _Waiting(self.rows[which], self.theta[which], self.curvature[which])

    def beside(self, other: _Waiting) -> _Waiting:
        pairs = ((self.rows, other.rows), (self.theta, other.theta), (self.curvature, other.curvature))
        return _Waiting(*(np.concatenate(pair) for pair in pairs))


def headlines(ready: Ready, outcomes: Floats, compute: Compute) -> list[Number]:
    """The tested number of every outcome [b, rows]."""
    design, _ = carried_by_rows(ready.design, compute.drop_slopes)
    names = tuple(design.random["client_id"])
    sums, begin = _sums(design, names, outcomes), _begin(ready, names)
    random = {group: tuple(design.random.get(group, ())) for group in GROUPS}
    whole = Shape(random["worker_id"], random["client_id"], design.uncorrelated)
    waiting = {whole: _first(sums, begin, whole.free(names))}
    found: dict[int, Number] = {}
    while waiting:
        shape = max(waiting, key=lambda one: one.free(names).sum())  # the richest: what is left of it may join others
        asked = waiting.pop(shape)
        part, free = sums.of_outcomes(asked.rows), shape.free(names)
        here = minimize(part, asked.theta * free, asked.curvature, free)
        theta = settled(part, here.theta, free)
        then = [_simpler(shape, names, one, sums.scale, compute) for one in theta]
        left = _Waiting(asked.rows, _again(theta, begin), here.curvature)
        for one in dict.fromkeys(then):
            if one != shape:
                more = left.some(np.array([other == one for other in then]))
                waiting[one] = waiting[one].beside(more) if one in waiting else more
        ended = np.array([one == shape for one in then])
        if ended.any():
            numbers = _numbers(ready, shape, names, part.of_outcomes(np.flatnonzero(ended)), theta[ended], compute)
            for row, number in zip(asked.rows[ended], numbers, strict=True):
                found[int(row)] = number or by_engine(ready.design, outcomes[row], compute)
    return [found[row] for row in range(len(outcomes))]


def by_engine(design: Design, outcome: Floats, compute: Compute) -> Number:
    """The tested number as the pipeline finds it."""
    fitted = fit_dropping(replace(design, outcome=outcome), compute, compute.drop_slopes)
    told = combined_estimate(fitted.model, fitted.design, fitted.design.tested)
    return Number(told.estimate, told.std_error, np.inf if told.df is None else told.df, engine=True)


def _sums(design: Design, names: tuple[str, ...], outcomes: Floats) -> Sums:
    numeric, rows = design.numeric(), design.rows
    columns = {**design.slopes, **numeric, "1": np.ones(rows.n)}
    fixed = np.column_stack([columns["1"], *numeric.values()])
    tested = np.array([0.0, *(design.tested.get(name, 0.0) for name in numeric)])
    effects = np.column_stack([columns[name] for name in names])
    return Sums.of(fixed, effects, rows.client, rows.worker, outcomes, tested)


def _begin(ready: Ready, names: tuple[str, ...]) -> Floats:
    """The relative SDs that are true, in the units of the columns' scale: where searches begin."""
    truth, design = ready.truth, ready.design
    unit = float(np.hypot(truth.residual_sd, 0.15))
    dose, time = design.slopes[names[1]], design.numeric()["time"]
    scale = np.sqrt([(dose**2).mean(), (time**2).mean()])
    theta = np.zeros(9)
    theta[[0, 2, 5]] = truth.client_sd, max(truth.joint_slope_sd * scale[0], 0.05), max(truth.trend_sd * scale[1], 0.05)
    theta[[6, 8]] = max(truth.worker_sd, 0.05), max(truth.joint_worker_sd * scale[0], 0.03)
    return np.asarray(theta / unit)


def _first(sums: Sums, begin: Floats, free: Flags) -> _Waiting:
    """Every outcome, begun at what is true with the mean curvature of some."""
    start = np.tile(begin * free, (len(sums.yy), 1))
    some = np.arange(min(GUESSED, len(start)))
    values, vectors = np.linalg.eigh(differentiate(sums.of_outcomes(some), start[some], free).profiled.mean(axis=0))
    where, curvature = np.flatnonzero(free), np.eye(9)
    curvature[np.ix_(where, where)] = (vectors * np.maximum(np.abs(values), 1.0)) @ vectors.T
    return _Waiting(np.arange(len(start)), start, np.tile(curvature, (len(start), 1, 1)))


def _again(theta: Floats, begin: Floats) -> Floats:
    """Starts for a simpler model: where the richer one ended, but away from zero, where every slope vanishes."""
    away = np.where(DIAGONAL & (theta < AWAY * begin), AWAY * begin, theta)
    return np.asarray(away)


def _simpler(shape: Shape, names: tuple[str, ...], theta: Floats, scale: Floats, compute: Compute) -> Shape:
    """What the rules leave of the effects at an optimum: a zero slope out, else effects that are flat uncorrelated."""
    raw = _raw(shape, names, theta, scale)
    if all((np.diag(one) >= ZERO_SD).all() for one in raw.values()):
        return shape
    for group, low in raw.items():
        spread = np.sqrt((low**2).sum(axis=1))
        zero = [term for term, sd in zip(shape.terms(group), spread, strict=True) if term != "1" and sd < ZERO_SD]
        if zero:
            order = [("time" if term == "time" else "exposure") for term in zero]
            drop = zero[int(np.argmin([list(compute.drop_slopes).index(kind) for kind in order]))]
            kept = tuple(term for term in shape.terms(group) if term != drop)
            return replace(shape, worker=kept) if group == "worker_id" else replace(shape, client=kept)
    for group, low in raw.items():
        spread = np.sqrt((low**2).sum(axis=1))
        if group in shape.apart or len(low) < 2:
            continue
        flat = (spread <= ZERO_SD).any()
        if flat or np.linalg.eigvalsh(low @ low.T / np.outer(spread, spread))[0] < FLAT_CORRELATION:
            return replace(shape, apart=shape.apart | {group})
    return shape


def _raw(shape: Shape, names: tuple[str, ...], theta: Floats, scale: Floats) -> dict[str, Floats]:
    """The relative factor of each group's terms in raw units, workers first."""
    found = {}
    for group, where in GROUPS.items():
        size = 3 if group == "client_id" else 2
        low = np.zeros((size, size))
        low[np.tril_indices(size)] = theta[where]
        kept = [i for i in range(size) if names[i] in shape.terms(group)]
        if kept:
            found[group] = low[np.ix_(kept, kept)] / scale[kept][:, None]
    return found


def _numbers(
    ready: Ready, shape: Shape, names: tuple[str, ...], sums: Sums, theta: Floats, compute: Compute
) -> list[Number | None]:
    """Numbers at optima; None where the search is in doubt."""
    workers = int(ready.design.rows.worker.max()) + 1
    theta, here, curved, sure = finished(sums, theta, shape.free(names))
    if freedom_of(compute, workers) == "kenward_roger":
        corrected = _Corrected.of(shape.of(ready.design))
        told = [corrected.at(_raw(shape, names, one, sums.scale), s2) for one, s2 in zip(theta, here.sigma2, strict=True)]
    else:
        told = _satterthwaite(here, curved)
    estimates = zip(here.estimate, told, sure, strict=True)
    return [Number(float(estimate), *one) if certain else None for estimate, one, certain in estimates]


def _satterthwaite(here: Evaluation, curved: Curved) -> list[tuple[float, float]]:
    found = []
    for variance, hessian, gradient in zip(here.sigma2 * here.variance, curved.hessian, curved.jacobian, strict=True):
        spread = float(gradient @ (2.0 * pseudo_inverse(hessian)) @ gradient)
        found.append((float(np.sqrt(variance)), 2.0 * float(variance) ** 2 / spread))
    return found


@dataclass(frozen=True)
class _Corrected:
    """The engine's design of a shape, for errors and df by Kenward and Roger at any variances."""

    matrix: DesignMatrix
    parameters: Parameters
    deviance: Deviance
    weights: Floats

    @classmethod
    def of(cls, design: Design) -> _Corrected:
        random = {g: [[t] for t in terms] if g in design.uncorrelated else terms for g, terms in design.random.items()}
        spec = Specification(
            "outcome", terms_of(design.fixed), blocks_of(random), "REML", "kenward_roger", "independent", None, None
        )
        matrix = build(design.columns(), spec)
        structure = make_structure(matrix)
        weights = np.array([design.tested.get(name, 0.0) for name in matrix.fixed_names])
        return cls(matrix, structure.parameters, make_deviance(matrix, structure, reml=True), weights)

    def at(self, raw: dict[str, Floats], sigma2: float) -> tuple[float, float]:
        """Standard error and df at relative factors by group and a residual variance."""
        theta, taken = np.zeros(self.parameters.size), dict.fromkeys(raw, 0)
        for block in self.parameters.blocks:
            group = self.matrix.factors[block.factor].name
            at = slice(taken[group], taken[group] + block.width)
            low = lower_factor(np.linalg.inv(block.back) @ raw[group][at, at])
            theta[block.where], taken[group] = low.T[block.free], taken[group] + block.width
        unit, none = self.matrix.outcome_scale, np.empty((0, 0))
        here = self.deviance.at(theta)
        found = Optimum(theta, here, sigma2 / unit**2, Information(none, none, none), True, RECORD)
        told = kenward_roger(self.matrix, self.parameters, found, back_map(self.matrix) * unit)
        return float(np.sqrt(self.weights @ told.adjusted @ self.weights)), told.df(self.weights)
