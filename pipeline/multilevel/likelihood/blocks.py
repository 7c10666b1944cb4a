"""Small dense algebra on many blocks at once, the block axis last: a[i, j, block].

Every operation is a handful of element-wise steps on long vectors, so that 100,000 clients cost 100,000 clients and no
interpreter step each.
"""

from __future__ import annotations

import numpy as np

from pipeline.multilevel.design.segments import Floats


def cholesky(a: Floats) -> Floats:
    """Lower Cholesky factors of symmetric positive definite a[q, q, n]."""
    q = a.shape[0]
    if q == 1:
        return np.sqrt(a)
    low = np.zeros_like(a)
    for j in range(q):
        diagonal = a[j, j].copy()
        for k in range(j):
            diagonal -= low[j, k] * low[j, k]
        np.sqrt(diagonal, out=diagonal)
        low[j, j] = diagonal
        for i in range(j + 1, q):
            rest = a[i, j].copy()
            for k in range(j):
                rest -= low[i, k] * low[j, k]
            low[i, j] = rest / diagonal
    return low


def solve_lower(low: Floats, x: Floats) -> Floats:
    """Solve low @ x = b for b[q, m, n] with lower triangular low[q, q, n]; b is overwritten."""
    for i in range(low.shape[0]):
        for k in range(i):
            x[i] -= low[i, k] * x[k]
        x[i] /= low[i, i]
    return x


def log_determinant(low: Floats) -> float:
    """Sum of log determinants of low @ low.T over all blocks (by definition twice the logs of the diagonals)."""
    if low.shape[0] == 1:
        return 2.0 * float(np.log(low[0, 0]).sum())
    return 2.0 * sum(float(np.log(low[i, i]).sum()) for i in range(low.shape[0]))


def multiply_blocks(a: Floats, b: Floats) -> Floats:
    """a[i, k, n] @ b[k, j, n] for each n."""
    if b.shape[0] == 1:
        return a * b
    out: Floats = np.einsum("ikn,kjn->ijn", a, b)
    return out


def t_times(a: Floats, b: Floats) -> Floats:
    """a[k, i, n].T @ b[k, j, n] for each n."""
    if b.shape[0] == 1:
        product: Floats = a[0, :, None] * b[0]
        return product
    out: Floats = np.einsum("kin,kjn->ijn", a, b)
    return out


def times_t(a: Floats, b: Floats) -> Floats:
    """a[i, k, n] @ b[j, k, n].T for each n."""
    if b.shape[1] == 1:
        return a * b[:, 0]
    out: Floats = np.einsum("ikn,jkn->ijn", a, b)
    return out


def multiply_left(matrix: Floats, a: Floats) -> Floats:
    """One matrix[i, k] times every block a[k, j, n]."""
    k, j, n = a.shape
    return (matrix @ a.reshape(k, j * n)).reshape(matrix.shape[0], j, n)


def gram(a: Floats, b: Floats) -> Floats:
    """Sum over blocks of a[k, i, n].T @ b[k, j, n], as matrix products over the long axis."""
    total: Floats = a[0] @ b[0].T
    for k in range(1, a.shape[0]):
        total += a[k] @ b[k].T
    return total


def outer(a: Floats, b: Floats) -> Floats:
    """Sum over blocks of a[i, k, n] @ b[j, k, n].T."""
    i, j = a.shape[0], b.shape[0]
    total: Floats = a.reshape(i, -1) @ b.reshape(j, -1).T
    return total
