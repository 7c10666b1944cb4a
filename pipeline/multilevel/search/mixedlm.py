"""statsmodels' MixedLM as a likelihood: the deviance of a design at any theta, and a search over theta.

MixedLM's fit() is not used: it stops short of the optimum, leaves variances under 1e-10 out of its Hessian, cannot
correlate the terms of an inner factor, and takes its standard errors from that Hessian. Here every random effect enters
as a variance component of variance one with columns Z Lambda(theta), in scaled coordinates, so that nothing small meets
those thresholds.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.matrix import DesignMatrix
from pipeline.multilevel.design.segments import Floats, Ints
from pipeline.multilevel.likelihood.parameters import Parameters, make_parameters
from pipeline.multilevel.search.optimize import OptimizerSummary

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult
    from statsmodels.regression.mixed_linear_model import MixedLM

# Two optimizers that end closer than this in deviance agree: lme4's own optimizers differ by that much.
AGREEMENT = 1e-4
# A dense Z of more cells than this would take gigabytes and hours.
LARGEST = 50_000_000
# The step of differences: wide, as MixedLM's value carries about 1e-10 of noise.
DIFFERENCE = 1e-4


@dataclass(frozen=True)
class TwoOptimizers(OptimizerSummary):
    """The record of a search by two optimizers: what each alone came to, and how far apart they were."""

    powell: float
    lbfgsb: float

    @property
    def disagreement(self) -> float:
        """The distance of the two in deviance (ours)."""
        return abs(self.powell - self.lbfgsb)


@dataclass(frozen=True)
class Parts:
    """What MixedLM is given: rows sorted by connected component, weighted, in centred and scaled columns."""

    design: DesignMatrix
    parameters: Parameters
    outcome: Floats
    fixed: Floats
    component: Ints
    rows: tuple[slice, ...]
    local: tuple[tuple[Ints, ...], ...]
    base: tuple[Floats, ...]
    log_weights: float


@dataclass(frozen=True)
class At:
    """The fit at one theta, in scaled coordinates; `criterion` is -2 log (restricted) likelihood."""

    criterion: float
    coefficients: Floats
    covariance: Floats
    scale: float


def parts_of(design: DesignMatrix) -> Parts:
    """Sort rows by component, number each component's levels, and multiply rows by the root of their weight."""
    component = _components(design)
    order = np.argsort(component, kind="stable")
    component = component[order]
    ends = np.searchsorted(component, np.arange(component[-1] + 2))
    rows = tuple(slice(int(a), int(b)) for a, b in itertools.pairwise(ends))
    root = np.ones(design.n_obs) if design.weights is None else np.sqrt(design.weights[order])
    columns = [design.base.filled(i, design.n_obs)[order] for i in range(len(design.base.names))]
    local = tuple(
        tuple(np.unique(factor.codes[order][part], return_inverse=True)[1] for factor in design.factors) for part in rows
    )
    base = tuple(np.stack([columns[i] for i in part.base], axis=1) * root[:, None] for part in design.random)
    fixed = np.stack([columns[i] for i in design.fixed], axis=1) * root[:, None]
    log_weights = float(2.0 * np.log(root).sum())
    parameters = make_parameters(design)
    _refuse_large(local, base)
    return Parts(
        design, parameters, design.outcome(order) * root, fixed, component, rows, local, base, log_weights
    )  # fmt: skip


def _components(design: DesignMatrix) -> Ints:
    """The connected component of each row: MixedLM's groups must share no random effect."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first = design.factors[0]
    offset, size = first.n_levels, sum(factor.n_levels for factor in design.factors)
    ends: list[tuple[Ints, Ints]] = []
    for factor in design.factors[1:]:
        ends.append((first.codes.astype(np.int64), factor.codes.astype(np.int64) + offset))
        offset += factor.n_levels
    head = np.concatenate([one for one, _ in ends]) if ends else np.empty(0, dtype=np.int64)
    tail = np.concatenate([other for _, other in ends]) if ends else np.empty(0, dtype=np.int64)
    graph = coo_array((np.ones(len(head)), (head, tail)), shape=(size, size))
    label = connected_components(graph, directed=False)[1]
    found: Ints = np.unique(label[first.codes], return_inverse=True)[1].astype(np.int64)
    return found


def _refuse_large(local: tuple[tuple[Ints, ...], ...], base: tuple[Floats, ...]) -> None:
    widths = [matrix.shape[1] for matrix in base]
    cells = sum(len(codes[0]) * sum(int(c.max() + 1) * w for c, w in zip(codes, widths, strict=True)) for codes in local)
    if cells > LARGEST:
        raise ModelError(Problem("engine", "the model is too large for statsmodels", "use the engine's own fit"))


def _columns(parts: Parts, theta: Floats) -> list[Floats]:
    """Z Lambda(theta) of each component, dense."""
    effects = [base @ factor for base, factor in zip(parts.base, parts.parameters.factors(theta), strict=True)]
    out = []
    for rows, local in zip(parts.rows, parts.local, strict=True):
        matrices = []
        for values, codes in zip(effects, local, strict=True):
            width = values.shape[1]
            matrix = np.zeros((len(codes), (int(codes.max()) + 1) * width))
            matrix[np.arange(len(codes))[:, None], codes[:, None] * width + np.arange(width)] = values[rows]
            matrices.append(matrix)
        out.append(np.concatenate(matrices, axis=1))
    return out


def _mixedlm(parts: Parts, columns: list[Floats]) -> MixedLM:
    from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec

    names = [[str(k) for k in range(matrix.shape[1])] for matrix in columns]
    model = MixedLM(parts.outcome, parts.fixed, parts.component, exog_vc=VCSpec(["effects"], [names], [columns]))
    model.reml = parts.design.spec.method == "REML"
    model.cov_pen = None
    return model


def criterion(parts: Parts, theta: Floats) -> float:
    """-2 log likelihood in the outcome's own units at theta, by definition; the likelihood is MixedLM's (statsmodels)."""
    from statsmodels.regression.mixed_linear_model import MixedLMParams

    model = _mixedlm(parts, _columns(parts, theta))
    none = np.zeros((0, 0))
    at = MixedLMParams.from_components(np.zeros(parts.fixed.shape[1]), cov_re=none, vcomp=np.ones(1))
    return -2.0 * float(model.loglike(at, profile_fe=True)) - parts.log_weights + _units(parts.design)


def _units(design: DesignMatrix) -> float:
    """What the scaling of outcome and fixed columns changes in the criterion."""
    scaled = 2.0 * float(np.log(design.base.scales[list(design.fixed)]).sum())
    reml = design.spec.method == "REML"
    df = design.n_obs - (len(design.fixed) if reml else 0)
    return 2.0 * df * float(np.log(design.outcome_scale)) + (scaled if reml else 0.0)


def evaluate(parts: Parts, theta: Floats) -> At:
    """Coefficients by MixedLM; their covariance as scale * (X' V^-1 X)^-1, not from its Hessian."""
    columns = _columns(parts, theta)
    model = _mixedlm(parts, columns)
    none, one = np.zeros((0, 0)), np.ones(1)
    coefficients, _ = model.get_fe_params(none, one)
    information: Floats = np.zeros((parts.fixed.shape[1],) * 2)
    for rows, effects in zip(parts.rows, columns, strict=True):
        x = parts.fixed[rows]
        inner = np.linalg.solve(effects.T @ effects + np.eye(effects.shape[1]), effects.T @ x)
        information += np.asarray(x.T @ (x - effects @ inner), dtype=np.float64)
    scale = float(model.get_scale(coefficients, none, one))
    covariance = np.asarray(scale * np.linalg.inv(information), dtype=np.float64)
    return At(criterion(parts, theta), coefficients, covariance, scale)


def search(parts: Parts) -> tuple[Floats, TwoOptimizers]:
    """Powell and L-BFGS-B, each from lme4's start and again from the better end; the best of all is kept."""

    def target(theta: Floats) -> float:
        value = criterion(parts, theta)
        return value if np.isfinite(value) else 1e300

    start = parts.parameters.diagonal().astype(np.float64)
    ends = {name: optimizer(target, start) for name, optimizer in _OPTIMIZERS.items()}
    better = min(ends, key=lambda name: float(ends[name].fun))
    again = {name: optimizer(target, ends[better].x) for name, optimizer in _OPTIMIZERS.items()}
    ran = (*ends.values(), *again.values())
    final = min(ran, key=lambda end: float(end.fun))
    theta = parts.parameters.normal(np.asarray(final.x, dtype=np.float64))
    record = TwoOptimizers(
        name=f"{better}, the better of {' and '.join(_OPTIMIZERS)} on MixedLM's likelihood",
        start=tuple(start.tolist()),
        end=tuple(theta.tolist()),
        start_deviance=target(start),
        end_deviance=float(final.fun),
        gradient=_largest_slope(target, theta),
        evaluations=int(sum(end.nfev for end in ran)),
        starts=len(ran),
        reason=str(final.message),
        powell=float(ends["powell"].fun),
        lbfgsb=float(ends["lbfgsb"].fun),
    )
    return theta, record


def _largest_slope(target: Callable[[Floats], float], theta: Floats) -> float:
    steps = np.eye(len(theta)) * DIFFERENCE
    return max(abs(target(theta + step) - target(theta - step)) / (2 * DIFFERENCE) for step in steps)


def _powell(target: Callable[[Floats], float], start: Floats) -> OptimizeResult:
    from scipy.optimize import minimize

    return minimize(target, start, method="Powell", options={"xtol": 1e-7, "ftol": 1e-13, "maxiter": 200})


def _lbfgsb(target: Callable[[Floats], float], start: Floats) -> OptimizeResult:
    from scipy.optimize import minimize

    options = {"ftol": 1e-14, "gtol": 1e-6, "finite_diff_rel_step": DIFFERENCE, "maxiter": 300}
    return minimize(target, start, method="L-BFGS-B", jac="3-point", options=options)


_OPTIMIZERS = {"powell": _powell, "lbfgsb": _lbfgsb}
