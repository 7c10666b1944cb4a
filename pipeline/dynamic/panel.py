"""The panel with feedback, fitted: numbers in units of the data, errors by client and by worker, or why there are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from pipeline.dynamic.arrays import Floats, Integers
from pipeline.dynamic.errors import PanelNumber, panel_number
from pipeline.dynamic.kalman import Rows, likelihood
from pipeline.dynamic.optimum import Optimum, maximize
from pipeline.dynamic.parameters import COUNT, NAMES
from pipeline.dynamic.series import Series, compressed_series, rows_of

MIN_CLIENTS = 20  # with three ratings or more: twelve numbers and their errors by client need that many
MIN_RATINGS = 3  # from two ratings a lasting level cannot be told from memory
FLAT = 1e-7  # smallest eigenvalue of the information scaled to a unit diagonal; central differences leave about 1e-9
LOADING = 0.3  # parameters with at least this part in a flat direction are named
NOTHING_LEFT = 1e-4  # a variance of e below this share of the rating's within variance is at its edge
SCORE_BLOCK = 20_000  # clients whose scores are made at once
PanelName: TypeAlias = Literal[
    "beta",
    "lambda",
    "phi",
    "rho",
    "gamma",
    "var_exposure",
    "var_rating",
    "mean_exposure",
    "mean_rating",
    "var_exposure_part",
    "cov_parts",
    "var_rating_part",
    "lag_one",  # lambda + phi beta: the whole effect one window later
]
PLAIN: tuple[PanelName, ...] = get_args(PanelName)[:COUNT]

Code: TypeAlias = Literal[
    "no_reliability",
    "reliability_out_of_range",
    "constant_exposure",
    "constant_rating",
    "too_few_clients",
    "nothing_beyond_error",
    "flat_direction",
    "not_converged",
]


@dataclass(frozen=True)
class Unidentified:
    """Why there is no number: a code, the counts it rests on, and the names of what cannot be told apart."""

    code: Code
    counts: Mapping[str, int]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A fitted panel, in the units of the data.

    `numbers` by name; `influence` (n, 13):
    what each client adds to each number; `client`, `cluster` (n,) whose; `log_likelihood` at full normal density;
    `error_variance`, the fixed variance of measurement error.
    """

    numbers: Mapping[PanelName, PanelNumber]
    influence: Floats
    client: Integers
    cluster: Integers
    log_likelihood: float
    error_variance: float
    optimum: Optimum

    @property
    def names(self) -> tuple[PanelName, ...]:
        """The columns of `influence`."""
        return tuple(self.numbers)

    def number(self, name: PanelName) -> PanelNumber:
        """One number by its name."""
        return self.numbers[name]

    def influence_of(self, name: PanelName) -> Floats:
        """One number's influence values (n,)."""
        return np.asarray(self.influence[:, self.names.index(name)])


def fit_panel(series: Series, reliability: float | None, min_clients: int = MIN_CLIENTS) -> Panel | Unidentified:
    """Fit the panel by maximum likelihood; `reliability` of the rating within clients fixes its error variance.

    Standard errors: the larger of the sandwich by client and that by worker times W / (W - 1), over all parameters, with a
    t on W - 1 degrees of freedom (METHODS.md, "Feedback"). What cannot be identified comes back as `Unidentified`.
    """
    refused = _refused(series, reliability, min_clients)
    if refused is not None:
        return refused
    variance = (1.0 - float(reliability or 0.0)) * series.rating_variance
    error = variance / float(series.scale[1]) ** 2
    rows = rows_of(series, error)
    small = compressed_series(rows)
    best = _best(series, small, error)
    wrong = _wrong(best, series)
    return wrong if wrong is not None else _panel(series, rows, best, variance)


def _refused(series: Series, reliability: float | None, min_clients: int) -> Unidentified | None:
    enough = int((series.lengths >= MIN_RATINGS).sum())
    counts = {"clients": len(series.client), "clients_with_three_ratings": enough, "needed": min_clients}
    if reliability is None:
        return Unidentified("no_reliability", counts)
    if not 0.0 < reliability <= 1.0:
        return Unidentified("reliability_out_of_range", counts)
    if enough < min_clients:
        return Unidentified("too_few_clients", counts)
    if not series.scale[0] > 0:
        return Unidentified("constant_exposure", counts)
    if not series.scale[1] > 0:
        return Unidentified("constant_rating", counts)
    if (1.0 - reliability) * series.rating_variance >= series.scale[1] ** 2:
        return Unidentified("nothing_beyond_error", counts)
    return None


def _best(series: Series, rows: Rows, error: float) -> Optimum:
    """The search from little memory, and from much where that does not settle on a maximum."""
    best = maximize(_start(series, error, 0.2), rows)
    if best.converged and not flat_names(best.information):
        return best
    other = maximize(_start(series, error, 0.6), rows)
    return max((best, other), key=lambda found: (found.converged, found.log_likelihood))


def _start(series: Series, error: float, memory: float) -> Floats:
    """Starting values in within-client SDs: lasting levels by moments, the same memory for both series, no feedback."""
    known = np.isfinite(series.x) & np.isfinite(series.y)
    size = np.maximum(known.sum(axis=1), 1)
    means = np.array([np.where(known, values, 0.0).sum(axis=1) / size for values in (series.x, series.y)])
    long = known.sum(axis=1) >= MIN_RATINGS
    between = np.cov(means[:, long]) - np.diag([1.0, 1.0]) / size[long].mean()
    spread = np.maximum(np.diag(between), 0.05)
    left = max(1.0 - error, 0.1) * (1.0 - memory**2)
    own = [np.where(known, values - mean[:, None], 0.0) for values, mean in zip((series.x, series.y), means, strict=True)]
    slope = float(np.clip((own[0] * own[1]).sum() / max((own[0] ** 2).sum(), 1e-12), -0.5, 0.5))
    covariance = float(np.clip(between[0, 1], -0.9, 0.9) * 0.5 * np.sqrt(spread.prod()))
    variances = [np.log(1.0 - memory**2), np.log(left)]
    return np.array([slope, 0.0, memory, memory, 0.0, *variances, *means.mean(axis=1), spread[0], covariance, spread[1]])


def _wrong(best: Optimum, series: Series) -> Unidentified | None:
    counts = {"clients": len(series.client), "ratings": series.n_ratings}
    if best.theta[NAMES.index("log_var_rating")] < np.log(NOTHING_LEFT):
        return Unidentified("nothing_beyond_error", counts)
    names = flat_names(best.information)
    if names:
        return Unidentified("flat_direction", counts, names)
    return None if best.converged else Unidentified("not_converged", counts)


def flat_names(information: Floats) -> tuple[str, ...]:
    """Parameters the likelihood cannot tell apart: along some direction the scaled information is zero, or bends up."""
    size = np.diag(information)
    if not np.isfinite(information).all():
        return PLAIN
    if (size <= 0).any():
        return tuple(name for name, own in zip(PLAIN, size, strict=True) if own <= 0)
    scale = 1.0 / np.sqrt(size)
    values, vectors = np.linalg.eigh(information * np.outer(scale, scale))
    loads = (np.abs(vectors[:, values < FLAT]) > LOADING).any(axis=1)
    return tuple(name for name, on in zip(PLAIN, loads, strict=True) if on)


def _scores(theta: Floats, rows: Rows) -> Floats:
    """Each client's score (n, 12)."""
    n = rows.z.shape[2]
    found = np.empty((n, COUNT))
    for first in range(0, n, SCORE_BLOCK):
        part = slice(first, first + SCORE_BLOCK)
        block = Rows(rows.z[:, :, part], rows.known, rows.pattern[part], rows.weight[part], rows.count, rows.error)
        made = likelihood(theta[None], block)
        found[part] = (made.own[:, 0] + made.shared[:, 0][:, block.pattern]).T
    return found


def _panel(series: Series, rows: Rows, best: Optimum, variance: float) -> Panel:
    theta = best.theta
    natural, jacobian = _natural(theta, series)
    influence = np.linalg.solve(best.information, _scores(theta, rows).T).T @ jacobian.T
    names: tuple[PanelName, ...] = get_args(PanelName)
    numbers = {name: panel_number(float(natural[i]), influence[:, i], series.cluster) for i, name in enumerate(names)}
    known = (int(np.isfinite(series.x).sum()), int(np.isfinite(series.y).sum()))
    shift = known[0] * np.log(series.scale[0]) + known[1] * np.log(series.scale[1])
    likely = best.log_likelihood - float(shift)
    return Panel(numbers, influence, series.client, series.cluster, likely, variance, best)


def _natural(theta: Floats, series: Series) -> tuple[Floats, Floats]:
    """The numbers in units of the data (13,), and their derivatives by theta (13, 12)."""
    sx, sy = (float(value) for value in series.scale)
    scale = np.array([sy / sx, sy / sx, 1.0, 1.0, sx / sy, sx * sx, sy * sy, sx, sy, sx * sx, sx * sy, sy * sy])
    value = theta.copy()
    value[5:7] = np.exp(theta[5:7])
    slope = np.diag(scale * np.where(np.isin(np.arange(COUNT), (5, 6)), value, 1.0))
    natural = scale * value
    natural[7:9] += series.center
    beta, lam, phi = theta[:3]
    total = np.zeros(COUNT)
    total[:3] = np.array([phi, 1.0, beta]) * sy / sx
    return np.append(natural, (lam + phi * beta) * sy / sx), np.vstack([slope, total])
