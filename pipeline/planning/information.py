"""The standard error and the degrees of freedom of the headline in a planned design, from its expected information.

Within one client every column of the model lies in the span of (1, dose, time) and of the window's length where ratings
are missed. An orthogonal turn of the client's rows leaves as many rows that carry the design and others that carry residual
noise alone, so that the information of a whole study is exact in blocks of three (to five) rows a client: V_w [3n, 3n].

With l the weights of the tested coefficient, V(theta) the covariance of the ratings and H = (X'V^-1 X)^-1:
    se^2 = l'Hl,     df = 2 (l'Hl)^2 / (g' A g),     g_j = d l'Hl / d theta_j = l'H X'V^-1 V_j V^-1 X H l,
    A = 2 I^-1,      I_jk = tr(P V_j P V_k),          P = V^-1 - V^-1 X H X'V^-1
(Satterthwaite's df of Giesbrecht & Burns 1985, with the expected information of the restricted likelihood). What it costs
that V is estimated, Kenward & Roger (1997): by sum_jk A_jk D_jk, in the same units as se^2, with
    D_jk = l'H (X'V^-1 V_j V^-1 V_k V^-1 X - X'V^-1 V_j V^-1 X H X'V^-1 V_k V^-1 X) H l
the estimate varies by more than l'Hl, and l'Hl at estimated variances is smaller than l'Hl on average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.planning.design import Drawn, Floats, Variation

PARAMETERS = (
    *("worker", "worker_effect_with_level", "worker_effect"),
    *("client", "client_effect_with_level", "client_effect"),
    *("trend_with_level", "trend_with_effect", "trend", "residual"),
)
TESTED = 1  # the column of the within-client part among the fixed ones: intercept, within, between, worker, time


@dataclass(frozen=True)
class Information:
    """What a design tells of the tested coefficient: its standard error and df; ratings and clients behind it."""

    std_error: float
    df: float
    ratings: int
    clients: int
    sampling: Sampling


@dataclass(frozen=True)
class Sampling:
    """How the estimated variances will scatter: `theta` as declared, I `expected`, `gradient` of the squared standard error.

    In the order of `PARAMETERS`: variances and covariances by worker, by client, the residual variance. `price` is D of the
    module, `units` how many free workers, clients or rows each parameter is estimated from.
    """

    theta: Floats
    expected: Floats
    gradient: Floats
    price: Floats
    units: Floats


class NoInformationError(Exception):
    """The design cannot carry the headline model; the message says what is too few, in words."""


def information(drawn: Drawn, variation: Variation, *, windows: bool = False) -> Information:
    """The information of one drawn design about one episode's effect within clients, in within-client SDs.

    `windows`: the model also has the length of a rating's window and its logarithm, as the pipeline's has.
    """
    blocks = _Blocks.of(drawn, windows)
    residual = _left_over(blocks, variation)
    inverse = np.linalg.inv(blocks.covariance(variation, residual))
    projected = np.einsum("wij,wjp->wip", inverse, blocks.fixed)  # V^-1 X
    cross = np.einsum("wip,wiq->pq", blocks.fixed, projected)
    if np.linalg.matrix_rank(cross, hermitian=True) < cross.shape[0]:
        raise NoInformationError("workers, or clients of a worker, are too few to tell the parts of the exposure apart")
    covariance = np.linalg.inv(cross)
    solved = np.stack(
        [inverse @ derivative for derivative in blocks.derivatives()]
    )  # V^-1 V_j [parameters, workers, rows, rows]
    before = np.swapaxes(blocks.fixed, 1, 2) @ solved  # X'V^-1 V_j
    after = solved @ projected  # V^-1 V_j V^-1 X
    parameters, columns = len(solved), cross.shape[0]
    ends = np.swapaxes(blocks.fixed, 1, 2) @ after
    ends = ends.sum(axis=1)  # X'V^-1 V_j V^-1 X
    gradient = np.array([(covariance @ end @ covariance)[TESTED, TESTED] for end in ends])
    whole = solved.reshape(parameters, -1) @ np.swapaxes(solved, 2, 3).reshape(parameters, -1).T
    left = np.moveaxis(before, 2, 1).reshape(parameters, columns, -1)
    right = after.reshape(parameters, -1, columns)
    expected, price = np.empty((2, parameters, parameters))
    for j in range(parameters):
        for k in range(j + 1):
            middle, both = left[j] @ right[k], ends[j] @ covariance @ ends[k]
            traces = float(np.sum(covariance * (both - 2.0 * middle).T))
            expected[j, k] = expected[k, j] = float(whole[j, k]) + traces
            price[j, k] = price[k, j] = float((covariance @ (middle - both) @ covariance)[TESTED, TESTED])
    expected[-1, -1] += blocks.noise_rows / residual**2  # the rows that carry residual noise alone
    variance = float(covariance[TESTED, TESTED])
    spread = 2.0 * float(gradient @ np.linalg.pinv(expected, hermitian=True) @ gradient)
    df = 2.0 * variance**2 / spread if spread > 0.0 else np.inf
    sampling = Sampling(_theta(variation, residual), expected, gradient, price, blocks.units())
    return Information(float(np.sqrt(variance)), float(df), blocks.ratings, blocks.clients, sampling)


@dataclass(frozen=True)
class _Blocks:
    """The turned rows of every worker [workers, k clients, ...], rows of zeros where a worker has fewer clients."""

    fixed: Floats
    client: Floats  # [workers, rows, 3]: intercept, within, time of the client whose row it is
    same: Floats  # [workers, rows, rows]: whether two rows are of one client
    noise_rows: int
    ratings: int
    clients: int
    dose_spread: float  # mean within-client variance of the dose
    time_spread: float

    @classmethod
    def of(cls, drawn: Drawn, windows: bool = False) -> _Blocks:
        counts = drawn.rated.sum(axis=1)
        kept = np.flatnonzero(counts >= 2)
        if len(kept) < 2:
            raise NoInformationError("hardly a client has two ratings")
        weights = drawn.rated[kept].astype(np.float64)
        dose, n = drawn.dose[kept] * weights, counts[kept].astype(np.float64)
        time = np.broadcast_to(np.arange(drawn.dose.shape[1], dtype=np.float64), dose.shape)
        time = (time - np.average(time, weights=weights)) * weights
        lengths = _lengths(drawn.window[kept], weights) if windows else []
        basis = np.stack([weights, dose, time, *lengths], axis=2)  # [clients, sessions, 3 to 5]
        turned = np.asarray(np.linalg.qr(basis, mode="r"))  # [clients, rows, 3 to 5]
        worker = np.unique(drawn.worker[kept], return_inverse=True)[1]
        mean = dose.sum(axis=1) / n
        of_worker = np.bincount(worker, mean * n) / np.bincount(worker, n)
        own, grand = of_worker[worker], float(np.average(mean, weights=n))
        one, raw, when = turned[:, :, 0], turned[:, :, 1], turned[:, :, 2]
        within = raw - mean[:, None] * one
        between, above = (mean - own)[:, None] * one, (own - grand)[:, None] * one
        fixed = np.stack([one, within, between, above, when, *np.moveaxis(turned[:, :, 3:], 2, 0)], axis=2)
        effects = np.stack([one, within, when], axis=2)
        size, place = int(np.bincount(worker).max()), _places(worker)
        workers, rows, columns = int(worker.max()) + 1, turned.shape[1], fixed.shape[2]
        spread_fixed, spread_effects = np.zeros((workers, size, rows, columns)), np.zeros((workers, size, rows, 3))
        spread_fixed[worker, place], spread_effects[worker, place] = fixed, effects
        same = np.kron(np.eye(size), np.ones((rows, rows)))
        return cls(
            spread_fixed.reshape(workers, rows * size, columns),
            spread_effects.reshape(workers, rows * size, 3),
            np.broadcast_to(same, (workers, rows * size, rows * size)),
            int(n.sum()) - rows * size * workers,
            int(n.sum()),
            len(kept),
            float((((drawn.dose[kept] - mean[:, None]) ** 2) * weights).sum() / n.sum()),
            float(((time - (time.sum(axis=1) / n)[:, None] * weights) ** 2).sum() / n.sum()),
        )

    def covariance(self, variation: Variation, residual: float) -> Floats:
        """V of each worker."""
        one, within, when = (self.client[:, :, k] for k in range(3))
        own = variation.client**2 * _outer(one) + variation.client_effect**2 * _outer(within)
        own = (own + variation.trend**2 * _outer(when)) * self.same
        shared = variation.worker**2 * _outer(one) + variation.worker_effect**2 * _outer(within)
        return own + shared + residual * np.eye(one.shape[1])

    def derivatives(self) -> list[Floats]:
        """dV / d theta_j: variances and covariances by worker and by client as fitted, the residual variance last."""
        columns = [self.client[:, :, k] for k in range(3)]
        pairs = [(j, k) for j in range(3) for k in range(j + 1)]
        own = [_both(columns[j], columns[k]) * self.same for j, k in pairs]
        shared = [_both(columns[j], columns[k]) for j, k in pairs if j < 2]
        return [*shared, *own, np.broadcast_to(np.eye(columns[0].shape[1]), self.same.shape)]

    def units(self) -> Floats:
        """Free units of each parameter: workers but for the fixed effects among them, clients, rows within clients."""
        workers, clients = len(self.fixed), self.clients - len(self.fixed)
        within = self.ratings - 3 * self.clients
        free = [workers - 2, workers - 1, workers - 1, *[clients] * 6, max(within, self.clients)]
        return np.maximum(np.array(free, dtype=np.float64), 1.0)


def _lengths(window: Floats, weights: Floats) -> list[Floats]:
    """The windows' lengths and their logarithms, centred over the ratings; none where they do not vary."""
    there = weights > 0.0
    if np.ptp(window[there]) == 0.0:
        return []
    found = [window, np.log(np.maximum(window, 1.0))] if len(np.unique(window[there])) > 2 else [window]
    return [(one - one[there].mean()) * weights for one in found]


def _theta(variation: Variation, residual: float) -> Floats:
    sds = {"worker", "worker_effect", "client", "client_effect", "trend"}
    declared = {name: float(getattr(variation, name)) ** 2 for name in sds} | {"residual": residual}
    return np.array([declared.get(name, 0.0) for name in PARAMETERS])


def _places(worker: np.ndarray) -> np.ndarray:
    """The position of each client among those of its worker."""
    order = np.argsort(worker, kind="stable")
    starts = np.cumsum(np.bincount(worker)) - np.bincount(worker)
    places = np.empty(len(worker), dtype=np.int64)
    places[order] = np.arange(len(worker)) - starts[worker[order]]
    return places


def _outer(column: Floats) -> Floats:
    return np.asarray(np.einsum("wi,wj->wij", column, column))


def _both(one: Floats, other: Floats) -> Floats:
    """The derivative by a variance (one is other) or by a covariance."""
    product = np.einsum("wi,wj->wij", one, other)
    return product if one is other else np.asarray(product + np.swapaxes(product, 1, 2))


def residual_variance(drawn: Drawn, variation: Variation) -> float:
    """What is left of a within-client variance of 1 after effects and trends that vary."""
    return _left_over(_Blocks.of(drawn), variation)


def _left_over(blocks: _Blocks, variation: Variation) -> float:
    effects = (variation.client_effect**2 + variation.worker_effect**2) * blocks.dose_spread
    left = 1.0 - effects - variation.trend**2 * blocks.time_spread
    if left <= 0.05:
        raise NoInformationError("effects and trends that vary so much leave nothing of the within-client variance")
    return float(left)
