"""One large dense system of crossed effects: LAPACK on one triangle, and only what a deviance or gradient needs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.likelihood.stacks import Stack

# From this many effects on a component is solved by itself.
LARGE = 160
# With relative standard deviations above this, A - AKA follows from (I + L'AL)^-1 without loss of digits.
SAFE = 1e-3


class LargeSystem:
    """I + L'AL = N factorized; A is held in its lower triangle (C order)."""

    def __init__(self, stack: Stack, a: Floats, factors: Sequence[Floats]) -> None:
        from scipy.linalg.lapack import dpotrf

        self.stack, self.a = stack, a
        self.factors = {f: factors[f] for f in stack.spans}
        self.scalar = all(factor.shape == (1, 1) for factor in self.factors.values())
        inner = self._inner()
        self.low, info = dpotrf(inner.T, lower=0, overwrite_a=1, clean=0)
        if info:
            raise np.linalg.LinAlgError("the system of crossed effects is not positive definite")
        self.log_determinant = 2.0 * float(np.log(np.diag(self.low)).sum())
        self._inverse: Floats | None = None

    def _scale(self) -> Floats:
        """The relative standard deviation of each effect, all factors scalar."""
        out = np.empty(self.stack.size)
        for f, span in self.stack.spans.items():
            out[span] = self.factors[f][0, 0]
        return out

    def _matrix(self) -> Floats:
        """L as a dense block-diagonal matrix [base effect, effect]."""
        out = np.zeros((self.stack.size, self.stack.inner_size))
        for f, span in self.stack.spans.items():
            width, inner = self.stack.widths[f]
            levels = (span.stop - span.start) // width
            block = np.kron(np.eye(levels), self.factors[f])
            out[span, self.stack.inner_spans[f]] = block.reshape(levels * width, levels * inner)
        return out

    def _inner(self) -> Floats:
        if self.scalar:
            scale = self._scale()
            inner = self.a * scale
            inner *= scale[:, None]
        else:
            matrix = self._matrix()
            inner = matrix.T @ self.full_a() @ matrix
        inner.reshape(-1)[:: self.stack.inner_size + 1] += 1.0
        return inner

    def full_a(self) -> Floats:
        """A with both triangles."""
        lower = np.tril(self.a)
        full: Floats = lower + lower.T
        full.reshape(-1)[:: self.stack.size + 1] *= 0.5
        return full

    def a_times(self, b: Floats) -> Floats:
        """A @ b [effect, m]."""
        from scipy.linalg.blas import dsymm

        product: Floats = dsymm(1.0, self.a.T, b, lower=0)
        return product

    def k_times(self, b: Floats) -> Floats:
        """K @ b [effect, m]."""
        from scipy.linalg.lapack import dpotrs

        if self.scalar:
            scale = self._scale()[:, None]
            return np.ascontiguousarray(scale * dpotrs(self.low, scale * b, lower=0)[0])
        matrix = self._matrix()
        return np.ascontiguousarray(matrix @ dpotrs(self.low, matrix.T @ b, lower=0)[0])

    def inverse(self) -> Floats:
        """N^-1, in its lower triangle (C order)."""
        from scipy.linalg.lapack import dpotri

        if self._inverse is None:
            self._inverse = dpotri(self.low, lower=0)[0].T
        return self._inverse

    def k(self) -> Floats:
        """K with both triangles."""
        lower = self._lower_k()
        full = lower + lower.T
        full.reshape(-1)[:: self.stack.size + 1] *= 0.5
        return full

    def _lower_k(self) -> Floats:
        if self.scalar:
            scale = self._scale()
            k = self.inverse() * scale
            k *= scale[:, None]
        else:
            inverse = self.inverse()
            full = np.tril(inverse) + np.tril(inverse, -1).T
            matrix = self._matrix()
            k = matrix @ full @ matrix.T
        return np.tril(k)

    def k_plus(self, left: Floats, right: Floats) -> Floats:
        """K + left @ right.T (symmetric), both triangles."""
        out = self.k()
        out += left @ right.T
        return out

    def kept_by_factor(self) -> dict[int, Floats]:
        """The diagonal blocks of A - AKA, summed over the levels of each factor: L'(A - AKA)L = I - N^-1."""
        if any(factor.shape[0] != factor.shape[1] or _smallest(factor) < SAFE for factor in self.factors.values()):
            return self._kept_directly()
        inverse, out = self.inverse(), {}
        for f, span in self.stack.inner_spans.items():
            width = self.stack.widths[f][1]
            levels = (span.stop - span.start) // width
            block = inverse[span, span].reshape(levels, width, levels, width)
            own = np.einsum("lilj->ij", block)
            own = np.tril(own) + np.tril(own, -1).T
            back = np.linalg.inv(self.factors[f])
            out[f] = back.T @ (levels * np.eye(width) - own) @ back
        return out

    def _kept_directly(self) -> dict[int, Floats]:
        a, out = self.full_a(), {}
        ak = a @ self.k()
        for f, span in self.stack.spans.items():
            width = self.stack.widths[f][0]
            levels = (span.stop - span.start) // width
            own = np.einsum("lilj->ij", a[span, span].reshape(levels, width, levels, width))
            one, two = ak[span].reshape(levels, width, -1), a[span].reshape(levels, width, -1)
            out[f] = own - np.einsum("lik,ljk->ij", one, two)
        return out


def _smallest(factor: Floats) -> float:
    return float(np.linalg.svd(factor, compute_uv=False)[-1])
