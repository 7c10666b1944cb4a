"""Which key made a shipped score: candidates, and the unit in which each would have been shipped.

A shipped score y over items a_1 ... a_k came about as y = unit * (c_0 + sum of c_i a_i) with c_i in {-1, 0, 1}: an item is
left out, taken as it is, or reversed. With enough different ratings the c_i follow from least squares and are exact; where
some rows are wrong besides, from least absolute deviations, which pass exactly through the rows that are right. With few
ratings, or scores rounded so far that regression sees them blurred, all keys that differ from ours in up to three items are
tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from math import exp, lgamma, log
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.measures.instrument import Instrument
from pipeline.measures.scoring import Matrix

Rule = Literal["sum", "mean", "other"]
Key = NDArray[np.int64]
MOST_CHANGES = 3  # keys that differ from ours in up to this many items are tried
MOST_KEYS = 20_000  # no more than this many of them
AT_ONCE = 2_000
FEWEST_SCORES = 5  # different ones, below which a constant or unit of their own would fit too easily
FEWEST_STEPS = 20  # scores on fewer steps may lie on a line by chance
EXPLAINED = 0.5  # a key must reproduce more than this share of the ratings, and of those we do not, to explain them
BY_CHANCE = 1e-3  # a key explains part of the ratings only where scores of other ratings would hardly ever be met so often
ROUNDING = 1e-6
FITTED = 1.2  # a fitted unit is a little off, and with it the scores next to where rounding goes the other way
MOST_DECIMALS = 7
MOST_RATINGS = 500  # as many ratings settle the coefficients; a linear program of all of them would only take longer


@dataclass(frozen=True)
class Made:
    """A way a score may have been made: unit * (answers @ key + constant), and how many ratings it reproduces."""

    key: Key
    rule: Rule
    unit: float
    constant: float
    reproduced: int

    def values(self, x: Matrix) -> Matrix:
        """The score this makes of answers."""
        return np.asarray(self.unit * (x @ self.key + self.constant))


@dataclass(frozen=True)
class Shipped:
    """Complete ratings with the score they were shipped with, and half a unit of its last decimal."""

    x: Matrix
    y: Matrix
    half: float

    def some(self, most: int = MOST_RATINGS) -> Shipped:
        """As many of the ratings, evenly spread."""
        rows = np.linspace(0, len(self.y) - 1, min(len(self.y), most)).astype(np.int64)
        return Shipped(self.x[rows], self.y[rows], self.half)

    def matching(self, values: Matrix, slack: float = 1.0) -> NDArray[np.int64]:
        """How many shipped scores equal `values` (one score a row, or several in columns) to their decimals."""
        y = self.y if values.ndim == 1 else self.y[:, None]
        return np.asarray((np.abs(values - y) <= slack * self.half).sum(axis=0))


def shipped_scores(x: Matrix, y: Matrix) -> Shipped:
    """The scores, with the decimals they were shipped with."""
    decimals = next((d for d in range(MOST_DECIMALS) if np.allclose(np.round(y, d), y, rtol=0, atol=1e-9)), MOST_DECIMALS)
    return Shipped(x, y, 0.5 * 10.0**-decimals * (1 + ROUNDING) if decimals < MOST_DECIMALS else ROUNDING)


def own_key(instrument: Instrument, score: str) -> Key:
    """Our own coefficients of a score's items."""
    key = np.zeros(instrument.items, dtype=np.int64)
    for item in instrument.scores[score]:
        key[item - 1] = -1 if item in instrument.reversed_items else 1
    return key


def reversal_offset(key: Key, instrument: Instrument) -> float:
    """What reversed items add to a sum: lowest + highest each."""
    return sum(instrument.scale) * float((key < 0).sum())


def score_by_key(data: Shipped, key: Key, rule: Rule, instrument: Instrument, free: bool = False) -> Made:
    """What `key` makes under a rule; `free`: with the constant, and for other units the unit, that fit best."""
    plain, constant = data.x @ key, reversal_offset(key, instrument)
    unit = 1.0 if rule == "sum" else 1 / max(int(np.abs(key).sum()), 1)
    if rule == "other":
        unit, shift = _line(plain, data.y)
        constant = shift / unit if unit else constant
    elif free:
        constant = float(np.round(np.median(data.y / unit - plain), 3))
    values = Made(key, rule, unit, constant, 0).values(data.x)
    return Made(key, rule, unit, constant, int(data.matching(values, FITTED if rule == "other" else 1.0)))


def search_key(data: Shipped, instrument: Instrument, score: str, agree: int) -> tuple[Made | None, bool]:
    """The simplest way that makes all the scores, or else the one that makes most; and whether others do as well."""
    own, n = own_key(instrument, score), len(data.y)
    best: Made | None = None
    for key in (own, np.abs(own), *_regressed(data)):
        for found in _ways(data, key, instrument):
            if found.reproduced == n and (_changes(key, own) == 0 or not _far(key, own)):
                return found, False
            best = _better(found, best, data, own, agree)
    for changes in range(1, MOST_CHANGES + 1):
        whole = list(_changed_ways(data, own, changes, instrument, agree))
        if any(found.reproduced == n for found in whole):
            whole = [found for found in whole if found.reproduced == n]
            return whole[0], len(whole) > 1
        for found in whole:
            best = _better(found, best, data, own, agree)
    return best, False


def _far(key: Key, own: Key) -> bool:
    """Whether so many items differ that a key of few changes should be looked for first."""
    return _changes(key, own) > MOST_CHANGES


def _changes(key: Key, own: Key) -> int:
    return int((key != own).sum())


def _better(found: Made, best: Made | None, data: Shipped, own: Key, agree: int) -> Made | None:
    """The one that reproduces more, if it explains enough of what our own key does not, and more than chance would."""
    n = len(data.y)
    least = max(EXPLAINED * n, agree + EXPLAINED * (n - agree))
    if found.reproduced <= least or (best is not None and found.reproduced <= best.reproduced):
        return best
    return found if _met_by_chance(found, data, own) < BY_CHANCE else best


def _met_by_chance(found: Made, data: Shipped, own: Key) -> float:
    """At most how probable it is that any key as far from ours meets so many scores that belong to other ratings.

    The share of scores that a rating's value meets by chance is that over all pairs of different ratings; the number of
    keys is that of all with as many changed items (Bonferroni): coarse scores on few steps are met often, by many keys.
    """
    from scipy.stats import binom

    n, values, y = len(data.y), found.values(data.x), np.sort(data.y)
    met = np.searchsorted(y, values + data.half, "right") - np.searchsorted(y, values - data.half, "left")
    share = min(max(float(met.sum()) - found.reproduced, 0.0) / max(n * (n - 1), 1), 1.0)
    changes, items = _changes(found.key, own), len(own)
    keys = lgamma(items + 1) - lgamma(changes + 1) - lgamma(items - changes + 1) + changes * log(2)
    return exp(min(float(binom.logsf(found.reproduced - 1, n, share)) + keys, 0.0))


def _ways(data: Shipped, key: Key, instrument: Instrument) -> Iterator[Made]:
    """What a key makes under every rule, plain ways first."""
    yield score_by_key(data, key, "sum", instrument)
    yield score_by_key(data, key, "mean", instrument)
    if len(np.unique(data.y)) < FEWEST_SCORES:
        return
    yield score_by_key(data, key, "sum", instrument, free=True)
    yield score_by_key(data, key, "mean", instrument, free=True)
    if np.ptp(data.y) < FEWEST_STEPS * 2 * data.half:
        return
    other = score_by_key(data, key, "other", instrument)
    if other.unit > 0 and other.reproduced == len(data.y):  # a line fits some ratings of any scores that go together
        yield other


def _regressed(data: Shipped) -> Iterator[Key]:
    """Keys that regression suggests; none where the ratings do not determine the coefficients."""
    design = np.column_stack([data.x, np.ones(len(data.x))])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return
    few = data.some()
    absolute = np.column_stack([few.x, np.ones(len(few.x))])
    for solve in (lambda: np.linalg.lstsq(design, data.y, rcond=None)[0], lambda: _least_absolute(absolute, few.y)):
        weights = solve()[:-1]
        large = np.abs(weights) > np.abs(weights).max() / 2
        key = np.where(large, np.sign(weights), 0).astype(np.int64)
        if key.any():
            yield key


def _changed_ways(data: Shipped, own: Key, changes: int, instrument: Instrument, agree: int) -> Iterator[Made]:
    """Sums and means by keys that differ from ours in so many items and reproduce more ratings."""
    few, keys = data.some(), islice(_changed(own, changes), MOST_KEYS)
    while some := list(islice(keys, AT_ONCE)):
        block = np.array(some)
        sums = few.x @ block.T + np.array([reversal_offset(key, instrument) for key in block])
        sizes = np.abs(block).sum(axis=1)
        for rule, values in (("sum", sums), ("mean", sums / np.maximum(sizes, 1))):
            counts = few.matching(values)
            enough = max(EXPLAINED, agree / len(data.y)) * len(few.y)
            best = counts == max(int(counts.max(initial=0)), int(enough) + 1)
            for place in np.flatnonzero(best):
                yield score_by_key(data, block[place], "sum" if rule == "sum" else "mean", instrument)


def _changed(own: Key, changes: int) -> Iterator[Key]:
    """Our key with so many of its items turned; with one change also one left out."""
    where = np.flatnonzero(own)
    for items in combinations(where, changes):
        key = own.copy()
        key[list(items)] *= -1
        yield key
    for item in where if changes == 1 and len(where) > 1 else ():
        key = own.copy()
        key[item] = 0
        yield key


def _line(x: Matrix, y: Matrix) -> tuple[float, float]:
    """The slope and constant of y on x by least squares."""
    centered = x - x.mean()
    spread = float(centered @ centered)
    slope = float(centered @ y) / spread if spread > 0 else 0.0
    return slope, float(y.mean() - slope * x.mean())


def _least_absolute(design: Matrix, y: Matrix) -> Matrix:
    """Coefficients with the least sum of absolute deviations (a linear program)."""
    from scipy.optimize import linprog

    n, k = design.shape
    cost = np.concatenate([np.zeros(k), np.ones(2 * n)])
    equal = np.hstack([design, np.eye(n), -np.eye(n)])
    bounds = [(None, None)] * k + [(0, None)] * (2 * n)
    return np.asarray(linprog(cost, A_eq=equal, b_eq=y, bounds=bounds, method="highs").x[:k])
