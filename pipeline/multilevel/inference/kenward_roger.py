"""Kenward & Roger (1997): the small-sample covariance of beta and the degrees of freedom of tests with it.

V is linear in its parameters, V = sum_i gamma_i G_i + sigma2 R, with G_i = sum over levels of z_a z_b' (+ z_b z_a').
So all that is needed are traces and forms in S = Z'V^-1 Z and C = Z'V^-1 X, never an n x n matrix, and everything that
contains R follows from sigma2 R = V - sum gamma_i G_i. The finest factor is eliminated level by level; the rest K is
dense: S = diag(D) - F K F' on the finest factor, so that inner products of S cost rows of F times columns of K.
Notation and formulas as in Halekoh & Hojsgaard (2014), pbkrtest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design.matrix import DesignMatrix
from pipeline.multilevel.design.segments import Floats
from pipeline.multilevel.inference.bordered import Bordered, make_bordered
from pipeline.multilevel.inference.contrasts import JointTest, f_tail, independent
from pipeline.multilevel.likelihood.parameters import Parameters
from pipeline.multilevel.search.estimate import Optimum

# pbkrtest: an information matrix with an eigenvalue below this is inverted over its other directions only.
FLAT = 1e-10


@dataclass(frozen=True)
class KenwardRoger:
    """The adjusted covariance, with what the degrees of freedom need: Phi, P_i [r, p, p] and W [r, r]."""

    adjusted: Floats
    plain: Floats
    p: Floats
    w: Floats

    def df(self, weights: Floats) -> float:
        """Denominator df of one contrast."""
        return self._scaled(weights[None, :])[0]

    def _scaled(self, matrix: Floats) -> tuple[float, float]:
        """Denominator df and scaling of F for matrix @ beta (Kenward & Roger 1997, section 4)."""
        theta_phi = matrix.T @ np.linalg.solve(matrix @ self.plain @ matrix.T, matrix @ self.plain)
        u = np.einsum("ab,ibc,cd->iad", theta_phi, self.p, self.plain)
        traces = np.trace(u, axis1=1, axis2=2)
        a1 = float(traces @ self.w @ traces)
        a2 = float(np.einsum("ij,iab,jba->", self.w, u, u))
        return _df_and_scaling(a1, a2, len(matrix))

    def joint(self, matrix: Floats, difference: Floats) -> JointTest:
        """Scaled F test of matrix @ beta = null; combinations that others imply count nothing."""
        kept = independent(matrix @ self.plain @ matrix.T)
        matrix, difference = matrix[kept], difference[kept]
        df, scaling = self._scaled(matrix)
        wald = float(difference @ np.linalg.solve(matrix @ self.adjusted @ matrix.T, difference))
        statistic = scaling * wald / len(matrix)
        return JointTest(statistic, len(matrix), df, f_tail(len(matrix), df, statistic))


def _df_and_scaling(a1: float, a2: float, q: int) -> tuple[float, float]:
    if abs(a2) < 1e-14:
        return float("inf"), 1.0
    b = (a1 + 6.0 * a2) / (2.0 * q)
    g = ((q + 1.0) * a1 - (q + 4.0) * a2) / ((q + 2.0) * a2)
    below = 3.0 * q + 2.0 * (1.0 - g)
    c1, c2, c3 = g / below, (q - g) / below, (q + 2.0 - g) / below
    v0, v1, v2 = 1.0 + c1 * b, 1.0 - c2 * b, 1.0 - c3 * b
    v0 = 0.0 if abs(v0) < 1e-10 else v0
    first, second = 1.0 - a2 / q, v1
    ratio = 1.0 if abs(first) < 1e-14 and abs(second) < 1e-14 else first / second
    rho = ratio**2 * v0 / v2 / q
    df = 4.0 + (q + 2.0) / (q * rho - 1.0)
    scaling = 1.0 if abs(df - 2.0) < 1e-2 else df * (1.0 - a2 / q) / (df - 2.0)
    return df, scaling


@dataclass(frozen=True)
class _Forms:
    """Sums over the whole design: A_i = X'V^-1 G_i V^-1 X, Q_ij, t_ij = tr(V^-1 G_i V^-1 G_j) and tr(V^-1 G_i)."""

    a: Floats
    q: Floats
    t: Floats
    trace: Floats


def kenward_roger(design: DesignMatrix, parameters: Parameters, found: Optimum, back: Floats) -> KenwardRoger:
    """The adjustment at an optimum; `back` [p, p] takes base coefficients to reported ones."""
    gamma, kinds = _linear_parameters(parameters, found)
    forms = _with_residual(_forms(design, parameters, found, kinds), gamma, found, design.n_obs)
    phi = found.sigma2 * found.here.inverse
    p = -forms.a
    information = forms.t - 2.0 * np.einsum("ab,ijba->ij", phi, forms.q) + np.einsum("ab,ibc,cd,jda->ij", phi, p, phi, p)
    w = 2.0 * _inverse(information)
    u = np.einsum("ij,ijab->ab", w, forms.q - np.einsum("iab,bc,jcd->ijad", p, phi, p))
    adjusted = phi + 2.0 * phi @ u @ phi
    inverse_back = np.linalg.inv(back)
    reported = np.einsum("ab,ibc,cd->iad", inverse_back.T, p, inverse_back)
    adjusted = back @ adjusted @ back.T
    return KenwardRoger(0.5 * (adjusted + adjusted.T), back @ phi @ back.T, reported, w)


def _inverse(information: Floats) -> Floats:
    """Parameters differ in scale by orders of magnitude: judge flatness on a unit diagonal."""
    diagonal = np.diag(information)
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    values, vectors = np.linalg.eigh(information * np.outer(scale, scale))
    kept = np.abs(values) > FLAT
    inverse: Floats = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T * np.outer(scale, scale)
    return inverse


Kind = tuple[int, int, int]


def _linear_parameters(parameters: Parameters, found: Optimum) -> tuple[Floats, list[Kind]]:
    """The elements of each block's covariance, and (factor, column, column) of the effects they belong to."""
    gamma, kinds = [], []
    offset = [0] * parameters.n_factors
    for block, triangle in zip(parameters.blocks, parameters.triangles(found.theta), strict=True):
        covariance = found.sigma2 * triangle @ triangle.T
        at = offset[block.factor]
        for a in range(block.width):
            for b in range(a + 1):
                gamma.append(covariance[a, b])
                kinds.append((block.factor, at + a, at + b))
        offset[block.factor] = at + block.width
    return np.array(gamma), kinds


def _forms(design: DesignMatrix, parameters: Parameters, found: Optimum, kinds: list[Kind]) -> _Forms:
    r, p = len(kinds), len(design.fixed)
    total = _Forms(np.zeros((r, p, p)), np.zeros((r, r, p, p)), np.zeros((r, r)), np.zeros(r))
    for bordered in make_bordered(design, parameters, found):
        for i, one in enumerate(kinds):
            for a, b in _orders(one):
                total.a[i] += bordered.c(one[0], a).T @ bordered.c(one[0], b)
                total.trace[i] += bordered.trace(one[0], a, b)
            for j in range(i + 1):
                _add_pair(total, bordered, i, j, one, kinds[j])
    scale = 1.0 / found.sigma2
    return _Forms(scale**2 * total.a, scale**3 * total.q, scale**2 * total.t, scale * total.trace)


def _add_pair(total: _Forms, bordered: Bordered, i: int, j: int, one: Kind, two: Kind) -> None:
    f, g = one[0], two[0]
    t, q = 0.0, np.zeros_like(total.a[0])
    for a, b in _orders(one):
        for c, d in _orders(two):
            t += bordered.inner((f, b), (g, c), (f, a), (g, d))
            q += bordered.form((f, a), (f, b), (g, c), (g, d))
    total.t[i, j] += t
    total.q[i, j] += q
    if i != j:
        total.t[j, i] += t
        total.q[j, i] += q.T


def _orders(kind: Kind) -> tuple[tuple[int, int], ...]:
    _, a, b = kind
    return ((a, a),) if a == b else ((a, b), (b, a))


def _with_residual(forms: _Forms, gamma: Floats, found: Optimum, n: int) -> _Forms:
    """Append the residual parameter through sigma2 R = V - sum gamma_i G_i."""
    r, p = forms.a.shape[0], forms.a.shape[1]
    s = found.sigma2
    precision = np.linalg.inv(found.here.inverse) / s
    a0 = (precision - np.einsum("i,iab->ab", gamma, forms.a)) / s
    q0 = (forms.a - np.einsum("j,ijab->iab", gamma, forms.q)) / s
    q00 = (a0 - np.einsum("j,jba->ab", gamma, q0)) / s
    trace0 = (n - gamma @ forms.trace) / s
    t0 = (forms.trace - forms.t @ gamma) / s
    t00 = (trace0 - gamma @ t0) / s
    q = np.empty((r + 1, r + 1, p, p))
    q[:r, :r], q[:r, r], q[r, :r], q[r, r] = forms.q, q0, np.swapaxes(q0, 1, 2), q00
    t = np.empty((r + 1, r + 1))
    t[:r, :r], t[:r, r], t[r, :r], t[r, r] = forms.t, t0, t0, t00
    return _Forms(np.concatenate([forms.a, a0[None]]), q, t, np.append(forms.trace, trace0))
