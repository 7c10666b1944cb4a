"""Does each item run with its key? Item-rest correlations, and the items that run against it.

An item whose key is wrong correlates negatively with the other items. Correlations are taken with the rest of the total, the
longest and so most telling score; ratings of one client resemble each other, so intervals come from sums of influence values
by client, not from the number of ratings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from pipeline.measures.alpha import LEVEL, Matrix, alpha_of, pairwise_covariance

Flags = NDArray[np.bool_]
Groups = NDArray[np.int64]
# An item is suspect where its correlation is below minus this share of the usual one in its scale. At 0 weak items would be
# called out by chance; at 0.4 flipped items of short scales slip through. benchmarks/measures.py shows both error rates.
SUSPECT_SHARE = 0.15
FEWEST_ITEMS = 3  # with two items nobody can say which of them is turned


@dataclass(frozen=True)
class ItemRest:
    """Per item: its correlation with the mean of the other items, with an interval; NaN where it does not vary."""

    correlation: Matrix
    conf_low: Matrix
    conf_high: Matrix


@dataclass(frozen=True)
class Suspect:
    """An item that runs against its key: correlation as keyed and as flipped, and alpha with it as keyed and as flipped."""

    item: int
    correlation: float
    conf_low: float
    conf_high: float
    flipped: float
    alpha: float
    alpha_flipped: float

    @property
    def certain(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.conf_high < 0


def item_rest(answers: Matrix, clients: Groups, level: float = LEVEL) -> ItemRest:
    """Correlate each item with the mean of the other answered items.

    `answers`: keyed, ratings x items, NaN missing; `clients`: a code per rating. Interval on Fisher's z, its standard error
    from the influence values z_x z_y - r (z_x^2 + z_y^2) / 2 of a correlation, summed by client.
    """
    given = ~np.isnan(answers)
    filled = np.where(given, answers, 0.0)
    counts, sums = given.sum(axis=1, keepdims=True), filled.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = (sums - filled) / (counts - given)
    both = given & np.isfinite(rest)
    x, y = _standardized(answers, both), _standardized(rest, both)
    n = both.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.where(both, x * y, 0.0).sum(axis=0) / n
        influence = np.where(both, x * y - r * (x**2 + y**2) / 2, 0.0)
        error = _cluster_error(influence, clients) / n / (1 - r**2)
        wide = ndtri((1 + level) / 2) * error
        return ItemRest(r, np.tanh(np.arctanh(r) - wide), np.tanh(np.arctanh(r) + wide))


def suspects(answers: Matrix, clients: Groups) -> list[Suspect]:
    """The items that run against their key, worst first.

    Items are turned one after another, always the one that runs hardest against the rest, until none is suspect: an item
    that is truly turned drags the others' correlations down, and must not make them suspects too.
    """
    numbers = np.flatnonzero(np.nanstd(answers, axis=0) > 0) if len(answers) > 1 else np.array([], dtype=np.int64)
    if len(numbers) < FEWEST_ITEMS:
        return []
    turned = np.array(answers[:, numbers])
    flipped: list[int] = []
    while len(flipped) < len(numbers) // 2:
        r = item_rest(turned, clients).correlation
        if np.isnan(r).all():
            break
        worst = int(np.nanargmin(r))
        if worst in flipped or r[worst] >= -SUSPECT_SHARE * np.nanmedian(np.abs(r)):
            break
        turned[:, worst] = -turned[:, worst]
        flipped.append(worst)
    return _described(turned, clients, flipped, numbers)


def _described(turned: Matrix, clients: Groups, flipped: list[int], numbers: Groups) -> list[Suspect]:
    """Each suspect against the others as they should be: all suspects but itself turned."""
    rest, covariance = item_rest(turned, clients), pairwise_covariance(turned)
    found = []
    for item in flipped:
        sign = np.ones(len(numbers))
        sign[item] = -1
        alpha, better = alpha_of(covariance * np.outer(sign, sign)), alpha_of(covariance)
        r, low, high = rest.correlation[item], rest.conf_low[item], rest.conf_high[item]
        found.append(Suspect(int(numbers[item]) + 1, -float(r), -float(high), -float(low), float(r), alpha, better))
    return found


def _standardized(values: Matrix, use: Flags) -> Matrix:
    """Columns with mean 0 and variance 1 over the rows in use; NaN where a column does not vary."""
    n = use.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        centered = np.where(use, values, np.nan) - np.where(use, values, 0.0).sum(axis=0) / n
        spread = np.sqrt(np.nansum(centered**2, axis=0) / n)
        return np.asarray(centered / np.where(spread > 0, spread, np.nan))


def _cluster_error(influence: Matrix, clients: Groups) -> Matrix:
    """The standard error of a sum of influence values, by client: sqrt(G / (G - 1) * sum of squared client sums)."""
    groups = int(clients.max(initial=-1)) + 1
    sums = np.zeros((groups, influence.shape[1]))
    np.add.at(sums, clients, influence)
    return np.asarray(np.sqrt(groups / max(groups - 1, 1) * (sums**2).sum(axis=0)))
