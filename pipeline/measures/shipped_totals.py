"""Scores that came with the data, recomputed; where they disagree, solved for the key that made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.measures.instrument import Instrument
from pipeline.measures.key_search import (
    EXPLAINED,
    ROUNDING,
    Made,
    Rule,
    own_key,
    reversal_offset,
    score_by_key,
    search_key,
    shipped_scores,
)
from pipeline.measures.scoring import Matrix

PLAIN: tuple[Rule, ...] = ("sum", "mean")


@dataclass(frozen=True)
class ShippedTotal:
    """What became of one shipped score.

    `verdict`: agrees, explained (another key reproduces `reproduced` of `n` ratings; the lists say how it differs),
    ambiguous (several equally small changes do), unexplained, or not comparable (no complete rating). The shipped score is
    `unit` * (sum by that key + `constant`), 0 where it is within rounding; the rule "other" says that its unit is neither a
    sum's nor a mean's. `mostly`: nearly all ratings agree though not all do.
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
    unit: float = 1.0
    mostly: bool = False


def check_shipped(answers: Matrix, shipped: Matrix, instrument: Instrument, score: str) -> ShippedTotal:
    """Recompute one shipped score.

    `answers`: ratings x items as given; `shipped`: the score as it came, one a rating. Ratings without all answers or
    without a shipped score are left out of the comparison.
    """
    usable = ~np.isnan(answers).any(axis=1) & ~np.isnan(shipped)
    data, key = shipped_scores(answers[usable], shipped[usable]), own_key(instrument, score)
    n = len(data.y)
    if n == 0:
        return ShippedTotal(score, "not comparable", "sum", 0, 0, 0)
    ours = max((score_by_key(data, key, rule, instrument) for rule in PLAIN), key=lambda found: found.reproduced)
    agree = ours.reproduced
    if agree == n:
        return ShippedTotal(score, "agrees", ours.rule, n, agree, agree)
    found, several = search_key(data, instrument, score, agree)
    if found is None:
        return ShippedTotal(score, "unexplained", instrument.score, n, agree, agree, mostly=agree > EXPLAINED * n)
    if several:
        return ShippedTotal(score, "ambiguous", found.rule, n, agree, found.reproduced)
    return _explained(score, n, agree, found, instrument)


def _explained(score: str, n: int, agree: int, found: Made, instrument: Instrument) -> ShippedTotal:
    own, key = own_key(instrument, score), found.key
    constant = found.constant - reversal_offset(key, instrument)
    shown = constant * found.unit if found.rule == "other" else constant

    def numbers(where: NDArray[np.bool_]) -> tuple[int, ...]:
        return tuple(int(item) + 1 for item in np.flatnonzero(where))

    return ShippedTotal(
        score,
        "explained",
        found.rule,
        n,
        agree,
        found.reproduced,
        reversed_there=numbers((own == 1) & (key == -1)),
        not_reversed_there=numbers((own == -1) & (key == 1)),
        left_out_there=numbers((own != 0) & (key == 0)),
        added_there=numbers((own == 0) & (key != 0)),
        constant=constant if abs(shown) > ROUNDING else 0.0,
        unit=found.unit,
    )
