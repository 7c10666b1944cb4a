from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.measures import shipped
from pipeline.measures.alpha import cronbach_alpha
from pipeline.measures.scoring import turn_reversed
from tests.measures.make import likert

SAME_FORMULA = 1e-12  # two programs adding up the same covariances
PRINTED = 5e-4  # pingouin rounds its interval to three digits


def data(gaps: bool) -> np.ndarray:
    answers = turn_reversed(likert(shipped()["wai_36"], 150, seed=3), shipped()["wai_36"])
    if gaps:
        answers[np.random.default_rng(5).random(answers.shape) < 0.05] = np.nan
    return answers


@pytest.mark.parametrize("gaps", [False, True])
def test_alpha_and_interval_are_pingouins(gaps: bool) -> None:
    import pingouin

    found = cronbach_alpha(data(gaps))
    alpha, interval = pingouin.cronbach_alpha(pd.DataFrame(data(gaps)))
    assert found.alpha == pytest.approx(alpha, rel=SAME_FORMULA)
    assert [found.conf_low, found.conf_high] == pytest.approx(list(interval), abs=PRINTED)


@pytest.mark.parametrize(
    ("answers", "note"),
    [
        (np.ones((9, 1)), "one item"),
        (np.ones((2, 3)), "too few"),
        (np.ones((9, 3)), "does not vary"),
        (np.full((9, 3), np.nan), "too few"),
        (np.column_stack([np.arange(8.0), np.where(np.arange(8) < 4, np.nan, 1)])[:, [0, 1, 1]] * [1, 1, np.nan], "never"),
    ],
)
def test_what_cannot_be_estimated_says_so(answers: np.ndarray, note: str) -> None:
    found = cronbach_alpha(answers)
    assert note in found.note
    assert np.isnan(found.alpha)


def test_a_constant_item_is_counted() -> None:
    answers = data(gaps=False)
    answers[:, 4] = 3
    assert cronbach_alpha(answers).note == "1 constant item"
