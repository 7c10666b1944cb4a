"""Does each item run with its key? Item-rest correlations, and the items that run against it.

An item whose key is wrong correlates negatively with the other items. Correlations are taken with the rest of the total, the
longest and so most telling score.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.measures.alpha import LEVEL, Matrix, alpha_of, pairwise_covariance
from pipeline.measures.correlation import Correlation, Flags, Groups, correlate
from pipeline.measures.instrument import Instrument
from pipeline.measures.scoring import turn_reversed

# An item is suspect where its correlation is below minus this share of the usual one in its scale. At 0 weak items would be
# called out by chance; at 0.4 flipped items of short scales slip through. benchmarks/measures.py shows both error rates.
SUSPECT_SHARE = 0.15
FEWEST_ITEMS = 3  # with two items nobody can say which of them is turned


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


def item_rest(answers: Matrix, clients: Groups, level: float = LEVEL) -> Correlation:
    """Correlate each item with the mean of the other answered items (Guilford 1953; the interval by client is ours).

    `answers`: keyed, ratings x items, NaN missing; `clients`: a code per rating. Items are centered first, so that it does
    not matter to the mean which of them are answered.
    """
    given = ~np.isnan(answers)
    filled = np.where(given, answers - _means(answers, given), 0.0)
    counts, sums = given.sum(axis=1, keepdims=True), filled.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = (sums - filled) / (counts - given)
    return correlate(answers, rest, clients, level)


def against_key(answers: Matrix, clients: Groups, instrument: Instrument) -> list[Suspect]:
    """The items of an instrument that run against its key, among those of its total; other items within their subscale.

    `answers` as given, ratings x items.
    """
    right = turn_reversed(answers, instrument)
    scores = list(instrument.scores.values())
    apart = [items for items in scores[1:] if not set(items) & set(scores[0])]
    found = []
    for items in (scores[0], *apart):
        for suspect in suspect_items(right[:, np.array(items) - 1], clients):
            found.append(replace(suspect, item=items[suspect.item - 1]))
    return found


def suspect_items(answers: Matrix, clients: Groups) -> list[Suspect]:
    """The items (numbered from 1) that run against the others, worst first; `answers` keyed.

    Items are turned one after another, always the one that runs hardest against the rest, until none is suspect: an item
    that is truly turned drags the others' correlations down, and must not make them suspects too.
    """
    numbers = np.flatnonzero(np.isfinite(item_rest(answers, clients).correlation))
    if len(numbers) < FEWEST_ITEMS:
        return []
    turned = np.array(answers[:, numbers])
    flipped: list[int] = []
    while len(flipped) < len(numbers) // 2:
        r = item_rest(turned, clients).correlation
        worst = int(np.nanargmin(r))
        if worst in flipped or r[worst] >= -SUSPECT_SHARE * np.nanmedian(np.abs(r)):
            break
        turned[:, worst] = -turned[:, worst]
        flipped.append(worst)
    return _described(turned, clients, flipped, numbers)


def _means(answers: Matrix, given: Flags) -> Matrix:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(given, answers, 0.0).sum(axis=0) / given.sum(axis=0))


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
