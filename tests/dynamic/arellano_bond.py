"""A second opinion that is not a likelihood: two-step difference GMM (Arellano & Bond 1991) with Windmeijer's (2005) errors.

y_t = phi y_{t-1} + beta x_t + lambda x_{t-1} + level + e_t, x predetermined: complete panels, no measurement error. Held to
plm::pgmm (tests/reference/dynamic/plm.json).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import block_diag

from pipeline.dynamic.arrays import Floats


@dataclass(frozen=True)
class Gmm:
    """phi, beta, lambda by one and by two steps, with robust and Windmeijer errors."""

    one_step: Floats
    one_step_robust: Floats
    two_step: Floats
    windmeijer: Floats


def arellano_bond(x: Floats, y: Floats) -> Gmm:
    """`x`, `y` (n, T) complete; instruments y_1 ... y_{t-2} and x_1 ... x_{t-1} for the difference at t."""
    T = x.shape[1]
    times = range(2, T)
    Z = [
        block_diag(*[np.concatenate([own_y[: t - 1], own_x[:t]])[None] for t in times])
        for own_x, own_y in zip(x, y, strict=True)
    ]
    dy, dx = np.diff(y, axis=1), np.diff(x, axis=1)
    X = np.stack([dy[:, :-1], dx[:, 1:], dx[:, :-1]], axis=-1)
    left, right = sum(z.T @ a for z, a in zip(Z, X, strict=True)), sum(z.T @ b for z, b in zip(Z, dy[:, 1:], strict=True))
    H = 2 * np.eye(T - 2) - np.eye(T - 2, k=1) - np.eye(T - 2, k=-1)

    def solve(weight: Floats) -> tuple[Floats, Floats]:
        cover = np.linalg.inv(left.T @ weight @ left)
        return cover @ left.T @ weight @ right, cover

    def residuals(b: Floats) -> list[Floats]:
        return [own - a @ b for a, own in zip(X, dy[:, 1:], strict=True)]

    def moments(e: list[Floats]) -> Floats:
        return sum(np.outer(z.T @ r, z.T @ r) for z, r in zip(Z, e, strict=True))

    first = np.linalg.pinv(sum(z.T @ H @ z for z in Z))
    b1, cover1 = solve(first)
    e1 = residuals(b1)
    second = np.linalg.pinv(moments(e1))
    robust = cover1 @ left.T @ first @ moments(e1) @ first @ left @ cover1
    b2, cover2 = solve(second)
    zu = sum(z.T @ r for z, r in zip(Z, residuals(b2), strict=True))
    D = np.empty((3, 3))
    for k in range(3):
        bend = -sum(
            np.outer(z.T @ a[:, k], z.T @ r) + np.outer(z.T @ r, z.T @ a[:, k]) for z, a, r in zip(Z, X, e1, strict=True)
        )
        D[:, k] = -cover2 @ left.T @ second @ bend @ second @ zu
    cover = cover2 + D @ cover2 + cover2 @ D.T + D @ robust @ D.T
    return Gmm(b1, np.sqrt(np.diag(robust)), b2, np.sqrt(np.diag(cover)))
