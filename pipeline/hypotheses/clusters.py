"""Few clusters in a model of odds: CR2 errors with Satterthwaite's degrees of freedom, as clubSandwich's for a glm.

Bell & McCaffrey (2002), Pustejovsky & Tipton (2018): the working model is the fitted one (working weights, independence), so
that with X the columns times the root of the weights, e Pearson's residuals and M = (X'X)^-1, a cluster's score is
X_j' A_j e_j with A_j = (I - X_j M X_j')^-1/2. As A_j acts on the span of X_j alone, all is done with p x p matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ALONE = 1e-6  # an eigenvalue of I - X_j M X_j' below this: the cluster alone carries that direction
CARRIED = 1e-8  # a combination's share of such directions above which it has no error


@dataclass(frozen=True)
class Clustered:
    """CR2 of p coefficients over J clusters: `covariance` (p, p), and what the degrees of freedom of a combination need.

    `root` (p, p) the symmetric root of M; `own`, `held` (J, p, p) in its coordinates; `lone` (p, d) the directions (in the
    same coordinates) that a single cluster carries, along which no error can be told.
    """

    covariance: Floats
    root: Floats
    own: Floats
    held: Floats
    lone: Floats

    @property
    def clusters(self) -> int:
        """How many."""
        return len(self.own)

    def std_error(self, weights: Floats) -> float:
        """The standard error of a combination; NaN where one cluster alone carries it."""
        return float(np.sqrt(weights @ self.covariance @ weights)) if not self.alone(weights) else float("nan")

    def alone(self, weights: Floats) -> bool:
        """Whether a single cluster carries the combination, so that no error over clusters exists."""
        w = self.root @ weights
        share = float(((self.lone.T @ w) ** 2).sum()) / float(w @ w)
        return share > CARRIED

    def df(self, weights: Floats) -> float:
        """(tr P)^2 / tr P^2 of the quadratic form behind the error, under the working model."""
        w = self.root @ weights
        held = self.held @ w
        p = np.diag(np.einsum("a,jab,b->j", w, self.own, w)) - held @ held.T
        return float(np.trace(p) ** 2 / (p**2).sum())


def cr2_covariance(x: Floats, residual: Floats, cluster: Integers) -> Clustered:
    """CR2 from columns times the root of the working weights (N, p), Pearson's residuals (N,) and cluster codes (N,)."""
    codes = np.unique(cluster, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(int(codes.max()) + 2))
    values, vectors = np.linalg.eigh(np.linalg.inv(x.T @ x))
    root = (vectors * np.sqrt(values)) @ vectors.T
    own, held, scores, lone = [], [], [], []
    for first, last in pairwise(bounds.tolist()):
        rows = x[order[first:last]]
        share, base = np.linalg.eigh(root @ (rows.T @ rows) @ root)
        free = 1.0 - share
        kept = free > ALONE
        inverse = np.where(kept, 1.0 / np.where(kept, free, 1.0), 0.0)
        scores.append(((base * np.sqrt(inverse)) @ base.T) @ (root @ (rows.T @ residual[order[first:last]])))
        own.append((base * (share * inverse)) @ base.T)
        held.append((base * (share * np.sqrt(inverse))) @ base.T)
        lone.append(base[:, ~kept])
    meat = np.array(scores)
    covariance = root @ (meat.T @ meat) @ root
    return Clustered(covariance, root, np.array(own), np.array(held), np.concatenate(lone, axis=1))
