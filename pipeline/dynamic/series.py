"""Clients' series of exposure and rating: covariates taken out, in units of within-client SDs, one row a client."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.dynamic.arrays import Booleans, Floats, Integers
from pipeline.dynamic.kalman import Rows

FLAT = 1e-10  # a covariate whose within-client part is a smaller share of its length says nothing within clients


@dataclass(frozen=True)
class Series:
    """n clients, at most T ratings. `x`, `y` (n, T) in units of `scale` around `center`, NaN where missing or after the end.

    `client` (n,) the codes the caller gave; `cluster` (n,) 0-based, the worker of most of the client's ratings (the first of
    several); `scale`, `center` (2,) of exposure and rating; `rating_variance`: pooled within-client variance of the rating
    as given, in its own units squared, before covariates were taken out.
    """

    x: Floats
    y: Floats
    client: Integers
    cluster: Integers
    scale: Floats
    center: Floats
    rating_variance: float

    @property
    def n_ratings(self) -> int:
        """Ratings with exposure and score."""
        return int((np.isfinite(self.x) & np.isfinite(self.y)).sum())

    @property
    def lengths(self) -> Integers:
        """Ratings of each client."""
        return np.asarray((np.isfinite(self.x) & np.isfinite(self.y)).sum(axis=1), dtype=np.int64)


def series_of(
    x: Floats,
    y: Floats,
    client: Integers,
    occasion: Integers,
    worker: Integers | None = None,
    covariates: Floats | None = None,
) -> Series:
    """Lay rows out as series; covariates (N, k) are taken out of both by regression within clients.

    All arrays have one value a rating: `client` any integer code, `occasion` the number of the rating within its client from
    any start, `worker` any code (without it each client is a cluster of its own). A rating that is missing (`y` NaN) keeps
    its place in time; a rating whose covariates are missing is missing. ValueError where two rows share client and occasion.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    codes, row = np.unique(client, return_inverse=True)
    first = np.full(len(codes), np.iinfo(np.int64).max)
    np.minimum.at(first, row, occasion)
    place = np.asarray(occasion, dtype=np.int64) - first[row]
    if len(np.unique(row * (place.max(initial=0) + 1) + place)) < len(place):
        raise ValueError("two ratings of one client have the same number")
    known = np.isfinite(y)
    variance = _within_variance(y[known], row[known])
    if covariates is not None and covariates.shape[1]:
        x, y = without_covariates(x, row, covariates), without_covariates(y, row, covariates)
    grid = np.full((2, len(codes), int(place.max(initial=0)) + 1), np.nan)
    grid[0, row, place], grid[1, row, place] = x, y
    center = np.array([_mean(values) for values in grid])
    scale = np.sqrt([_within_variance(values[np.isfinite(values)], row_of(values)) for values in grid])
    used = np.where(scale > 0, scale, 1.0)
    grid = (grid - center[:, None, None]) / used[:, None, None]
    cluster = np.arange(len(codes)) if worker is None else _main_worker(row, worker, len(codes))
    return Series(grid[0], grid[1], codes.astype(np.int64), cluster, np.asarray(scale), center, variance)


def without_covariates(values: Floats, client: Integers, covariates: Floats) -> Floats:
    """`values` minus what covariates explain of their change within clients; the covariates around their own means.

    Columns that do not change within clients, or are explained by others, are left out (least squares of smallest norm).
    """
    known = np.isfinite(values) & np.isfinite(covariates).all(axis=1)
    out = np.full(len(values), np.nan)
    if not known.any():
        return out
    Z, own = covariates[known], client[known]
    around = Z - Z.mean(axis=0)
    inside = _demeaned(Z, own)
    length = np.sqrt((around**2).sum(axis=0))
    live = np.sqrt((inside**2).sum(axis=0)) > FLAT * np.where(length > 0, length, 1.0)
    target = _demeaned(values[known][:, None], own)[:, 0]
    size = np.sqrt((inside[:, live] ** 2).sum(axis=0))
    slope = np.linalg.lstsq(inside[:, live] / size, target, rcond=1e-9)[0] / size
    out[known] = values[known] - around[:, live] @ slope
    return out


def rows_of(series: Series, error: float, keep: Booleans | None = None) -> Rows:
    """What the filter is given: clients by pattern of missing values; `error` in units of the rating's scale squared."""
    stacked = np.stack([series.x, series.y], axis=-1)
    stacked = stacked if keep is None else stacked[keep]
    known = np.isfinite(stacked)
    patterns, pattern = np.unique(known.reshape(len(known), -1), axis=0, return_inverse=True)
    masks: Booleans = patterns.reshape(len(patterns), *known.shape[1:])
    count = np.bincount(pattern, minlength=len(patterns)).astype(np.float64)
    values = np.moveaxis(np.where(known, stacked, 0.0), 0, -1)
    return Rows(values, np.moveaxis(masks, 0, -1).astype(np.float64), pattern, np.ones(len(pattern)), count, error)


def compressed_series(rows: Rows) -> Rows:
    """Fewer rows with the same likelihood: a pattern's clients enter by their sums of products alone.

    The triangle R of [1, z] = QR has the same sums; its rows carry the share of the mean in their first column.
    """
    values: list[Floats] = []
    weights: list[Floats] = []
    pattern: list[Integers] = []
    T = rows.z.shape[0]
    for index in range(rows.known.shape[2]):
        own = rows.pattern == index
        z: Floats = rows.z[:, :, own].reshape(2 * T, -1)
        weight: Floats = rows.weight[own]
        seen = rows.known[:, :, index].ravel() > 0
        if len(weight) > seen.sum() + 1:
            triangle: Floats = np.asarray(np.linalg.qr(np.column_stack([weight, z[seen].T]), mode="r"))
            z, weight = np.zeros((2 * T, len(triangle))), triangle[:, 0]
            z[seen] = triangle[:, 1:].T
        values.append(z)
        weights.append(weight)
        pattern.append(np.full(len(weight), index, dtype=np.int64))
    stacked = np.concatenate(values, axis=1).reshape(T, 2, -1)
    return Rows(stacked, rows.known, np.concatenate(pattern), np.concatenate(weights), rows.count, rows.error)


def row_of(grid: Floats) -> Integers:
    """The row number of each finite cell of a grid, in the order of `grid[isfinite(grid)]`."""
    return np.asarray(np.nonzero(np.isfinite(grid))[0], dtype=np.int64)


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else 0.0


def _demeaned(values: Floats, client: Integers) -> Floats:
    groups = np.unique(client, return_inverse=True)[1]
    size = np.bincount(groups)
    means = np.column_stack([np.bincount(groups, weights=column) / size for column in values.T])
    return np.asarray(values - means[groups])


def _within_variance(values: Floats, client: Integers) -> float:
    if not len(values):
        return 0.0
    spare = len(values) - len(np.unique(client))
    inside = _demeaned(values[:, None], client)[:, 0]
    total = float(inside @ inside)
    return total / spare if spare > 0 and total > FLAT**2 * float(values @ values) else 0.0


def _main_worker(row: Integers, worker: Integers, clients: int) -> Integers:
    codes = np.unique(worker, return_inverse=True)[1]
    pairs, counts = np.unique(row * (codes.max() + 1) + codes, return_counts=True)
    owner, code = np.divmod(pairs, codes.max() + 1)
    order = np.lexsort((code, -counts, owner))
    first = np.unique(owner[order], return_index=True)[1]
    found = np.zeros(clients, dtype=np.int64)
    found[owner[order][first]] = code[order][first]
    return np.unique(found, return_inverse=True)[1].astype(np.int64)
