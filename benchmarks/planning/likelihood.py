"""The restricted likelihood of many outcomes of one design at once, each at variances of its own, with its gradient.

Effects are by client (z = intercept, dose, time) and by worker (intercept, dose), clients within workers. In units of the
residual variance V = I + sum_i Z_i L L' Z_i' + sum_w U_w M M' U_w'; clients are eliminated first, then workers (Pinheiro &
Bates 2000, 2.2), so that only Z'Z, Z'X and Z'y by client are needed. With P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1:
    deviance = log|V| + log|X'V^-1 X| + nu log(y'P y),   d / d(L L') = Z'P Z - Z'P y y'P Z / sigma2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
# Elements of theta: the lower triangle of L (intercept, dose, time), then that of M.
ROW = np.array([0, 1, 1, 2, 2, 2, 0, 1, 1])
COLUMN = np.array([0, 0, 1, 0, 1, 2, 0, 0, 1])
CLIENT, WORKER = np.arange(6), np.arange(6, 9)
DIAGONAL = ROW == COLUMN
CACHED = 1600  # clients times outcomes


@dataclass(frozen=True)
class Sums:
    """Cross-products of a design and of outcomes b, clients of a worker one after the other.

    `zz` [clients, 3, 3]; `both` [b, clients, 3, p + 1], with the fixed columns, made orthonormal, and with what least
    squares leave of the outcome; `yy` [b] of that; `explained` [b], the tested number by least squares; `first`: where each
    worker's clients begin; `worker` of each client; `tested` [p], the number's weights; `scale` [3], what the columns by
    client were divided by; `rows` of the design.
    """

    zz: Floats
    both: Floats
    yy: Floats
    explained: Floats
    first: Integers
    worker: Integers
    tested: Floats
    scale: Floats
    rows: int

    @classmethod
    def of(
        cls, fixed: Floats, effects: Floats, client: Integers, worker: Integers, outcomes: Floats, tested: Floats
    ) -> Sums:
        """From columns [n, p] and [n, 3], codes [n] from 0, outcomes [b, n] and the weights [p] of the tested number."""
        scale = np.sqrt((effects**2).mean(axis=0))
        own = np.zeros(int(client.max()) + 1, dtype=np.int64)
        own[client] = worker
        order = np.argsort(own, kind="stable")
        place, starts = np.argsort(order)[client], np.diff(own[order], prepend=-1) != 0
        q, r = np.linalg.qr(fixed)
        z, p, by_least_squares = effects / scale, fixed.shape[1], outcomes @ q
        left = outcomes - by_least_squares @ q.T
        sums = np.zeros((len(own), 3, 3 + p + len(outcomes)))
        np.add.at(sums, place, z[:, :, None] * np.column_stack([z, q, left.T])[:, None, :])
        with_fixed = np.broadcast_to(sums[:, :, 3 : 3 + p], (len(outcomes), len(own), 3, p))
        both = np.concatenate([with_fixed, np.moveaxis(sums[:, :, 3 + p :], 2, 0)[..., None]], axis=3)
        weights = np.linalg.solve(r.T, tested)
        yy, explained = (left**2).sum(axis=1), by_least_squares @ weights
        first, numbered = np.flatnonzero(starts), np.cumsum(starts) - 1
        return cls(sums[:, :, :3].copy(), both, yy, explained, first, numbered, weights, scale, len(fixed))

    def of_outcomes(self, which: Integers) -> Sums:
        """The same for some of the outcomes."""
        return replace(self, both=self.both[which], yy=self.yy[which], explained=self.explained[which])

    @property
    def columns(self) -> int:
        """How many fixed columns."""
        return len(self.tested)

    @property
    def nu(self) -> int:
        """Rows less fixed columns."""
        return self.rows - self.columns


@dataclass(frozen=True)
class Evaluation:
    """At one theta an outcome: deviance [b], y'P y [b], tested estimate and its variance in units of sigma2 [b], and the
    gradient in two parts [b, 9], such that it is `trace` - `square` / sigma2."""

    deviance: Floats
    left: Floats
    estimate: Floats
    variance: Floats
    trace: Floats
    square: Floats
    nu: int

    @property
    def sigma2(self) -> Floats:
        """The residual variance [b]."""
        return self.left / self.nu

    @property
    def gradient(self) -> Floats:
        """With the residual variance profiled out [b, 9]."""
        return self.trace - self.square / self.sigma2[:, None]


def triangles(theta: Floats) -> tuple[Floats, Floats]:
    """L [b, 3, 3] and M [b, 2, 2] of theta [b, 9]."""
    own, shared = np.zeros((len(theta), 3, 3)), np.zeros((len(theta), 2, 2))
    own[:, ROW[CLIENT], COLUMN[CLIENT]] = theta[:, CLIENT]
    shared[:, ROW[WORKER], COLUMN[WORKER]] = theta[:, WORKER]
    return own, shared


def evaluate(sums: Sums, theta: Floats) -> Evaluation:
    """The restricted likelihood of every outcome at its own theta [b, 9], as many at a time as a processor's cache holds."""
    size = max(2, CACHED // len(sums.zz))
    blocks = [np.arange(at, min(at + size, len(theta))) for at in range(0, len(theta), size)]
    if len(blocks) < 2:
        return _evaluate(sums, theta)
    parts = [_evaluate(sums.of_outcomes(block), theta[block]) for block in blocks]
    names = ("deviance", "left", "estimate", "variance", "trace", "square")
    return Evaluation(*(np.concatenate([getattr(part, name) for part in parts]) for name in names), sums.nu)


def _evaluate(sums: Sums, theta: Floats) -> Evaluation:
    b, clients, p = len(theta), len(sums.zz), sums.columns
    low, shared = triangles(theta)
    kernel, _, log_own = _kernel(low[:, None], sums.zz)
    taken = kernel @ sums.both
    product = sums.zz @ kernel
    zz, zb = sums.zz - product @ sums.zz, sums.both - sums.zz @ taken  # Z'V^-1 Z and Z'V^-1 [X y] but for workers' effects
    cross = -np.swapaxes(sums.both.reshape(b, clients * 3, p + 1), 1, 2) @ taken.reshape(b, clients * 3, p + 1)
    uu = np.add.reduceat(zz[:, :, :2, :2], sums.first, axis=1)
    ub = np.add.reduceat(zb[:, :, :2], sums.first, axis=1)
    kernel_up, root_up, log_shared = _kernel(shared[:, None], uu)
    up = kernel_up @ ub
    cross -= np.swapaxes(ub.reshape(b, -1, p + 1), 1, 2) @ up.reshape(b, -1, p + 1)
    cross[:, np.arange(p), np.arange(p)] += 1.0
    root = np.swapaxes(np.linalg.inv(np.linalg.cholesky(cross[:, :p, :p])), 1, 2)
    bread = root @ np.swapaxes(root, 1, 2)
    beta = (bread @ cross[:, :p, p:])[:, :, 0]
    left = sums.yy + cross[:, p, p] - (cross[:, :p, p] * beta).sum(axis=1)
    log_bread = -2.0 * np.log(root[:, np.arange(p), np.arange(p)]).sum(axis=1)
    deviance = log_own.sum(axis=1) + log_shared.sum(axis=1) + log_bread + sums.nu * np.log(left)
    half = zz[:, :, :, :2]
    zb -= half @ up[:, sums.worker]
    ub -= uu @ up
    own = zz.sum(axis=1) - _squares(half @ root_up[:, sums.worker])
    above = (uu - uu @ kernel_up @ uu).sum(axis=1)
    contrast = np.concatenate([-beta, np.ones((b, 1))], axis=1)[:, :, None]
    trace, square = np.zeros((b, 9)), np.zeros((b, 9))
    for where, columns, there, factor in ((CLIENT, zb, own, low), (WORKER, ub, above, shared)):
        met = columns.reshape(b, -1, p + 1)
        score = (met @ contrast).reshape(*columns.shape[:3], 1)  # Z'P y
        told = (met[:, :, :p] @ root).reshape(*columns.shape[:3], p)
        at = (slice(None), ROW[where], COLUMN[where])
        trace[:, where] = 2.0 * ((there - _squares(told)) @ factor)[at]
        square[:, where] = 2.0 * (_squares(score) @ factor)[at]
    variance = np.einsum("p,bpq,q->b", sums.tested, bread, sums.tested)
    return Evaluation(deviance, left, sums.explained + beta @ sums.tested, variance, trace, square, sums.nu)


def _kernel(low: Floats, met: Floats) -> tuple[Floats, Floats, Floats]:
    """L (I + L' S L)^-1 L' for factors L and sums of squares S, a root of it, and log |I + L' S L|."""
    inner = np.swapaxes(low, 2, 3) @ met @ low
    width = np.arange(inner.shape[2])
    inner[:, :, width, width] += 1.0
    inverse, size = _inverse(inner)
    root = low @ np.linalg.cholesky(inverse) if inner.shape[2] == 2 else low
    return low @ inverse @ np.swapaxes(low, 2, 3), root, np.log(size)


def _squares(columns: Floats) -> Floats:
    """Sum over units of A A' for A [b, units, k, p]."""
    found = np.empty((len(columns), columns.shape[2], columns.shape[2]))
    for i in range(columns.shape[2]):
        for j in range(i + 1):
            found[:, i, j] = found[:, j, i] = np.einsum("bup,bup->b", columns[:, :, i], columns[:, :, j])
    return found


def _inverse(matrix: Floats) -> tuple[Floats, Floats]:
    """The inverse and the determinant of symmetric matrices [..., k, k], k two or three."""
    found = np.empty_like(matrix)
    if matrix.shape[-1] == 2:
        a, b, d = matrix[..., 0, 0], matrix[..., 0, 1], matrix[..., 1, 1]
        size = a * d - b * b
        found[..., 0, 0], found[..., 0, 1], found[..., 1, 0], found[..., 1, 1] = d, -b, -b, a
        return found / size[..., None, None], size
    a, b, c = matrix[..., 0, 0], matrix[..., 0, 1], matrix[..., 0, 2]
    d, e, f = matrix[..., 1, 1], matrix[..., 1, 2], matrix[..., 2, 2]
    first, second, third = d * f - e * e, c * e - b * f, b * e - c * d
    size = a * first + b * second + c * third
    found[..., 0, 0], found[..., 0, 1], found[..., 0, 2] = first, second, third
    found[..., 1, 0], found[..., 1, 1], found[..., 1, 2] = second, a * f - c * c, b * c - a * e
    found[..., 2, 0], found[..., 2, 1], found[..., 2, 2] = third, b * c - a * e, a * d - b * b
    return found / size[..., None, None], size
