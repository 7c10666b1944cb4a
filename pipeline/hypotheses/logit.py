"""Logistic regression with cluster-robust errors: an independence GEE, in NumPy so that no fit waits for statsmodels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.exposure.visits import Floats, Integers
from pipeline.hypotheses.clusters import Clustered, cr2_covariance
from pipeline.multilevel.design.checks import safe_name
from pipeline.multilevel.design.overlap import MEND, why_collinear
from pipeline.results.reason import NotEstimable, not_estimable

SAME = 1e-9  # share of a column's squares that others may leave and still imply it
STEPS = 50
CONVERGED = 1e-10  # largest change of a coefficient, in standardized columns
SEPARATED = 15.0  # a standardized log-odds this large means that a column separates events from the rest


@dataclass(frozen=True)
class Logit:
    """Coefficients and their cluster-robust covariance, in the order of the columns given (the intercept first)."""

    names: tuple[str, ...]
    beta: Floats
    covariance: Floats
    clusters: int
    events: int
    weights: Floats  # p (1 - p) of each row at the solution
    clustered: Clustered  # over standardized columns
    scale: Floats  # of the columns, the intercept's 1

    def combination(self, weights: Mapping[str, float]) -> tuple[float, float, float]:
        """Estimate (log-odds), CR2 error and Satterthwaite's df of a weighted sum (Pustejovsky & Tipton 2018).

        NaN for error and df where one worker alone carries it.
        """
        vector = np.array([weights.get(name, 0.0) for name in self.names])
        own = vector / self.scale
        error = self.clustered.std_error(own)
        return float(vector @ self.beta), error, self.clustered.df(own) if np.isfinite(error) else float("nan")


def fit_logit(event: Floats, columns: dict[str, Floats], cluster: Integers) -> Logit:
    """Maximum likelihood under independence; errors by CR2 over clusters with t tests (METHODS.md, "Small samples").

    `covariance` is the plain sandwich (Liang & Zeger 1986), as geepack's: with few clusters it rejects far too often.

    NotEstimable where there are no events, no non-events, or a column separates them.
    """
    events = int(event.sum())
    if not 0 < events < len(event):
        raise not_estimable("no_or_only_events", events=events, ratings=len(event))
    raw = np.column_stack([np.ones(len(event)), *columns.values()])
    scale = np.append(1.0, raw[:, 1:].std(axis=0))
    if (scale == 0).any() or np.linalg.matrix_rank(raw / scale) < raw.shape[1]:
        raise _collinear(columns, raw / np.where(scale > 0, scale, 1.0))
    x = raw / scale
    beta, weights, residual = _maximum(event, x)
    bread = np.linalg.inv(x.T @ (weights[:, None] * x))
    score = _sums(x * residual[:, None], cluster)
    covariance = bread @ (score.T @ score) @ bread
    names = ("Intercept", *columns)
    root = np.sqrt(weights)
    clustered = cr2_covariance(x * root[:, None], residual / root, cluster)
    plain = covariance / np.outer(scale, scale)
    return Logit(names, beta / scale, plain, len(score), events, weights, clustered, scale)


def _collinear(columns: dict[str, Floats], scaled: Floats) -> NotEstimable:
    """Which column the others imply or is constant; of codes, the combinations without a row and what to merge."""
    names, kept = list(columns), [0]
    for j, name in enumerate(names, start=1):
        others = scaled[:, kept]
        weights = np.linalg.lstsq(others, scaled[:, j], rcond=None)[0]
        left = scaled[:, j] - others @ weights
        if float(left @ left) > SAME * float(scaled[:, j] @ scaled[:, j]):
            kept.append(j)
            continue
        implied = [names[kept[k] - 1] for k in np.flatnonzero(np.abs(weights) > SAME) if kept[k]]
        told = ", ".join(dict.fromkeys(safe_name(one) for one in implied)) or "the intercept"
        why, mend = why_collinear([name, *implied], columns) or ("", MEND)
        said = f"{safe_name(name)}: is a linear combination of {told}" + (f": {why}" if why else "")
        return not_estimable("collinear", problem=f"{said} ({mend})")
    return not_estimable("collinear", problem="columns of the model are constant or collinear")


def _maximum(event: Floats, x: Floats) -> tuple[Floats, Floats, Floats]:
    beta = np.zeros(x.shape[1])
    for _ in range(STEPS):
        mean = 1.0 / (1.0 + np.exp(-(x @ beta)))
        weights = np.maximum(mean * (1.0 - mean), 1e-12)
        change = np.linalg.solve(x.T @ (weights[:, None] * x), x.T @ (event - mean))
        beta = beta + change
        if np.abs(change).max() < CONVERGED:
            return beta, weights, event - mean
        if np.abs(beta[1:]).max(initial=0.0) > SEPARATED:
            break
    raise not_estimable("separated")


def _sums(values: Floats, group: Integers) -> NDArray[np.float64]:
    codes = np.unique(group, return_inverse=True)[1]
    out = np.zeros((int(codes.max()) + 1, values.shape[1]))
    np.add.at(out, codes, values)
    return out
