"""What the reliability stage reports of one study's measures, as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import pandas as pd

from pipeline.measures.alpha import Matrix, cronbach_alpha
from pipeline.measures.instrument import Instrument
from pipeline.measures.scoring import keyed

Row = dict[str, object]


def by_rater(ratings: pd.DataFrame, instrument: Instrument) -> Iterator[tuple[str, Matrix]]:
    """Each rater's keyed answers (ratings x items)."""
    for rater in instrument.raters:
        rows = ratings.loc[ratings["rater"] == rater, instrument.columns]
        if len(rows):
            yield rater, keyed(rows.to_numpy(dtype=np.float64, na_value=np.nan), instrument)


def columns_of(instrument: Instrument, score: str) -> list[int]:
    """The matrix columns of a score's items."""
    return [number - 1 for number in instrument.scores[score]]


def alphas(ratings: pd.DataFrame, instrument: Instrument) -> list[Row]:
    """Alpha of every rater and score, pooled over all ratings."""
    return [
        {"instrument": instrument.id, "rater": rater, "score": score, **asdict(cronbach_alpha(answers[:, items]))}
        for rater, answers in by_rater(ratings, instrument)
        for score in instrument.scores
        for items in [columns_of(instrument, score)]
    ]
