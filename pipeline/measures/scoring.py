"""Answers to scores: reverse, then the mean or sum of the answered items, where enough of them are answered.

With a = answer and L, H the ends of the scale, a reversed item counts as L + H - a. So a score's sum over the answered items
is (sum of s*a) + (L + H) * (number of reversed items answered) with s = -1 for reversed items and 1 for the others: two
matrix products over blocks of rows that stay in the processor's cache.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.base.column_names import ratings_table, score_column
from pipeline.base.errors import MeasureError, Problem
from pipeline.base.options import Rater
from pipeline.measures.instrument import TOTAL, Instrument
from pipeline.results.reliability import Key
from pipeline.results.stage_counts import ScoreCounts, ScoringCounts

Matrix = NDArray[np.float64]
BYTE = np.iinfo(np.int8)
BLOCK = 2048  # rows at a time: 36 items of them are 0.6 MB, which a processor's cache holds
RATERS: tuple[Rater, ...] = ("client", "worker", "observer")


@dataclass(frozen=True)
class Sums:
    """Per score (row) and rating (column): the sum over the answered items, and how many are answered."""

    total: Matrix
    answered: Matrix


def score(ratings: pd.DataFrame, instrument: Instrument, min_answered: float) -> pd.DataFrame:
    """Score one instrument's ratings.

    `ratings`: session_id, rater, item_1 ... item_k as answered (NaN: not answered). Returns one row a rating and score,
    score by score: session_id, instrument, rater, score, value, answered, items, prorated. A value is NaN where less than
    `min_answered` of the score's items are answered; it is prorated where it rests on some but not all of them, a sum then
    being the mean of the answered items times the number of items. MeasureError names columns that are missing or hold
    answers off the scale, and raters the key is not for.
    """
    kept = kept_scores(ratings, instrument)
    if kept is not None:
        names = tuple(kept.columns)
        given: Matrix = kept.to_numpy(dtype=np.float64, na_value=np.nan).T
        sizes = np.array([len(instrument.scores[name]) for name in names])[:, None]
        answered = np.where(np.isnan(given), 0.0, sizes)
        return _long(ratings, instrument, given, answered, np.zeros(given.shape, dtype=bool), names)
    answers = answer_matrix(ratings, instrument)
    sums = sum_scores(answers, instrument)
    counts = np.array([len(items) for items in instrument.scores.values()])[:, None]
    needed = np.array([instrument.needed(name, min_answered) for name in instrument.scores])[:, None]
    complete = sums.answered == counts
    scored = sums.answered >= needed
    with np.errstate(invalid="ignore", divide="ignore"):
        value = sums.total / sums.answered
    if instrument.score == "sum":
        value = np.where(complete, sums.total, value * counts)
    value[~scored] = np.nan
    return _long(ratings, instrument, value, sums.answered, scored & ~complete, tuple(instrument.scores))


def kept_scores(ratings: pd.DataFrame, instrument: Instrument) -> pd.DataFrame | None:
    """The scores that a study kept in place of items, in the instrument's order; None where it has the items.

    A total that was not kept is the mean (or sum) of its subscales, weighted by their items, where they cover it.
    """
    names = [name for name in instrument.scores if score_column(name) in ratings.columns]
    if not names or "item_1" in ratings.columns:
        return None
    kept = pd.DataFrame({name: ratings[score_column(name)].to_numpy(dtype=np.float64, na_value=np.nan) for name in names})
    parts = [name for name in names if name != TOTAL]
    covered = sorted(item for name in parts for item in instrument.scores[name])
    if TOTAL not in names and covered == sorted(instrument.scores[TOTAL]):
        weights = np.array(
            [len(instrument.scores[name]) if instrument.score == "mean" else 1 for name in parts], dtype=float
        )
        total = kept[parts].to_numpy() @ weights / (weights.sum() if instrument.score == "mean" else 1)
        kept.insert(0, TOTAL, total)
    return kept


def answer_matrix(ratings: pd.DataFrame, instrument: Instrument) -> Matrix:
    """The answers as a ratings x items matrix; MeasureError where columns are missing or a rater has no key."""
    absent = [column for column in ("session_id", "rater", *instrument.columns) if column not in ratings.columns]
    if absent:
        raise MeasureError(Problem(ratings_table(instrument.id), f"columns missing: {', '.join(absent)}"))
    wrong = int((~ratings["rater"].isin(instrument.raters)).sum())
    if wrong:
        mend = "give those forms a key of their own in measures.instruments"
        raise MeasureError(Problem(ratings_table(instrument.id), f"{wrong} ratings by raters the key is not for", mend))
    answers: Matrix = ratings[instrument.columns].to_numpy(dtype=np.float64, na_value=np.nan)
    return answers


def sum_scores(answers: Matrix, instrument: Instrument) -> Sums:
    """Sum every score of the instrument over the answered items; MeasureError where answers are off the scale."""
    member, sign = _weights(instrument)
    turned = (member * (sign < 0)[:, None]) * sum(instrument.scale)
    signed = sign[:, None] * member
    total = np.empty((member.shape[1], len(answers)))
    answered = np.empty_like(total)
    off_scale = 0
    for start in range(0, len(answers), BLOCK):
        block = answers[start : start + BLOCK]
        rows = slice(start, start + len(block))
        if _whole_and_right(block, instrument):
            answered[:, rows] = member.sum(axis=0)[:, None]
            total[:, rows] = (block @ signed + turned.sum(axis=0)).T
            continue
        off_scale += int(_bad(block, instrument).any(axis=1).sum())
        if off_scale:
            continue
        given = ~np.isnan(block)
        here = given.astype(np.float64)
        answered[:, rows] = (here @ member).T
        total[:, rows] = (np.where(given, block, 0.0) @ signed + here @ turned).T
    if off_scale:
        raise MeasureError(_off_scale_problem(answers, instrument, off_scale))
    return Sums(total, answered)


def turn_reversed(answers: Matrix, instrument: Instrument) -> Matrix:
    """The answers with reversed items turned round: lowest + highest - answer."""
    turned = np.array([number in instrument.reversed_items for number in range(1, instrument.items + 1)])
    return np.where(turned, sum(instrument.scale) - answers, answers)


def _weights(instrument: Instrument) -> tuple[Matrix, Matrix]:
    """Which item counts for which score (items x scores), and the sign of each item."""
    member = np.zeros((instrument.items, len(instrument.scores)))
    for column, items in enumerate(instrument.scores.values()):
        member[np.array(items) - 1, column] = 1
    sign = np.ones(instrument.items)
    sign[np.array(instrument.reversed_items, dtype=int) - 1] = -1
    return member, sign


def _whole_and_right(block: Matrix, instrument: Instrument) -> bool:
    """Whether no answer of a block is missing or off the scale, told in as few passes over it as can be."""
    low, high = instrument.scale
    if not instrument.whole_numbers or min(low, -high) < BYTE.min:
        inside = bool(block.min() >= low and block.max() <= high)  # both are NaN where any answer is
        return inside and (not instrument.whole_numbers or bool((np.rint(block) == block).all()))
    with np.errstate(invalid="ignore"):
        small = block.astype(np.int8)  # an eighth of the size; what is no small whole number does not survive this
    return bool((small == block).all() and small.min() >= low and small.max() <= high)


def _bad(answers: Matrix, instrument: Instrument) -> NDArray[np.bool_]:
    low, high = instrument.scale
    bad = (answers < low) | (answers > high)
    if instrument.whole_numbers:
        bad |= ~np.isnan(answers) & (answers != np.rint(answers))
    return bad


def _off_scale_problem(answers: Matrix, instrument: Instrument, rows: int) -> Problem:
    low, high = instrument.scale
    items = ", ".join(str(number + 1) for number in np.flatnonzero(_bad(answers, instrument).any(axis=0)))
    kind = "whole numbers" if instrument.whole_numbers else "numbers"
    what = f"{rows} ratings have answers that are not {kind} from {low:g} to {high:g} (items {items})"
    return Problem(ratings_table(instrument.id), what, f"another scale stands in measures.scales.{instrument.id}")


def _long(
    ratings: pd.DataFrame,
    instrument: Instrument,
    value: Matrix,
    answered: Matrix,
    prorated: NDArray[np.bool_],
    names: tuple[str, ...],
) -> pd.DataFrame:
    rows, columns = len(ratings), len(names)
    rater = pd.Categorical(ratings["rater"], categories=list(RATERS))
    counts = [len(instrument.scores[name]) for name in names]
    content = {
        "session_id": pd.concat([ratings["session_id"]] * columns, ignore_index=True),
        "instrument": pd.Categorical.from_codes(
            np.zeros(rows * columns, dtype=np.int8), categories=pd.Index([instrument.id])
        ),
        "rater": pd.Categorical.from_codes(np.tile(rater.codes, columns), dtype=rater.dtype),
        "score": pd.Categorical.from_codes(np.repeat(np.arange(columns, dtype=np.int8), rows), categories=pd.Index(names)),
        "value": value.ravel(),
        "answered": answered.astype(np.int64).ravel(),
        "items": np.repeat(np.array(counts, dtype=np.int64), rows),
        "prorated": prorated.ravel(),
    }
    return pd.DataFrame(content, copy=False)


def combine_scores(scored: list[pd.DataFrame]) -> pd.DataFrame:
    """The scores of several instruments as one table; the code lists of all of them, in order of appearance."""
    if not scored:
        return _empty()
    for column in ("instrument", "score"):
        codes = list(dict.fromkeys(code for table in scored for code in table[column].cat.categories))
        scored = [table.assign(**{column: table[column].cat.set_categories(codes)}) for table in scored]
    return pd.concat(scored, ignore_index=True)


def summarize(scored: pd.DataFrame, instruments: list[Instrument]) -> ScoringCounts:
    """Counts per instrument, rater and score (scored, unscored, prorated), and the key each instrument was scored by."""
    groups = scored.groupby(["instrument", "rater", "score"], observed=True, sort=False)
    rows = tuple(
        ScoreCounts(
            instrument=str(instrument),
            rater=str(rater),
            score=str(name),
            scored=int(group["value"].notna().sum()),
            unscored=int(group["value"].isna().sum()),
            prorated=int(group["prorated"].sum()),
        )
        for (instrument, rater, name), group in groups
    )
    return ScoringCounts(counts=rows, instruments={instrument.id: key_facts(instrument) for instrument in instruments})


def key_facts(instrument: Instrument) -> Key:
    """The key a report states: scale, rule, items of every score, reversed items, source."""
    return Key(
        title=instrument.title,
        scale=instrument.scale,
        rule=instrument.score,
        items=instrument.items,
        scores=dict(instrument.scores),
        ranges={name: score_range(instrument, name) for name in instrument.scores},
        reversed_items=instrument.reversed_items,
        raters=tuple(instrument.raters),
        form_of=instrument.form_of,
        concern=instrument.concern,
        source=instrument.source,
        licence=instrument.licence,
    )


def score_range(instrument: Instrument, name: str) -> tuple[float, float]:
    """The lowest and highest value a score can take, by definition of its key."""
    times = len(instrument.scores[name]) if instrument.score == "sum" else 1
    low, high = instrument.scale
    return low * times, high * times


def _empty() -> pd.DataFrame:
    text = {name: pd.Series([], dtype="str") for name in ("session_id", "instrument", "rater", "score")}
    counts = {name: pd.Series([], dtype="int64") for name in ("answered", "items")}
    return pd.DataFrame({**text, "value": pd.Series([], dtype="float64"), **counts, "prorated": pd.Series([], dtype="bool")})
