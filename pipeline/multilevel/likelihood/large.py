"""One large dense system of crossed effects: LAPACK on one triangle, and only what a deviance or gradient needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.likelihood.stacks import Stack

# From this many effects on a component is solved by itself.
LARGE = 160
# With relative standard deviations above this, A - AKA follows from (I + L'AL)^-1 without loss of digits.
SAFE = 1e-3
# Rows of a low-rank change made at once.
SLAB = 128


class LargeSystem:
    """I + L'AL = N factorized; A is made anew when it is asked for, so that one triangle is held and no more."""

    def __init__(self, stack: Stack, assemble: Callable[[], Floats], factors: Sequence[Floats]) -> None:
        self.stack, self.assemble = stack, assemble
        self.factors = {f: factors[f] for f in stack.spans}
        self.scalar = all(factor.shape == (1, 1) for factor in self.factors.values())
        self.safe = all(one.shape[0] == one.shape[1] and _smallest(one) >= SAFE for one in self.factors.values())
        self._low: Floats | None = None
        self.log_determinant = 2.0 * float(np.log(np.diag(self._factorized())).sum())

    def _factorized(self) -> Floats:
        """The Cholesky factor of N; made anew where `inverse` has taken its place."""
        from scipy.linalg.lapack import dpotrf

        if self._low is None:
            self._low, info = dpotrf(self._inner().T, lower=0, overwrite_a=1, clean=0)
            if info:
                raise np.linalg.LinAlgError("the system of crossed effects is not positive definite")
        return self._low

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
            inner = self.assemble()
            inner *= scale
            inner *= scale[:, None]
        else:
            matrix = self._matrix()
            inner = matrix.T @ self.full_a() @ matrix
        inner.reshape(-1)[:: self.stack.inner_size + 1] += 1.0
        return inner

    def full_a(self) -> Floats:
        """A with both triangles."""
        return _mirrored(self.assemble())

    def bare(self, b: Floats, kb: Floats) -> Floats:
        """b - A K b [effect, m]; with L square and safe that is L^-T L^-1 K b."""
        from scipy.linalg.blas import dsymm

        if self.scalar and self.safe:
            return kb / self._scale()[:, None] ** 2
        product: Floats = dsymm(1.0, self.assemble().T, kb, lower=0)
        return b - product

    def k_times(self, b: Floats) -> Floats:
        """K @ b [effect, m]."""
        from scipy.linalg.lapack import dpotrs

        low = self._factorized()
        if self.scalar:
            scale = self._scale()[:, None]
            return np.ascontiguousarray(scale * dpotrs(low, scale * b, lower=0)[0])
        matrix = self._matrix()
        return np.ascontiguousarray(matrix @ dpotrs(low, matrix.T @ b, lower=0)[0])

    def inverse(self) -> Floats:
        """N^-1, in its lower triangle (C order); it is written where the Cholesky factor was."""
        from scipy.linalg.lapack import dpotri

        inverse: Floats = dpotri(self._factorized(), lower=0, overwrite_c=1)[0].T
        self._low = None
        return inverse

    def k(self) -> Floats:
        """K with both triangles."""
        return _mirrored(self._k_of(self.inverse()))

    def _k_of(self, inverse: Floats) -> Floats:
        """K in its lower triangle, zero above, from N^-1, which is overwritten."""
        if self.scalar:
            scale = self._scale()
            k = inverse
            k *= scale
            k *= scale[:, None]
        else:
            matrix = self._matrix()
            k = matrix @ _mirrored(inverse) @ matrix.T
        _clear_above(k)
        return k

    def swept(self, left: Floats, right: Floats) -> tuple[dict[int, Floats], Floats]:
        """The diagonal blocks of A - AKA summed over levels, and K + left @ right.T in its lower triangle, zero above."""
        inverse = self.inverse()
        kept = self._kept(inverse) if self.safe else self._kept_directly()
        k = self._k_of(inverse)
        for begin in range(0, len(k), SLAB):
            k[begin : begin + SLAB] += left[begin : begin + SLAB] @ right.T
        _clear_above(k)
        return kept, k

    def _kept(self, inverse: Floats) -> dict[int, Floats]:
        """L'(A - AKA)L = I - N^-1, brought back."""
        out = {}
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


def _mirrored(lower: Floats) -> Floats:
    """A symmetric matrix from its lower triangle."""
    below = np.tril(lower)
    full: Floats = below + below.T
    full.reshape(-1)[:: len(full) + 1] *= 0.5
    return full


def _clear_above(square: Floats) -> None:
    """Set everything above the diagonal to zero, in place."""
    for row in range(len(square)):
        square[row, row + 1 :] = 0.0


def _smallest(factor: Floats) -> float:
    return float(np.linalg.svd(factor, compute_uv=False)[-1])
