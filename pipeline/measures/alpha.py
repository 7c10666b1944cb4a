"""Cronbach's alpha with Feldt's interval, and with one by client where clients rate more than once.

Alpha itself is pingouin's, to which a test holds it. It is computed here because every score of every block needs one and
many a jackknife without each client, and because pingouin rounds the ends of its interval to three digits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import fdtri, stdtrit

Matrix = NDArray[np.float64]
LEVEL = 0.95
FEW = 3  # fewer ratings than this say nothing about covariances
GROUPS = 200  # with more clients than this the jackknife leaves out several at a time
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Alpha:
    """Alpha of one score: NaN where it is not estimable, `note` saying why."""

    alpha: float
    conf_low: float
    conf_high: float
    n: int
    items: int
    note: str = ""


def cronbach_alpha(answers: Matrix, level: float = LEVEL) -> Alpha:
    """Alpha of keyed answers (ratings x items, NaN missing), from pairwise covariances, over ratings with any answer.

    alpha = k/(k-1) * (1 - sum of item variances / variance of their sum); interval: 1 - (1 - alpha) * F(p; n-1, (n-1)(k-1))
    at p = (1 +- level)/2 (Feldt, Woodruff & Salih 1987, Applied Psychological Measurement 11, eq. 17).
    """
    given = answers[~np.isnan(answers).all(axis=1)]
    n, k = given.shape
    covariance = pairwise_covariance(given)
    note = _not_estimable(covariance, n)
    if note:
        return Alpha(np.nan, np.nan, np.nan, n, k, note)
    alpha = alpha_of(covariance)
    low, high = feldt_interval(alpha, n, k, level)
    constant = int((np.diag(covariance) == 0).sum())
    return Alpha(alpha, low, high, n, k, f"{constant} constant item{'s' if constant > 1 else ''}" if constant else "")


def alpha_by_client(answers: Matrix, clients: Codes, level: float = LEVEL) -> Alpha:
    """Alpha over repeated ratings, its interval from the jackknife by client of log(1 - alpha), t with clients - 1 df.

    `clients`: a code per rating from 0. Feldt's interval takes ratings of one client for independent and covers 54-67%
    there; this one 90% at 5 to 20 clients and 94% at 60 (METHODS.md, "Small samples"). Without repeats it is Feldt's.
    """
    whole = cronbach_alpha(answers, level)
    if whole.note or len(np.unique(clients)) == len(clients):
        return whole
    groups = np.unique(clients, return_inverse=True)[1] % GROUPS
    count = int(groups.max()) + 1
    left = _without_each(answers, groups, count) if count > 2 else np.array([np.nan])
    if not (np.isfinite(left).all() and (left < 1).all() and whole.alpha < 1):
        return replace(whole, conf_low=np.nan, conf_high=np.nan)
    logs = np.log(1.0 - left)
    center = count * np.log(1.0 - whole.alpha) - (count - 1) * logs.mean()
    error = np.sqrt((count - 1) / count * ((logs - logs.mean()) ** 2).sum())
    wide = stdtrit(count - 1, (1 + level) / 2) * error
    return replace(whole, conf_low=float(1 - np.exp(center + wide)), conf_high=float(1 - np.exp(center - wide)))


def _without_each(answers: Matrix, groups: Codes, count: int) -> Matrix:
    """Alpha without each group of ratings [groups], from sums by group: what a group adds to them is subtracted."""
    order = np.argsort(groups, kind="stable")
    ends = np.cumsum(np.bincount(groups, minlength=count))
    middle = np.nanmean(answers, axis=0)
    parts = [_pairwise_sums(answers[rows] - middle) for rows in np.split(order, ends[:-1])]
    whole = [sum(sums, np.zeros_like(sums[0])) for sums in zip(*parts, strict=True)]
    left = np.full(count, np.nan)
    for group, part in enumerate(parts):
        n, first, product = (all_of - own for all_of, own in zip(whole, part, strict=True))
        with np.errstate(divide="ignore", invalid="ignore"):
            covariance = (product - first * first.T / n) / (n - 1.0)
        if not _not_estimable(np.where(n > 1, covariance, np.nan), int(n.max())):
            left[group] = alpha_of(covariance)
    return left


def _pairwise_sums(answers: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """For each pair of items over the rows that have both: how many, the sum of the first, the sum of products [k, k]."""
    given = (~np.isnan(answers)).astype(np.float64)
    filled = np.where(given > 0, answers, 0.0)
    return given.T @ given, filled.T @ given, filled.T @ filled


def pairwise_covariance(answers: Matrix) -> Matrix:
    """Covariances of the columns, each over the rows that have both (NaN where fewer than two do)."""
    if not np.isnan(answers).any():
        return np.atleast_2d(np.cov(answers, rowvar=False)) if len(answers) > 1 else np.full((answers.shape[1],) * 2, np.nan)
    return np.asarray(pd.DataFrame(answers).cov(), dtype=np.float64)


def alpha_of(covariance: Matrix) -> float:
    """Alpha from a covariance matrix [k, k] of keyed items: k / (k - 1) (1 - trace / sum), Cronbach (1951)."""
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def feldt_interval(alpha: float, n: int, k: int, level: float) -> tuple[float, float]:
    """The interval for an alpha of `k` items and `n` independent ratings: Feldt, Woodruff & Salih (1987)."""
    above, below = fdtri(n - 1, (n - 1) * (k - 1), [(1 + level) / 2, (1 - level) / 2])
    return float(1 - (1 - alpha) * above), float(1 - (1 - alpha) * below)


def _not_estimable(covariance: Matrix, n: int) -> str:
    if len(covariance) < 2:
        return "one item: alpha is not defined"
    if n < FEW:
        return "too few ratings"
    if np.isnan(covariance).any():
        return "two items were never answered together"
    return "" if covariance.sum() > 0 else "the sum does not vary: not estimable"
