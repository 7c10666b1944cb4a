"""Log-likelihood and its derivatives by the Kalman filter, all clients in one array.

State (xw, yw, g, m): the two deviations of this rating and the client's two lasting levels. Observations are taken one at
a time (x_t = g + xw_t without error, y_t = m + yw_t + v_t), a missing one is skipped. What depends on no value (the
covariances) is computed once for each pattern of missing values. Derivatives: the backward recursion r, N of de Jong (1989)
and the exact score of Koopman and Shephard (1992), by client.

Shapes: K systems, P patterns, n rows, T ratings; the state's axes come first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.dynamic.arrays import Floats, Integers
from pipeline.dynamic.parameters import Slopes, System, chain_rule, state_space

LOG_2PI = float(np.log(2.0 * np.pi))
SMALLEST = 1e-12  # a predicted variance below this (in within-client SDs squared) is outside the model


@dataclass(frozen=True)
class Rows:
    """What is filtered. `z` (T, 2, n) with 0 where missing; `known` (T, 2, P) 0/1; `pattern` (n,); `weight` (n,): the share
    of the mean a row carries (1 for a client); `count` (P,): clients of a pattern; `error`: variance of v."""

    z: Floats
    known: Floats
    pattern: Integers
    weight: Floats
    count: Floats
    error: float


@dataclass
class _Step:
    """What the forward pass leaves for the backward one, at one rating."""

    state: Floats  # filtered (4, K, n)
    covariance: Floats  # filtered (4, 4, K, P)
    gains: list[tuple[Floats, Floats, Floats]]  # by observation: P z' (4, K, P), 1/F (K, P), innovation (K, n)


@dataclass(frozen=True)
class Likelihood:
    """`total` (K,), -inf outside the model; `slope` (12, K); by row and pattern: `own` (12, K, n), `shared` (12, K, P).

    The score of client i is own_i + shared_pattern(i).
    """

    total: Floats
    slope: Floats
    own: Floats
    shared: Floats


def likelihood(theta: Floats, rows: Rows) -> Likelihood:
    """Log-likelihood and derivatives at K parameter vectors (K, 12)."""
    with np.errstate(all="ignore"):  # outside the model numbers may overflow; `total` says so
        made = state_space(theta)
        steps, total = _forward(made, rows)
        own, shared = _backward(made, rows, steps)
        by_row, by_pattern = chain_rule(theta, made, own), chain_rule(theta, made, shared)
    slope = by_row.sum(axis=-1) + by_pattern @ rows.count
    return Likelihood(np.where(made.valid > 0, total, -np.inf), slope, by_row, by_pattern)


def log_likelihoods(theta: Floats, rows: Rows) -> Floats:
    """Log-likelihoods alone (K,)."""
    with np.errstate(all="ignore"):
        made = state_space(theta)
        return np.where(made.valid > 0, _forward(made, rows)[1], -np.inf)


def _start(made: System, rows: Rows) -> tuple[Floats, Floats]:
    K, n = made.mu.shape[1], rows.z.shape[2]
    state = np.zeros((4, K, n))
    state[2:] = made.mu[:, :, None] * rows.weight
    covariance = np.zeros((4, 4, K, rows.known.shape[2]))
    covariance[:2, :2] = made.P[..., None]
    covariance[2:, 2:] = made.psi[..., None]
    return state, covariance


def _forward(made: System, rows: Rows) -> tuple[list[_Step], Floats]:
    state, covariance = _start(made, rows)
    steps: list[_Step] = []
    total = np.zeros(state.shape[1])
    lowest = np.full(state.shape[1], np.inf)
    for t in range(rows.z.shape[0]):
        if t:
            state, covariance = _predict(made, state, covariance)
        gains = []
        for j in (0, 1):
            known = rows.known[t, j]
            cross = covariance[:, j] + covariance[:, 2 + j]
            F = cross[j] + cross[2 + j] + (rows.error if j else 0.0)
            lowest = np.minimum(lowest, np.where(known > 0, F, np.inf).min(axis=1))
            F = np.where(F > SMALLEST, F, 1.0)
            inverse = known / F
            by_row = inverse[:, rows.pattern]
            innovation = rows.z[t, j] - state[j] - state[2 + j]
            weighted = innovation * by_row
            state = state + cross[:, :, rows.pattern] * weighted
            covariance = covariance - cross[:, None] * (cross * inverse)[None]
            total = total - 0.5 * (innovation * weighted).sum(axis=1) - 0.5 * ((np.log(F) + LOG_2PI) * known) @ rows.count
            gains.append((cross, inverse, weighted))
        steps.append(_Step(state, covariance, gains))
    return steps, np.where(lowest > SMALLEST, total, -np.inf)


def _predict(made: System, state: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    moved = state.copy()
    moved[:2] = _left(made.A, state)
    spread = covariance.copy()
    spread[:2] = _left(made.A, covariance)
    spread[:, :2] = np.swapaxes(_left(made.A, np.swapaxes(spread, 0, 1)), 0, 1)
    spread[:2, :2] += made.Q[..., None]
    return moved, spread


def _left(A: Floats, X: Floats, transposed: bool = False) -> Floats:
    """A times the first two rows of X (4, ..., K, n); A' where transposed."""
    shape = (2,) + (1,) * (X.ndim - 3) + (A.shape[2], 1)
    one, other = (A[0], A[1]) if transposed else (A[:, 0], A[:, 1])
    return np.asarray(one.reshape(shape) * X[0] + other.reshape(shape) * X[1])


def _backward(made: System, rows: Rows, steps: list[_Step]) -> tuple[Slopes, Slopes]:
    """Derivatives by A, Q, P, psi and mu: the part of each row, and the part of each pattern."""
    K, n, patterns = steps[0].state.shape[1], rows.z.shape[2], rows.known.shape[2]
    r, N = np.zeros((4, K, n)), np.zeros((4, 4, K, patterns))
    A_own, Q_own = np.zeros((2, 2, K, n)), np.zeros((2, 2, K, n))
    A_shared, Q_shared = np.zeros((2, 2, K, patterns)), np.zeros((2, 2, K, patterns))
    for t in range(len(steps) - 1, -1, -1):
        step = steps[t]
        if t < len(steps) - 1:
            Q_own += 0.5 * r[:2, None] * r[None, :2]
            Q_shared -= 0.5 * N[:2, :2]
            later, N_later = r[:2], N
            r = r.copy()
            r[:2] = _left(made.A, later, transposed=True)
            NA = N_later.copy()
            NA[:, :2] = np.swapaxes(_left(made.A, np.swapaxes(N_later, 0, 1), transposed=True), 0, 1)
            N = NA.copy()
            N[:2] = _left(made.A, NA, transposed=True)
            smoothed = step.state[:2] + (step.covariance[:2, :, :, rows.pattern] * r[None]).sum(axis=1)
            A_own += later[:, None] * smoothed[None]
            A_shared -= np.einsum("ijkp,jlkp->ilkp", NA[:2], step.covariance[:, :2])
        for j in (1, 0):
            r, N = _observed(r, N, j, step.gains[j], rows.pattern)
    P_own, psi_own = 0.5 * r[:2, None] * r[None, :2], 0.5 * r[2:, None] * r[None, 2:]
    own = Slopes(A_own, Q_own, P_own, psi_own, r[2:] * rows.weight)
    return own, Slopes(A_shared, Q_shared, -0.5 * N[:2, :2], -0.5 * N[2:, 2:], np.zeros((2, K, patterns)))


def _observed(r: Floats, N: Floats, j: int, gain: tuple[Floats, Floats, Floats], pattern: Integers) -> tuple[Floats, Floats]:
    """r and N before the observation j was taken, from those after it."""
    cross, inverse, weighted = gain
    K = cross * inverse
    add = weighted - (K[:, :, pattern] * r).sum(axis=0)
    r = r.copy()
    r[j] += add
    r[2 + j] += add
    NK = (N * K[None]).sum(axis=1)
    N = N.copy()
    scalar = inverse + (K * NK).sum(axis=0)
    for a in (j, 2 + j):
        N[a] -= NK
        N[:, a] -= NK
    for a in (j, 2 + j):
        for b in (j, 2 + j):
            N[a, b] += scalar
    return r, N
