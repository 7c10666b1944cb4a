from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.errors import MeasureError
from pipeline.measures import Instrument, shipped
from pipeline.measures.checks import check_items, client_codes, stopping_findings
from pipeline.measures.correlation import correlate
from pipeline.measures.items import against_key, item_rest, suspect_items
from pipeline.measures.scoring import turn_reversed
from pipeline.measures.siblings import better_siblings, key_differences
from pipeline.stages.score import key_problem
from pipeline.vocabulary.measures import suspect_text, unused_text
from tests.measures.make import likert, ratings
from tests.measures.reference import data, said

KNOWN = shipped()
WAI_SR = KNOWN["wai_sr"]
R_PRINTED = 1e-9  # psych prints its item statistics with twelve digits
SIMULATED = 0.02  # the nominal 95% of 2,000 simulated intervals has a standard error of 0.005
OWN_ROWS = np.arange(300)


def on_seven(name: str) -> Instrument:
    return KNOWN[name].model_copy(update={"scale": (1.0, 7.0)})


def repeated(instrument: Instrument, clients: int, times: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Ratings of which those of one client are alike."""
    base = likert(instrument, clients, seed=seed)
    answers = np.repeat(base, times, axis=0)
    fresh = likert(instrument, clients * times, seed=seed + 1)
    replace = np.random.default_rng(seed).random(answers.shape) < 0.3
    answers[replace] = fresh[replace]
    return answers, np.repeat(np.arange(clients), times)


@pytest.mark.parametrize("name", ["twelve", "short", "long"])
def test_item_rest_correlations_are_psychs(name: str) -> None:
    answers = data(name).to_numpy(dtype=float)
    found = item_rest(answers, np.arange(len(answers))).correlation
    assert found == pytest.approx(said("alpha")[name]["item_rest"], abs=R_PRINTED)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    rng, hits = np.random.default_rng(1), 0
    for _ in range(500):
        common = rng.normal(size=(60, 1))
        x, y = (0.7 * common + np.sqrt(0.51) * rng.normal(size=(60, 4)) for _ in range(2))
        found = correlate(x, y, np.arange(60), 0.95)
        hits += int(((found.conf_low < 0.49) & (found.conf_high > 0.49)).sum())
    assert hits / 2000 == pytest.approx(0.95, abs=SIMULATED)


def test_copied_ratings_of_a_client_add_nothing() -> None:
    answers = turn_reversed(likert(WAI_SR, 80), WAI_SR)
    once = item_rest(answers, np.arange(80))
    thrice = item_rest(np.repeat(answers, 3, axis=0), np.repeat(np.arange(80), 3))
    np.testing.assert_allclose(thrice.conf_low, once.conf_low, rtol=1e-9)


@given(item=st.integers(1, 36), seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_a_flipped_item_is_named_and_no_other(item: int, seed: int) -> None:
    instrument = KNOWN["wai_36"]
    answers = turn_reversed(likert(instrument, 150, seed=seed, loading=0.6), instrument)
    answers[:, item - 1] = 8 - answers[:, item - 1]
    (found,) = suspect_items(answers, np.arange(150))
    assert found.item == item
    assert found.correlation == -found.flipped < 0
    assert found.conf_low < found.correlation < found.conf_high
    assert found.alpha_flipped > found.alpha


def test_several_flipped_items_are_all_named() -> None:
    answers = turn_reversed(likert(WAI_SR, 300, seed=4), WAI_SR)
    answers[:, [0, 5, 9]] = 6 - answers[:, [0, 5, 9]]
    assert {found.item for found in suspect_items(answers, OWN_ROWS)} == {1, 6, 10}


@pytest.mark.parametrize("seed", range(20))
def test_a_right_key_is_left_in_peace(seed: int) -> None:
    answers = turn_reversed(likert(WAI_SR, 100, seed=seed, loading=0.5), WAI_SR)
    assert suspect_items(answers, np.arange(100)) == []


@pytest.mark.parametrize(
    "answers",
    [np.empty((0, 5)), np.ones((1, 5)), np.ones((40, 5)), np.full((40, 5), np.nan), np.random.default_rng(1).random((9, 2))],
    ids=["none", "one rating", "constant", "unanswered", "two items"],
)
def test_nothing_is_said_where_nothing_can_be(answers: np.ndarray) -> None:
    assert suspect_items(answers, np.arange(len(answers))) == []


def test_a_constant_item_is_not_estimable_and_hurts_no_other() -> None:
    answers = turn_reversed(likert(WAI_SR, 300), WAI_SR)
    answers[:, 2] = 4
    found = item_rest(answers, OWN_ROWS)
    assert np.flatnonzero(np.isnan(found.correlation)).tolist() == [2]
    assert suspect_items(answers, OWN_ROWS) == []


@pytest.mark.parametrize(("true", "used"), [("wai_sr", "wai_s"), ("wai_s", "wai_sr")])
def test_the_other_forms_key_is_found(true: str, used: str) -> None:
    answers = likert(on_seven(true), 200, seed=7)
    found = suspect_items(turn_reversed(answers, on_seven(used)), np.arange(200))
    (sibling,) = better_siblings(answers, np.arange(200), on_seven(used), "client", KNOWN, found)
    assert sibling.instrument == true
    assert sibling.other_subscale == (8, 10)
    assert sibling.other_direction == (4, 10)


def test_the_other_forms_key_is_found_where_a_site_has_turned_its_items() -> None:
    answers = turn_reversed(likert(on_seven("wai_s"), 400, seed=8, loading=0.5, specific=0.5), on_seven("wai_s"))
    (sibling,) = better_siblings(answers, np.arange(400), on_seven("wai_sr"), "client", KNOWN, [])
    assert sibling.instrument == "wai_s"
    assert sibling.chi2_gain > 10


@pytest.mark.parametrize("name", ["wai_s", "wai_sr"])
@pytest.mark.parametrize("seed", range(5))
def test_the_right_form_has_no_better_sibling(name: str, seed: int) -> None:
    answers = likert(on_seven(name), 150, seed=seed)
    assert better_siblings(answers, np.arange(150), on_seven(name), "client", KNOWN, []) == []


def test_a_flipped_item_is_not_taken_for_another_form() -> None:
    answers = likert(WAI_SR, 300, seed=2)
    answers[:, 6] = 6 - answers[:, 6]
    (check,) = check_items(ratings(answers, WAI_SR), OWN_ROWS, WAI_SR, KNOWN)
    assert [suspect.item for suspect in check.suspects] == [7]
    assert check.siblings == ()


def test_the_sibling_forms_differ_by_items_8_and_10() -> None:
    assert key_differences(KNOWN["wai_s"], WAI_SR) == ((8, 10), (4, 10))


def test_a_wrong_form_stops_the_run_and_says_why() -> None:
    answers = likert(on_seven("wai_s"), 200, seed=7)
    checks = check_items(ratings(answers, on_seven("wai_sr")), np.arange(200), on_seven("wai_sr"), KNOWN)
    with pytest.raises(
        MeasureError, match="the answers fit the key of `wai_s` better than that of `wai_sr`: items 4, 10 run"
    ):
        raise MeasureError([key_problem(*found) for found in stopping_findings(checks)])


def test_a_flipped_item_stops_the_run_unless_overruled() -> None:
    answers = likert(WAI_SR, 300, seed=2)
    answers[:, 6] = 6 - answers[:, 6]
    table = ratings(answers, WAI_SR)
    (found,) = stopping_findings(check_items(table, OWN_ROWS, WAI_SR, KNOWN))
    problem = key_problem(*found)
    assert problem.what.startswith("item 7 runs against its key: as keyed it correlates -0.")
    overruled = check_items(table, OWN_ROWS, WAI_SR, KNOWN, overrule=("wai_sr",))
    assert list(stopping_findings(overruled)) == []
    assert suspect_text(overruled[0].suspects[0]) == problem.what


def test_what_chance_may_explain_does_not_stop_the_run() -> None:
    answers = turn_reversed(likert(WAI_SR, 12, seed=3, loading=0.3, specific=0.0), WAI_SR)
    checks = check_items(ratings(answers, WAI_SR), np.arange(12), WAI_SR, KNOWN)
    assert checks[0].suspects
    assert not any(suspect.certain for suspect in checks[0].suspects)
    assert list(stopping_findings(checks)) == []


def test_a_scale_whose_ends_are_never_used_is_pointed_out() -> None:
    answers = likert(WAI_SR, 300)
    (check,) = check_items(ratings(answers, on_seven("wai_sr")), OWN_ROWS, on_seven("wai_sr"), KNOWN)
    assert check.unused == (0, 2)
    assert unused_text("wai_sr", check.unused) == (
        "no item is ever answered with the 2 highest of the scale's answers: if the form has a shorter scale, set "
        "measures.scales.wai_sr, or reversed items are scored wrongly"
    )
    (right,) = check_items(ratings(answers, WAI_SR), OWN_ROWS, WAI_SR, KNOWN)
    assert right.unused == (0, 0)


def test_items_outside_the_total_are_held_to_their_own_subscale() -> None:
    instrument = WAI_SR.model_copy(
        update={"total_items": tuple(range(1, 9)), "subscales": {"good": tuple(range(1, 9)), "bad": (9, 10, 11, 12)}}
    )
    answers = likert(WAI_SR, 300)
    answers[:, 8:] = 6 - answers[:, 8:]
    assert against_key(answers, OWN_ROWS, instrument) == []
    answers[:, 10] = 6 - answers[:, 10]
    assert [found.item for found in against_key(answers, OWN_ROWS, instrument)] == [11]


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_gaps_do_not_hide_a_flipped_item(share: float) -> None:
    instrument = KNOWN["wai_36"]
    answers = turn_reversed(likert(instrument, 200, seed=3, loading=0.6, shift=1.2), instrument)
    answers[:, 20] = 8 - answers[:, 20]
    answers[np.random.default_rng(1).random(answers.shape) < share] = np.nan
    (found,) = suspect_items(answers, np.arange(200))
    assert found.item == 21


def test_a_rating_without_a_known_session_is_a_client_of_its_own() -> None:
    table = pd.DataFrame({"session_id": ["S1", "S2", "S3", "S4"]})
    sessions = pd.DataFrame({"session_id": ["S1", "S2"], "client_id": ["C1", "C1"]})
    assert client_codes(table, sessions).tolist() == [0, 0, 1, 2]
