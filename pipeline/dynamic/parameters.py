"""The twelve numbers of the panel with feedback, and what the filter is given of them.

    xw_t = rho xw_{t-1} + gamma yw_{t-1} + u_t
    yw_t = beta xw_t + lambda xw_{t-1} + phi yw_{t-1} + e_t

With s_t = (xw_t, yw_t) this is s_t = A s_{t-1} + w_t, w_t ~ N(0, Q):
A = [[rho, gamma], [beta rho + lambda, beta gamma + phi]], Q = [[u, beta u], [beta u, beta^2 u + e]] (u, e: variances).
Twelve numbers go in, twelve come out: the mapping is one to one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.dynamic.arrays import Floats

NAMES = (
    "beta",  # exposure on the rating at its end
    "lambda",  # exposure one window earlier on the rating
    "phi",  # rating on the next rating
    "rho",  # exposure on the next window's exposure
    "gamma",  # rating on the exposure after it: the feedback
    "log_var_exposure",  # of u_t
    "log_var_rating",  # of e_t
    "mean_exposure",
    "mean_rating",
    "var_exposure_part",  # clients' lasting level of exposure, g
    "cov_parts",
    "var_rating_part",  # clients' lasting level of the rating, m
)
COUNT = len(NAMES)
STATIONARY = 1.0 - 1e-6  # the largest modulus an eigenvalue of A may have


@dataclass(frozen=True)
class System:
    """K systems at once. A, Q, P (2, 2, K): transition, innovations, stationary covariance; psi (2, 2, K); mu (2, K)."""

    A: Floats
    Q: Floats
    P: Floats
    psi: Floats
    mu: Floats
    valid: Floats  # (K,) 1 where the process is stationary, else 0


def state_space(theta: Floats) -> System:
    """The systems of K parameter vectors (K, 12)."""
    beta, lam, phi, rho, gamma, log_u, log_e, mean_x, mean_y, psi_x, psi_xy, psi_y = theta.T
    u, e = np.exp(log_u), np.exp(log_e)
    A = np.array([[rho, gamma], [beta * rho + lam, beta * gamma + phi]])
    Q = np.array([[u, beta * u], [beta * u, beta * beta * u + e]])
    trace, determinant = A[0, 0] + A[1, 1], A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]
    # Both roots of z^2 - trace z + determinant lie within a circle of radius r (Jury's conditions, scaled).
    r = STATIONARY
    valid = (np.abs(determinant) < r * r) & (np.abs(trace) * r < r * r + determinant)
    safe = np.where(valid, A, 0.0)
    return System(
        A, Q, lyapunov(safe, Q), np.array([[psi_x, psi_xy], [psi_xy, psi_y]]), np.array([mean_x, mean_y]), valid * 1.0
    )


def lyapunov(A: Floats, Q: Floats) -> Floats:
    """P = A P A' + Q for K stationary systems (2, 2, K)."""
    a, b, c, d = A[0, 0], A[0, 1], A[1, 0], A[1, 1]
    M = np.array([[1 - a * a, -2 * a * b, -b * b], [-a * c, 1 - a * d - b * c, -b * d], [-c * c, -2 * c * d, 1 - d * d]])
    right = np.stack([Q[0, 0], (Q[0, 1] + Q[1, 0]) / 2, Q[1, 1]], axis=-1)
    p = np.linalg.solve(np.moveaxis(M, -1, 0), right[..., None])[..., 0]
    return np.array([[p[:, 0], p[:, 1]], [p[:, 1], p[:, 2]]])


@dataclass(frozen=True)
class Slopes:
    """Derivatives of a log-likelihood by the parts of a system: (2, 2, K, ...), mu (2, K, ...), any shape after K."""

    A: Floats
    Q: Floats
    P: Floats
    psi: Floats
    mu: Floats


def chain_rule(theta: Floats, made: System, slopes: Slopes) -> Floats:
    """Derivatives by the twelve parameters (12, K, ...) from those by the parts of the system.

    The stationary start P = A P A' + Q adds, with L = A' L A + dP: L to dQ and 2 L A P to dA.
    """
    trailing = slopes.mu.ndim - 2
    parts = (part.reshape(part.shape + (1,) * trailing) for part in (made.A, made.P, *np.exp(theta.T[5:7]), *theta.T[:5]))
    A, P, u, e, beta, _, _, rho, gamma = parts
    L = _adjoint(A, slopes.P)
    dQ = slopes.Q + L
    dA = slopes.A + 2.0 * _times(_times(L, A), P)
    lam_slope, phi_slope = dA[1, 0], dA[1, 1]
    du = dQ[0, 0] + beta * (dQ[0, 1] + dQ[1, 0]) + beta * beta * dQ[1, 1]
    db = rho * dA[1, 0] + gamma * dA[1, 1] + u * (dQ[0, 1] + dQ[1, 0]) + 2.0 * beta * u * dQ[1, 1]
    psi = slopes.psi
    return np.array(
        [
            db,
            lam_slope,
            phi_slope,
            dA[0, 0] + beta * dA[1, 0],
            dA[0, 1] + beta * dA[1, 1],
            u * du,
            e * dQ[1, 1],
            slopes.mu[0],
            slopes.mu[1],
            psi[0, 0],
            psi[0, 1] + psi[1, 0],
            psi[1, 1],
        ]
    )


def _times(one: Floats, other: Floats) -> Floats:
    """The product of 2 x 2 matrices held in the first two axes."""
    return np.array([[one[i, 0] * other[0, j] + one[i, 1] * other[1, j] for j in (0, 1)] for i in (0, 1)])


def _adjoint(A: Floats, G: Floats) -> Floats:
    """L = A' L A + G for symmetric G on any trailing shape; A broadcasts over it."""
    a, b, c, d = A[0, 0], A[0, 1], A[1, 0], A[1, 1]
    g = np.array([G[0, 0], (G[0, 1] + G[1, 0]) / 2.0, G[1, 1]])
    # A' L A written out for L = (l0, l1; l1, l2), solved for each of the K systems once
    M = np.array([[1 - a * a, -2 * a * c, -c * c], [-a * b, 1 - a * d - b * c, -c * d], [-b * b, -2 * b * d, 1 - d * d]])
    inverse = np.moveaxis(np.linalg.inv(np.moveaxis(M.reshape(3, 3, -1), -1, 0)), 0, -1).reshape(M.shape)
    found = [sum(inverse[i, j] * g[j] for j in range(3)) for i in range(3)]
    return np.array([[found[0], found[1]], [found[1], found[2]]])
