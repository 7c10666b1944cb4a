"""Scores that came with the data, recomputed; where they disagree, solved for the key that made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.measures.instrument import Instrument
from pipeline.measures.key_search import EXPLAINED, ROUNDING, Made, Rule, made, offset, own_key, search, shipped_scores
from pipeline.measures.scoring import Matrix

PLAIN: tuple[Rule, ...] = ("sum", "mean")


@dataclass(frozen=True)
class ShippedTotal:
    """What became of one shipped score.

    `verdict`: agrees, explained (another key reproduces `reproduced` of `n` ratings; the lists say how it differs),
    ambiguous (several equally small changes do), unexplained, or not comparable (no complete rating). The shipped score is
    `unit` * (sum by that key + `constant`); the rule "other" says that its unit is neither a sum's nor a mean's.
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
    ours = max((made(data, key, rule, instrument) for rule in PLAIN), key=lambda found: found.reproduced)
    agree = ours.reproduced
    if agree == n:
        return ShippedTotal(score, "agrees", ours.rule, n, agree, agree)
    found, several = search(data, instrument, score, agree)
    if found is None:
        return ShippedTotal(score, "unexplained", instrument.score, n, agree, agree)
    if several:
        return ShippedTotal(score, "ambiguous", found.rule, n, agree, found.reproduced)
    return _explained(score, n, agree, found, instrument)


def _explained(score: str, n: int, agree: int, found: Made, instrument: Instrument) -> ShippedTotal:
    own, key = own_key(instrument, score), found.key

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
        constant=found.constant - offset(key, instrument),
        unit=found.unit,
    )


def total_sentence(found: ShippedTotal, instrument: Instrument) -> str:
    """What became of a shipped score, in words."""
    return total_template(found, instrument).format(**total_counts(found))


def total_counts(found: ShippedTotal) -> dict[str, int]:
    """The counts of ratings in the sentence, by the names they have in the template."""
    return {"n": found.n, "differ": found.n - found.agree, "reproduced": found.reproduced}


def total_template(found: ShippedTotal, instrument: Instrument) -> str:
    """The sentence with {n}, {differ} and {reproduced} where its counts stand: a report fills in cleared ones."""
    name = f"The {found.score} score shipped with the data"
    if found.verdict == "agrees":
        return f"{name} equals ours in all {{n}} ratings (as a {found.rule})."
    if found.verdict == "not comparable":
        return f"{name} could not be compared: no rating has all answers."
    head = f"{name} differs from ours in {{differ}} of {{n}} ratings"
    if found.verdict == "explained":
        share = "all {n} ratings" if found.reproduced == found.n else "{reproduced} of {n} ratings"
        return f"{head}. It is {_made(found)}; this reproduces {share}."
    if found.verdict == "ambiguous":
        return (
            f"{head}. Several equally small changes of the key of `{instrument.id}` reproduce it: more ratings would tell."
        )
    if found.agree > EXPLAINED * found.n:
        return f"{head}. No other key reproduces more: look at those ratings one by one."
    return f"{head}. No key was found that leaves out, takes or reverses items and reproduces it."


def _made(found: ShippedTotal) -> str:
    """How the shipped score was made."""
    differences = _differences(found)
    if found.rule == "other":
        shift = found.unit * found.constant
        more = f", {'plus' if shift > 0 else 'minus'} {abs(shift):.4g}" if abs(shift) > ROUNDING else ""
        scaled = f"our sum in other units ({found.unit:.4g} times it{more})"
        return f"{scaled} that {differences}" if differences else scaled
    added = f"adds {found.constant:g} to the sum" if abs(found.constant) > ROUNDING else ""
    return f"the {found.rule} that {' and '.join(filter(None, (differences, added))) or 'differs in rounding alone'}"


def _differences(found: ShippedTotal) -> str:
    parts = [
        (found.reversed_there, "reverses {} (our key does not)"),
        (found.not_reversed_there, "does not reverse {} (our key does)"),
        (found.left_out_there, "leaves out {}"),
        (found.added_there, "adds {}"),
    ]
    return " and ".join(text.format(_items(items)) for items, text in parts if items)


def _items(items: tuple[int, ...]) -> str:
    return ("item " if len(items) == 1 else "items ") + ", ".join(map(str, items))
