"""Cluster-robust covariance CR2 with Satterthwaite df (Pustejovsky & Tipton 2018), as clubSandwich for lmer fits.

Working model and weights are the fitted V: scores are (V^-1 X)_j' A_j e_j, with A_j the symmetric matrix that solves
A_j (V_jj - X_j M X_j') A_j = V_jj, so that the estimate is unbiased when the model holds. Where residuals are
independent, V_jj is sigma2 I outside the span of [X_j, Z_j], and A_j is found inside that span.
A combination that one cluster alone tells (a level that only one worker has) has no error over clusters: the residual
there is zero whatever the truth, and where clubSandwich prints an error of about 1e-9 there is none here.
Where the clusters cut through another factor (clients who change worker) rows of different clusters are treated as
independent in the scores, and the df counts the covariance the model gives them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pipeline.multilevel.design.segments import Floats, Ints
from pipeline.multilevel.inference.coordinates import back_map
from pipeline.multilevel.inference.effects import solve_columns
from pipeline.multilevel.inference.frames import contrasts, square
from pipeline.multilevel.likelihood.car1 import whiten
from pipeline.multilevel.likelihood.series import SeriesDeviance
from pipeline.multilevel.search.fitting import Fitted
from pipeline.results.t_test import Contrast, t_test

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.multilevel.inference.view import FittedView

# clubSandwich: eigenvalues below this count as zero when the inverse root is taken.
ZERO = 1e-12
# The span of [X_j, Z_j] is worth finding when the cluster has so many times more rows.
WORTH = 1.3
# Share of a direction's squares in one cluster above which it is told there alone; and of a combination in such directions.
ALONE, CARRIED = 1.0 - 1e-8, 1e-8


@dataclass(frozen=True)
class ClusterRobust:
    """CR2 by `group`: covariance [p, p], and tests that take their own df for each contrast."""

    model: FittedView
    group: str
    n_clusters: int
    vcov: Floats
    forms: _Forms
    lone: Floats  # [p, d] directions that one cluster alone tells

    def contrast(self, weights: Mapping[str, float], *, level: float = 0.95, null: float = 0.0) -> Contrast:
        """A linear combination of coefficients with its robust standard error and df."""
        vector = self.model.weights([weights])[0]
        estimate = float(vector @ self.model.beta)
        if self.alone(vector):
            return t_test(estimate, float("nan"), float("nan"), level=level, null=null)
        std_error = float(np.sqrt(vector @ self.vcov @ vector))
        return t_test(estimate, std_error, self.forms.df(vector), level=level, null=null)

    def alone(self, vector: Floats) -> bool:
        """Whether a combination is told by one cluster alone, so that no error over clusters exists."""
        own = self.forms.back.T @ vector
        return float(((self.lone.T @ own) ** 2).sum()) > CARRIED * float(own @ own)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a coefficient, columns as in `Model.fixed`."""
        return contrasts([self.contrast({term: 1.0}) for term in self.model.terms], self.model.terms)

    @cached_property
    def covariance(self) -> pd.DataFrame:
        """`vcov` with names; missing for coefficients that one cluster alone tells."""
        told = np.array([not self.alone(row) for row in np.eye(len(self.vcov))])
        return square(np.where(np.outer(told, told), self.vcov, np.nan), self.model.terms)


@dataclass(frozen=True)
class _Forms:
    """For each cluster, in base coordinates: own [J, p, p] = Y_j'A_j V_jj A_j Y_j, held [J, p, p] = X_j'A_j Y_j.

    `shared` lists, for levels met in several clusters, the cluster and (L'Z'AY) of each part.
    """

    own: Floats
    held: Floats
    shared: tuple[tuple[Ints, Floats], ...]
    m: Floats
    back: Floats

    def df(self, weights: Floats) -> float:
        """(sum p_jj)^2 / sum p_jk^2, p the covariance the model gives the clusters' shares of the contrast."""
        v = self.m @ self.back.T @ weights
        own = np.einsum("a,jab,b->j", v, self.own, v)
        held = self.held @ v
        removed = np.einsum("ja,ab,jb->j", held, self.m, held)
        diagonal = own - removed
        if not self.shared:
            cross = held.T @ held @ self.m
            squares = float(np.sum(own**2) - 2.0 * np.sum(own * removed) + np.sum(cross * cross.T))
        else:
            full = np.diag(own) - held @ self.m @ held.T
            for clusters, parts in self.shared:
                values = parts @ v
                outer = np.outer(values, values)
                np.fill_diagonal(outer, 0.0)
                full[np.ix_(clusters, clusters)] += outer
            squares = float(np.sum(full**2))
        return float(diagonal.sum() ** 2 / squares) if squares > 0 else float("inf")


def cluster_robust(model: FittedView, group: str) -> ClusterRobust:
    """CR2 covariance of the fixed coefficients, clustered by a grouping column of the model."""
    fitted, f = model.fitted, model.factor_position(group)
    design, here = fitted.design, fitted.optimum.here
    x = np.stack([_filled(fitted, i) for i in design.fixed], axis=1)
    y = _precision_times_x(fitted, x)
    residual = design.outcome() - x @ (here.start + here.beta)
    m = fitted.optimum.sigma2 * here.inverse
    codes = design.factors[f].codes
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(design.factors[f].n_levels + 1))
    count, p = len(bounds) - 1, x.shape[1]
    own, held, scores = np.empty((count, p, p)), np.empty((count, p, p)), np.empty((count, p))
    adjusted = np.empty_like(y)
    for j in range(count):
        rows = order[bounds[j] : bounds[j + 1]]
        adjusted[rows], own[j] = _cluster(fitted, rows, x[rows], y[rows], m)
        held[j] = x[rows].T @ adjusted[rows]
        scores[j] = adjusted[rows].T @ residual[rows]
    back = back_map(design) * design.outcome_scale
    vcov = back @ m @ (scores.T @ scores) @ m @ back.T
    forms = _Forms(own, held, _shared(fitted, f, adjusted), m, back / design.outcome_scale)
    lone = _lone([x[order[first:last]] for first, last in pairwise(bounds.tolist())])
    return ClusterRobust(model, group, count, 0.5 * (vcov + vcov.T), forms, lone)


def _lone(clusters: Sequence[Floats]) -> Floats:
    """The directions [p, d] of coefficients that rows of one cluster alone tell: without it they are in no row's span."""
    squares = [own.T @ own for own in clusters]
    values, vectors = np.linalg.eigh(sum(squares))
    root = (vectors / np.sqrt(values)) @ vectors.T
    found = []
    for own in squares:
        share, base = np.linalg.eigh(root @ own @ root)
        found.append(root @ base[:, share > ALONE])
    lone = np.concatenate(found, axis=1)
    return np.asarray(lone / np.sqrt(np.maximum((lone**2).sum(axis=0), 1e-300)))


def _filled(fitted: Fitted, i: int) -> Floats:
    return fitted.design.base.filled(i, fitted.design.n_obs)


def _precision_times_x(fitted: Fitted, x: Floats) -> Floats:
    """V^-1 X by rows: R^-1 (X - Z L L'Z'V^-1 X) / sigma2."""
    design, p = fitted.design, x.shape[1]
    modes = solve_columns(fitted.deviance, fitted.optimum.here, np.eye(p + 1)[:, :p])
    rest = x.copy()
    for f, (part, factor) in enumerate(zip(design.random, design.factors, strict=True)):
        for row, i in enumerate(part.base):
            rest -= _filled(fitted, i)[:, None] * modes[f][row][:, factor.codes].T
    if isinstance(fitted.deviance, SeriesDeviance):
        rest = _series_precision(fitted, fitted.deviance, rest)
    elif design.weights is not None:
        rest *= design.weights[:, None]
    return rest / fitted.optimum.sigma2


def _series_precision(fitted: Fitted, deviance: SeriesDeviance, values: Floats) -> Floats:
    """R^-1 times columns: whiten, and whiten back transposed."""
    series = deviance.series
    rows = whiten(deviance.ordered, series, deviance.phi(fitted.optimum.here.extra))
    root = rows.raw[0][:, None]
    sorted_values = values[series.order] * root
    white = sorted_values * rows.kept[:, None]
    white[1:] -= rows.lost[1:, None] * sorted_values[:-1]
    out = white * rows.kept[:, None]
    out[:-1] -= rows.lost[1:, None] * white[1:]
    result = np.empty_like(values)
    result[series.order] = out * root
    return result


def _cluster(fitted: Fitted, rows: Ints, x: Floats, y: Floats, m: Floats) -> tuple[Floats, Floats]:
    """A_j Y_j and Y_j'A_j V_jj A_j Y_j of one cluster."""
    u = _random_columns(fitted, rows)
    sigma2, n = fitted.optimum.sigma2, len(rows)
    plain = fitted.design.weights is None and fitted.phi is None
    if plain and n > WORTH * (x.shape[1] + u.shape[1]):
        q = np.linalg.qr(np.concatenate([x, u], axis=1))[0]
        x, u, inner, v = q.T @ x, q.T @ u, q.T @ y, np.eye(q.shape[1])
    else:
        q, inner, v = None, y, _residual_covariance(fitted, rows)
    v = sigma2 * (v + u @ u.T)
    ay = _adjustment(v, v - x @ m @ x.T) @ inner
    own = ay.T @ v @ ay
    if q is None:
        return ay, own
    outside = y - q @ inner
    return q @ ay + outside, own + sigma2 * outside.T @ outside


def _adjustment(v: Floats, s: Floats) -> Floats:
    root = np.linalg.cholesky(v)
    values, vectors = np.linalg.eigh(root.T @ s @ root)
    kept = values > ZERO * max(1.0, float(values[-1]))
    half = root @ vectors[:, kept] * values[kept] ** -0.25
    adjustment: Floats = half @ half.T
    return adjustment


def _random_columns(fitted: Fitted, rows: Ints) -> Floats:
    """Z L of the rows of one cluster: a column for each level met and each term."""
    design, parts = fitted.design, []
    for part, factor, relative in zip(design.random, design.factors, fitted.optimum.here.factors, strict=True):
        met, local = np.unique(factor.codes[rows], return_inverse=True)
        z = np.stack([_filled(fitted, i)[rows] for i in part.base], axis=1) @ relative
        columns = np.zeros((len(rows), len(met), z.shape[1]))
        columns[np.arange(len(rows)), local.ravel()] = z
        parts.append(columns.reshape(len(rows), -1))
    return np.concatenate(parts, axis=1)


def _residual_covariance(fitted: Fitted, rows: Ints) -> Floats:
    """R of some rows, over sigma2."""
    design = fitted.design
    if fitted.phi is not None and design.time is not None:
        codes, time = design.factors[0].codes[rows], design.time[rows]
        r = np.where(codes[:, None] == codes, fitted.phi ** np.abs(time[:, None] - time), 0.0)
    else:
        r = np.eye(len(rows))
    root = np.ones(len(rows)) if design.weights is None else np.sqrt(design.weights[rows])
    return np.asarray(r / np.outer(root, root))


def _shared(fitted: Fitted, group: int, adjusted: Floats) -> tuple[tuple[Ints, Floats], ...]:
    """Levels of other factors that several clusters share, with L'Z'AY of each cluster's rows."""
    design = fitted.design
    out: list[tuple[Ints, Floats]] = []
    clusters = design.factors[group]
    for f, (part, factor) in enumerate(zip(design.random, design.factors, strict=True)):
        keys, local = np.unique(factor.codes.astype(np.int64) * clusters.n_levels + clusters.codes, return_inverse=True)
        level, cluster = np.divmod(keys, clusters.n_levels)
        if f == group or len(np.unique(level)) == len(level):
            continue
        sums = np.zeros((len(keys), len(part.base), adjusted.shape[1]))
        for row, i in enumerate(part.base):
            np.add.at(sums[:, row], local.ravel(), _filled(fitted, i)[:, None] * adjusted)
        scaled = np.einsum("aq,kap->kqp", np.sqrt(fitted.optimum.sigma2) * fitted.optimum.here.factors[f], sums)
        for one in np.flatnonzero(np.bincount(level) > 1):
            mine = np.flatnonzero(level == one)
            out.extend((cluster[mine], scaled[mine, q]) for q in range(scaled.shape[1]))
    return tuple(out)
