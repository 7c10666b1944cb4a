from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pipeline.base.errors import MeasureError
from pipeline.measures import Instrument, shipped
from pipeline.measures.scoring import combine_scores, score, summarize, turn_reversed
from pipeline.results.stage_counts import ScoreCounts
from tests.measures.make import likert, ratings

ROUNDING = 1e-12  # sums of at most 36 answers in another order differ by the last bits alone
WAI_36 = shipped()["wai_36"]
SRS = shipped()["srs"]


def answers(instrument: Instrument, gaps: bool = True) -> st.SearchStrategy[np.ndarray]:
    low, high = (int(end) for end in instrument.scale)
    one = st.integers(low, high).map(float)
    element = st.one_of(one, st.just(float("nan"))) if gaps else one
    return st.integers(1, 6).flatmap(lambda n: hnp.arrays(float, (n, instrument.items), elements=element))


def wide(scored: pd.DataFrame) -> pd.DataFrame:
    return scored.pivot(index="session_id", columns="score", values="value")


def by_hand(row: np.ndarray, instrument: Instrument, name: str, share: float) -> float:
    values = []
    for item in instrument.scores[name]:
        answer = row[item - 1]
        if not np.isnan(answer):
            values.append(sum(instrument.scale) - answer if item in instrument.reversed_items else answer)
    items = len(instrument.scores[name])
    if not values or len(values) < share * items - 1e-9:
        return float("nan")
    mean = sum(values) / len(values)
    return mean * items if instrument.score == "sum" else mean


@pytest.mark.parametrize("name", list(shipped()))
@given(data=st.data(), share=st.sampled_from([0.01, 0.5, 0.75, 1.0]))
@settings(max_examples=40, deadline=None)
def test_scores_are_those_worked_out_by_hand(name: str, data: st.DataObject, share: float) -> None:
    instrument = shipped()[name]
    given_answers = data.draw(answers(instrument))
    found = wide(score(ratings(given_answers, instrument), instrument, share))
    for column in instrument.scores:
        expected = [by_hand(row, instrument, column, share) for row in given_answers]
        np.testing.assert_allclose(found[column].to_numpy(), expected, rtol=ROUNDING)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_item_order_does_not_matter(data: st.DataObject) -> None:
    table = ratings(data.draw(answers(WAI_36)), WAI_36)
    shuffled = table[["session_id", "rater", *data.draw(st.permutations(WAI_36.columns))]]
    pd.testing.assert_frame_equal(score(table, WAI_36, 0.75), score(shuffled, WAI_36, 0.75))


@given(answers(WAI_36))
@settings(max_examples=40, deadline=None)
def test_reversing_twice_is_nothing(given_answers: np.ndarray) -> None:
    np.testing.assert_array_equal(turn_reversed(turn_reversed(given_answers, WAI_36), WAI_36), given_answers)


@given(answers(WAI_36, gaps=False))
@settings(max_examples=40, deadline=None)
def test_a_complete_rating_is_not_prorated(given_answers: np.ndarray) -> None:
    scored = score(ratings(given_answers, WAI_36), WAI_36, 0.75)
    assert not scored["prorated"].any()
    assert (scored["answered"] == scored["items"]).all()


@given(answers(SRS, gaps=False))
@settings(max_examples=40, deadline=None)
def test_min_answered_changes_nothing_in_complete_ratings(given_answers: np.ndarray) -> None:
    table = ratings(given_answers, SRS)
    pd.testing.assert_frame_equal(score(table, SRS, 0.1), score(table, SRS, 1.0))


@given(answers(WAI_36), st.integers(1, 36))
@settings(max_examples=40, deadline=None)
def test_flipping_an_item_and_its_key_changes_nothing(given_answers: np.ndarray, item: int) -> None:
    turned = set(WAI_36.reversed_items) ^ {item}
    other = WAI_36.model_copy(update={"reversed_items": tuple(sorted(turned))})
    flipped = given_answers.copy()
    flipped[:, item - 1] = 8 - flipped[:, item - 1]
    pd.testing.assert_frame_equal(
        score(ratings(given_answers, WAI_36), WAI_36, 0.75), score(ratings(flipped, other), other, 0.75), rtol=ROUNDING
    )


@given(answers(WAI_36))
@settings(max_examples=40, deadline=None)
def test_no_missing_score_becomes_a_number(given_answers: np.ndarray) -> None:
    scored = score(ratings(given_answers, WAI_36), WAI_36, 0.75)
    enough = scored["answered"] >= 0.75 * scored["items"]
    assert (scored["value"].notna() == enough).all()
    assert scored["value"].dropna().between(1, 7).all()
    assert not scored.loc[~enough, "prorated"].any()


def test_an_empty_rating_is_never_scored_however_low_the_bar() -> None:
    scored = score(ratings(np.full((2, 4), np.nan), SRS), SRS, 1e-9)
    assert scored["value"].isna().all()
    assert (scored["answered"] == 0).all()


def test_a_sum_is_prorated_to_all_items() -> None:
    scored = wide(score(ratings(np.array([[8.0, 6.0, np.nan, 10.0]]), SRS), SRS, 0.75))
    assert scored.loc["S000000", "total"] == 32.0
    assert np.isnan(scored.loc["S000000", "task"])


@pytest.mark.parametrize(
    ("instrument", "answer", "told"),
    [(WAI_36, 8.0, "whole numbers from 1 to 7 (items 5)"), (WAI_36, 2.5, "items 5"), (WAI_36, np.inf, "items 5")],
)
def test_answers_off_the_scale_are_refused_without_showing_them(instrument: Instrument, answer: float, told: str) -> None:
    given_answers = likert(instrument, 30)
    given_answers[3, 4] = answer
    given_answers[4, 0] = np.nan
    with pytest.raises(MeasureError, match="1 ratings have answers") as caught:
        score(ratings(given_answers, instrument), instrument, 0.75)
    assert told in str(caught.value)
    assert f"{answer}" not in str(caught.value).replace("items 5", "")


def test_decimals_are_answers_where_the_instrument_says_so() -> None:
    scored = wide(score(ratings(np.array([[8.5, 6.25, 7.0, 9.1]]), SRS), SRS, 0.75))
    assert scored.loc["S000000", "total"] == pytest.approx(30.85, rel=ROUNDING)


def test_a_rater_without_a_key_is_refused() -> None:
    with pytest.raises(MeasureError, match="30 ratings by raters the key is not for"):
        score(ratings(likert(WAI_36, 30), WAI_36, rater="worker"), WAI_36, 0.75)


def test_missing_columns_are_named() -> None:
    with pytest.raises(MeasureError, match="columns missing: item_7"):
        score(ratings(likert(WAI_36, 5), WAI_36).drop(columns="item_7"), WAI_36, 0.75)


def test_scores_of_several_instruments_stand_in_one_table() -> None:
    tables = [score(ratings(likert(i, 12), i), i, 0.75) for i in (WAI_36, SRS)]
    scored = combine_scores(tables)
    assert len(scored) == 12 * 8
    assert list(scored["score"].cat.categories) == ["total", "goal", "task", "bond"]
    assert summarize(scored, [WAI_36, SRS]).counts[4] == ScoreCounts(
        instrument="srs", rater="client", score="total", scored=12, unscored=0, prorated=0
    )


def test_a_study_without_ratings_has_an_empty_table() -> None:
    assert len(combine_scores([])) == 0
    assert list(combine_scores([]).columns) == list(score(ratings(likert(SRS, 1), SRS), SRS, 0.75).columns)


def test_inputs_are_left_alone() -> None:
    table = ratings(likert(WAI_36, 20), WAI_36)
    before = table.copy(deep=True)
    score(table, WAI_36, 0.75)
    pd.testing.assert_frame_equal(table, before)
