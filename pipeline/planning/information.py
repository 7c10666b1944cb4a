"""The standard error and the degrees of freedom of the headline in a planned design, from its expected information.

Within one client every column of the model lies in the span of (1, dose, time). An orthogonal turn of the client's rows
leaves three rows that carry the design and others that carry residual noise alone, so that the information of a whole
study is exact in blocks of three rows a client: V_w [3n, 3n] for each worker.

With l the weights of the tested coefficient, V(theta) the covariance of the ratings and H = (X'V^-1 X)^-1:
    se^2 = l'Hl,     df = 2 (l'Hl)^2 / (g' A g),     g_j = d l'Hl / d theta_j = l'H X'V^-1 V_j V^-1 X H l,
    A = 2 I^-1,      I_jk = tr(P V_j P V_k),          P = V^-1 - V^-1 X H X'V^-1
(Satterthwaite's df of Giesbrecht & Burns 1985, with the expected information of the restricted likelihood).
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

    In the order of `PARAMETERS`: variances and covariances by worker, by client, the residual variance.
    """

    theta: Floats
    expected: Floats
    gradient: Floats


class NoInformationError(Exception):
    """The design cannot carry the headline model; the message says what is too few, in words."""


def information(drawn: Drawn, variation: Variation) -> Information:
    """The information of one drawn design about one episode's effect within clients, in within-client SDs."""
    blocks = _Blocks.of(drawn)
    residual = _residual_variance(blocks, variation)
    inverse = np.linalg.inv(blocks.covariance(variation, residual))
    projected = np.einsum("wij,wjp->wip", inverse, blocks.fixed)  # V^-1 X
    cross = np.einsum("wip,wiq->pq", blocks.fixed, projected)
    if np.linalg.matrix_rank(cross, hermitian=True) < cross.shape[0]:
        raise NoInformationError("workers, or clients of a worker, are too few to tell the parts of the exposure apart")
    covariance = np.linalg.inv(cross)
    derivatives = blocks.derivatives()
    solved = [np.einsum("wij,wjk->wik", inverse, derivative) for derivative in derivatives]  # V^-1 V_j
    ends = [np.einsum("wip,wij,wjq->pq", blocks.fixed, one, projected) for one in solved]  # X'V^-1 V_j V^-1 X
    gradient = np.array([(covariance @ end @ covariance)[TESTED, TESTED] for end in ends])
    expected = np.empty((len(solved), len(solved)))
    for j, one in enumerate(solved):
        for k in range(j + 1):
            other = solved[k]
            whole = float(np.einsum("wij,wji->", one, other))
            middle = np.einsum("wip,wij,wjk,wkq->pq", blocks.fixed, one, other, projected, optimize=True)
            twice = float(np.trace(covariance @ ends[j] @ covariance @ ends[k]))
            expected[j, k] = expected[k, j] = whole - 2.0 * float(np.trace(covariance @ middle)) + twice
    expected[-1, -1] += blocks.noise_rows / residual**2  # the rows that carry residual noise alone
    variance = float(covariance[TESTED, TESTED])
    spread = 2.0 * float(gradient @ np.linalg.pinv(expected, hermitian=True) @ gradient)
    df = 2.0 * variance**2 / spread if spread > 0.0 else np.inf
    sampling = Sampling(_theta(variation, residual), expected, gradient)
    return Information(float(np.sqrt(variance)), float(df), blocks.ratings, blocks.clients, sampling)


@dataclass(frozen=True)
class _Blocks:
    """The turned rows of every worker [workers, 3 clients, ...], rows of zeros where a worker has fewer clients."""

    fixed: Floats
    client: Floats  # [workers, rows, 3]: intercept, within, time of the client whose row it is
    same: Floats  # [workers, rows, rows]: whether two rows are of one client
    noise_rows: int
    ratings: int
    clients: int
    dose_spread: float  # mean within-client variance of the dose
    time_spread: float

    @classmethod
    def of(cls, drawn: Drawn) -> _Blocks:
        counts = drawn.rated.sum(axis=1)
        kept = np.flatnonzero(counts >= 2)
        if len(kept) < 2:
            raise NoInformationError("hardly a client has two ratings")
        weights = drawn.rated[kept].astype(np.float64)
        dose, n = drawn.dose[kept] * weights, counts[kept].astype(np.float64)
        time = np.broadcast_to(np.arange(drawn.dose.shape[1], dtype=np.float64), dose.shape)
        time = (time - np.average(time, weights=weights)) * weights
        basis = np.stack([weights, dose, time], axis=2)  # [clients, sessions, 3]
        turned = np.asarray(np.linalg.qr(basis, mode="r"))  # [clients, 3, 3]
        worker = np.unique(drawn.worker[kept], return_inverse=True)[1]
        mean = dose.sum(axis=1) / n
        of_worker = np.bincount(worker, mean * n) / np.bincount(worker, n)
        own, grand = of_worker[worker], float(np.average(mean, weights=n))
        one, raw, when = turned[:, :, 0], turned[:, :, 1], turned[:, :, 2]
        within = raw - mean[:, None] * one
        between, above = (mean - own)[:, None] * one, (own - grand)[:, None] * one
        fixed = np.stack([one, within, between, above, when], axis=2)
        effects = np.stack([one, within, when], axis=2)
        size, place = int(np.bincount(worker).max()), _places(worker)
        shape = (int(worker.max()) + 1, size, 3)
        spread_fixed, spread_effects = np.zeros((*shape, 5)), np.zeros((*shape, 3))
        spread_fixed[worker, place], spread_effects[worker, place] = fixed, effects
        same = np.kron(np.eye(size), np.ones((3, 3)))
        return cls(
            spread_fixed.reshape(shape[0], 3 * size, 5),
            spread_effects.reshape(shape[0], 3 * size, 3),
            np.broadcast_to(same, (shape[0], 3 * size, 3 * size)),
            int(n.sum()) - 3 * size * shape[0],
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


def _residual_variance(blocks: _Blocks, variation: Variation) -> float:
    """What is left of a within-client variance of 1 after effects and trends that vary."""
    effects = (variation.client_effect**2 + variation.worker_effect**2) * blocks.dose_spread
    left = 1.0 - effects - variation.trend**2 * blocks.time_spread
    if left <= 0.05:
        raise NoInformationError("effects and trends that vary so much leave nothing of the within-client variance")
    return float(left)
