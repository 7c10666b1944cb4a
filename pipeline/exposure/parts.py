"""The three parts of an exposure: within client, between clients of a worker, between workers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.exposure.visits import Floats, Integers


@dataclass(frozen=True)
class Parts:
    """One value a row each; within + between + worker = x - grand_mean."""

    within: Floats
    between: Floats
    worker: Floats
    grand_mean: float


def decompose(x: Floats, client: Integers, worker: Integers) -> Parts:
    """Split x over the rows given (the model's own): X - mean_i, mean_i - mean_w, mean_w - grand mean.

    `client` and `worker` are codes from 0. A client seen by two workers keeps one mean over all rows; the worker's mean is
    that of the row's own worker, so the between and worker parts of such a client change with the worker and the sum
    still holds in every row. METHODS.md, Exposure; Enders & Tofighi 2007 for centering within clusters.
    """
    of_client, of_worker = group_means(x, client)[client], group_means(x, worker)[worker]
    grand = float(x.mean()) if len(x) else 0.0
    return Parts(x - of_client, of_client - of_worker, of_worker - grand, grand)


def group_means(x: Floats, group: Integers) -> Floats:
    """The mean of x in each group, by code."""
    size = np.bincount(group)
    return np.bincount(group, weights=x) / np.maximum(size, 1)


def detrended(x: Floats, time: Floats, client: Integers) -> Floats:
    """x minus each client's own least-squares line in time (Wang & Maxwell 2015; Curran & Bauer 2011)."""
    x_in, t_in = x - group_means(x, client)[client], time - group_means(time, client)[client]
    spread = np.bincount(client, weights=t_in * t_in)
    slope = np.bincount(client, weights=t_in * x_in) / np.where(spread > 0, spread, 1.0)
    return x_in - slope[client] * t_in


def sd_within(y: Floats, client: Integers) -> float:
    """The pooled standard deviation within clients, by definition: residual sum of squares over rows minus clients."""
    residual = y - group_means(y, client)[client]
    df = len(y) - len(np.unique(client))
    return float(np.sqrt(residual @ residual / df)) if df > 0 else float("nan")
