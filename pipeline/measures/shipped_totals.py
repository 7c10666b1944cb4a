"""Scores that came with the data, recomputed; where they disagree, solved for the key that made them.

A shipped score y over items a_1 ... a_k came about as y = c_0 + m * sum of c_i a_i with c_i in {-1, 0, 1}: an item is left
out, taken as it is, or reversed, and m is 1 for a sum and 1/size for a mean. With enough different ratings the c_i follow
from least squares and are exact; where some rows are wrong besides, from least absolute deviations, which pass exactly
through the rows that are right; with few ratings, from trying all keys that differ from ours in a few items.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.measures.instrument import Instrument
from pipeline.measures.scoring import Matrix

Rule = Literal["sum", "mean"]
RULES: tuple[Rule, ...] = ("sum", "mean")
Coefficients = NDArray[np.int64]
MOST_CHANGES = 3  # few ratings: keys that differ in up to this many items are tried
EXPLAINED = 0.5  # a key must reproduce more than this share of the ratings to count as an explanation
ROUNDING = 1e-6
MOST_RATINGS = 500  # as many ratings settle the coefficients; a linear program of all of them would only take longer


@dataclass(frozen=True)
class ShippedTotal:
    """What became of one shipped score.

    `verdict`: agrees, explained (another key reproduces `reproduced` of `n` ratings; the lists say how it differs),
    ambiguous (several equally small changes do), unexplained, or not comparable (no complete rating).
    """

    score: str
    verdict: Literal["agrees", "explained", "ambiguous", "unexplained", "not comparable"]
    rule: Rule
    n: int
    agree: int
    reproduced: int
    reversed_there: tuple[int, ...] = ()
    not_reversed_there: tuple[int, ...] = ()
    left_out_there: tuple[int, ...] = ()
    added_there: tuple[int, ...] = ()
    constant: float = 0.0


def check_shipped(answers: Matrix, shipped: Matrix, instrument: Instrument, score: str) -> ShippedTotal:
    """Recompute one shipped score.

    `answers`: ratings x items as given; `shipped`: the score as it came, one a rating. Ratings without all answers or
    without a shipped score are left out of the comparison.
    """
    usable = ~np.isnan(answers).any(axis=1) & ~np.isnan(shipped)
    x, y = answers[usable], shipped[usable]
    key = _key(instrument, score)
    if len(y) == 0:
        return ShippedTotal(score, "not comparable", "sum", 0, 0, 0)
    rule = max(RULES, key=lambda rule: _agreeing(x, y, key, rule, instrument))
    agree = _agreeing(x, y, key, rule, instrument)
    if agree == len(y):
        return ShippedTotal(score, "agrees", rule, len(y), agree, agree)
    return _solve(x, y, instrument, score, agree)


def _solve(x: Matrix, y: Matrix, instrument: Instrument, score: str, agree: int) -> ShippedTotal:
    best = ShippedTotal(score, "unexplained", instrument.score, len(y), agree, agree)
    for rule in RULES:
        for key, constant in _candidates(x, y, rule):
            reproduced = _matching(_value(x, key, rule, constant), y)
            if reproduced > max(best.reproduced, EXPLAINED * len(y)):
                offset = constant - _offset(key, instrument)
                best = _explained(score, rule, len(y), agree, reproduced, key, offset, instrument)
            if reproduced == len(y):
                return best
    if best.verdict == "explained" or len(y) > x.shape[1]:
        return best
    return _few_ratings(x, y, instrument, score, agree) or best


def _candidates(x: Matrix, y: Matrix, rule: Rule) -> Iterator[tuple[Coefficients, float]]:
    """Keys that regression suggests, with their constants; none where the ratings do not determine the coefficients."""
    design = np.column_stack([x, np.ones(len(x))])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return
    some = np.linspace(0, len(y) - 1, min(len(y), MOST_RATINGS)).astype(np.int64)
    for solve in (lambda: np.linalg.lstsq(design, y, rcond=None)[0], lambda: _least_absolute(design[some], y[some])):
        solution = solve()
        size = 1.0 if rule == "sum" else 1 / max(np.abs(solution[:-1]).max(), ROUNDING)
        key = np.rint(solution[:-1] * size).astype(np.int64)
        if np.abs(key).max() == 1:
            yield key, _constant(x, y, key, rule)


def _few_ratings(x: Matrix, y: Matrix, instrument: Instrument, score: str, agree: int) -> ShippedTotal | None:
    """The smallest change of our key that reproduces every rating; ambiguous where several as small do."""
    own = _key(instrument, score)
    for changes in range(1, MOST_CHANGES + 1):
        found = [
            (key, rule)
            for rule in RULES
            for key in _changed(own, changes)
            if _agreeing(x, y, key, rule, instrument) == len(y)
        ]
        if found:
            key, rule = found[0]
            solved = _explained(score, rule, len(y), agree, len(y), key, 0.0, instrument)
            return solved if len(found) == 1 else ShippedTotal(score, "ambiguous", rule, len(y), agree, len(y))
    return None


def _changed(own: Coefficients, changes: int) -> Iterator[Coefficients]:
    """Our key with this many of its items turned."""
    for items in combinations(np.flatnonzero(own), changes):
        key = own.copy()
        key[list(items)] *= -1
        yield key


def _key(instrument: Instrument, score: str) -> Coefficients:
    key = np.zeros(instrument.items, dtype=np.int64)
    for item in instrument.scores[score]:
        key[item - 1] = -1 if item in instrument.reversed_items else 1
    return key


def _offset(key: Coefficients, instrument: Instrument) -> float:
    """What reversed items add to a sum: lowest + highest each."""
    return sum(instrument.scale) * float((key < 0).sum())


def _value(x: Matrix, key: Coefficients, rule: Rule, constant: float) -> Matrix:
    total = x @ key + constant
    return np.asarray(total if rule == "sum" else total / np.abs(key).sum())


def _agreeing(x: Matrix, y: Matrix, key: Coefficients, rule: Rule, instrument: Instrument) -> int:
    return _matching(_value(x, key, rule, _offset(key, instrument)), y)


def _matching(value: Matrix, y: Matrix) -> int:
    """How many shipped scores equal ours to the decimals they were shipped with."""
    decimals = next((d for d in range(7) if np.allclose(np.round(y, d), y, rtol=0, atol=1e-9)), 7)
    return int(
        (np.abs(value - y) <= 0.5 * 10.0**-decimals * (1 + ROUNDING) if decimals else np.abs(value - y) < ROUNDING).sum()
    )


def _constant(x: Matrix, y: Matrix, key: Coefficients, rule: Rule) -> float:
    """The constant most ratings agree on, in units of the sum."""
    times = 1 if rule == "sum" else int(np.abs(key).sum())
    return float(np.round(np.median(y * times - x @ key), 3))


def _least_absolute(design: Matrix, y: Matrix) -> Matrix:
    """Coefficients with the least sum of absolute deviations (a linear program)."""
    from scipy.optimize import linprog

    n, k = design.shape
    cost = np.concatenate([np.zeros(k), np.ones(2 * n)])
    equal = np.hstack([design, np.eye(n), -np.eye(n)])
    bounds = [(None, None)] * k + [(0, None)] * (2 * n)
    return np.asarray(linprog(cost, A_eq=equal, b_eq=y, bounds=bounds, method="highs").x[:k])


def _explained(
    score: str,
    rule: Rule,
    n: int,
    agree: int,
    reproduced: int,
    key: Coefficients,
    offset: float,
    instrument: Instrument,
) -> ShippedTotal:
    own = _key(instrument, score)

    def numbers(where: NDArray[np.bool_]) -> tuple[int, ...]:
        return tuple(int(item) + 1 for item in np.flatnonzero(where))

    return ShippedTotal(
        score,
        "explained",
        rule,
        n,
        agree,
        reproduced,
        reversed_there=numbers((own == 1) & (key == -1)),
        not_reversed_there=numbers((own == -1) & (key == 1)),
        left_out_there=numbers((own != 0) & (key == 0)),
        added_there=numbers((own == 0) & (key != 0)),
        constant=offset,
    )


def total_sentence(found: ShippedTotal, instrument: Instrument) -> str:
    """What became of a shipped score, in words."""
    name = f"The {found.score} score shipped with the data"
    if found.verdict == "agrees":
        return f"{name} equals ours in all {found.n} ratings (as a {found.rule})."
    if found.verdict == "not comparable":
        return f"{name} could not be compared: no rating has all answers."
    head = f"{name} differs from ours in {found.n - found.agree} of {found.n} ratings"
    if found.verdict == "explained":
        return f"{head}. It is the {found.rule} that {_differences(found)}; this reproduces {_share(found)}."
    if found.verdict == "ambiguous":
        return (
            f"{head}. Several equally small changes of the key of `{instrument.id}` reproduce it: more ratings would tell."
        )
    if found.agree > EXPLAINED * found.n:
        return f"{head}. No other key reproduces more: look at those ratings one by one."
    return f"{head}. No key that leaves out, takes or reverses items reproduces it."


def _share(found: ShippedTotal) -> str:
    return f"all {found.n} ratings" if found.reproduced == found.n else f"{found.reproduced} of {found.n} ratings"


def _differences(found: ShippedTotal) -> str:
    parts = [
        (found.reversed_there, "reverses {} (our key does not)"),
        (found.not_reversed_there, "does not reverse {} (our key does)"),
        (found.left_out_there, "leaves out {}"),
        (found.added_there, "adds {}"),
    ]
    words = [text.format(_items(items)) for items, text in parts if items]
    if abs(found.constant) > ROUNDING:
        words.append(f"adds {found.constant:g} to the sum")
    return " and ".join(words) or "differs in rounding alone"


def _items(items: tuple[int, ...]) -> str:
    return ("item " if len(items) == 1 else "items ") + ", ".join(map(str, items))
