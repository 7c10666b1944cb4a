"""A growing study released again and again: what stays the same, and what somebody who has two releases can tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.errors import DisclosureError
from pipeline.description.summary import describe
from pipeline.disclosure.census import Census
from pipeline.disclosure.former import NEARLY_ALL, WITHHELD, Former, former, merged
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.manifest import manifest
from pipeline.disclosure.rules import Rules, rounded
from tests.disclosure.newcomer import released, told, without
from tests.disclosure.random_releases import releases
from tests.report.studies import full_study

NEWCOMERS, CHAIN = 2, 6  # many more: python -m benchmarks.disclosure


def one_count(count: int, before: int | str | None = None, clients: int | None = None) -> Gate:
    census = Census()
    census.add(("x",), count, clients)
    return Gate(Rules(), census, Former({} if before is None else {"x": before}))


def test_rounding_alone_moves_a_count_in_one_draw_of_five() -> None:
    moved = [rounded(n + 1, 5) != rounded(n, 5) for n in range(10, 1010)]
    assert sum(moved) / len(moved) == 1 / 5


@given(st.integers(0, 200), st.one_of(st.none(), st.integers(0, 300), st.sampled_from([WITHHELD, NEARLY_ALL])))
def test_whatever_the_record_says_no_small_count_is_shown_and_no_number_is_far_off(
    count: int, before: int | str | None
) -> None:
    shown = one_count(count, before).count(("x",))
    assert shown.hidden or count >= 10
    assert shown.value is None or (shown.value % 5 == 0 and abs(shown.value - count) < 10)


@pytest.mark.parametrize(("count", "text"), [(40, "40"), (49, "40"), (31, "40"), (50, "50"), (30, "30"), (9, "·")])
def test_a_number_stays_until_the_count_is_two_steps_away(count: int, text: str) -> None:
    assert one_count(count, 40).count(("x",)).text == text


@pytest.mark.parametrize(("count", "hidden"), [(10, True), (19, True), (20, False)])
def test_a_withheld_count_stays_so_until_well_above_the_smallest_cell(count: int, hidden: bool) -> None:
    assert one_count(count, WITHHELD).count(("x",)).hidden == hidden
    assert not one_count(count).count(("x",)).hidden


def test_a_count_of_rows_stays_for_as_many_clients_rows() -> None:
    assert one_count(1049, 1000, clients=200).count(("x",)).text == "1,000"  # ten clients have some 52 rows
    assert one_count(1053, 1000, clients=200).count(("x",)).text == "1,055"


@pytest.mark.parametrize(
    ("clients", "before", "holds"), [(154, 150, True), (155, 150, False), (12, WITHHELD, True), (15, WITHHELD, False)]
)
def test_an_edition_lasts_until_the_clients_are_a_step_away(clients: int, before: int | str, holds: bool) -> None:
    assert Former({"clients": before}).holds("clients", clients, Rules()) == holds


def test_no_count_of_clients_outgrows_its_edition() -> None:
    """Pure growth: from any first count, while the number of clients holds, no count under it crosses its own bounds."""
    for clients in range(100, 105):
        first = Former({"clients": rounded(clients, 5)})
        growth = next(g for g in range(20) if not first.holds("clients", clients + g, Rules())) - 1
        for count in range(10, 60):
            before = rounded(count, 5)
            assert one_count(count + growth, before).count(("x",)).value == before
        assert all(one_count(count + growth, WITHHELD).count(("x",)).hidden for count in range(10))


def test_a_newcomer_moves_nothing_and_is_not_told() -> None:
    study = full_study()
    after = describe(study)
    without_record = 0
    for client in study.clients["client_id"].head(NEWCOMERS):
        first, one = released(describe(without(study, client)), Former())
        second, two = released(after, Former(first))
        assert second == first
        assert told(first, one, second, two) == 0
        without_record += told(first, one, *released(after, Former()))
    assert without_record > 0  # the same attack succeeds


def test_nobody_of_a_row_of_newcomers_is_told() -> None:
    study = full_study()
    growing = [study]
    for client in study.clients["client_id"].head(CHAIN):
        growing.append(without(growing[-1], client))
    before, (last, one) = {}, released(describe(growing.pop()), Former())
    editions = 1
    for later in reversed(growing):
        record = merged({**RULES, "counts": before}, {"rules": RULES, "counts": last})["counts"]
        new, two = released(describe(later), Former(record))
        assert told(last, one, new, two, before) == 0
        editions += new != last
        before, (last, one) = record, (new, two)
    assert 2 <= editions <= 1 + CHAIN // 3


RULES = {"min_cell": 10, "round_to": 5}


def test_the_same_study_again_is_the_same_release() -> None:
    for census in releases(21, 20):
        first = Gate(Rules(), census)
        shown = {key: first.count(key).text for key in census.cells}
        again = Gate(Rules(), census, Former(dict(first.released)))
        assert {key: again.count(key).text for key in census.cells} == shown
        assert again.released == first.released


def test_the_record_is_what_was_shown_and_keeps_what_is_no_longer_shown() -> None:
    gate = one_count(13)
    gate.count(("x",))
    listed = manifest({}, Rules(), gate.record(), gate.released)
    record = merged({**RULES, "counts": {"gone": 50, "x": 99}}, listed)
    assert record == {**RULES, "counts": {"gone": 50, "x": 15}}
    assert former(record, Rules()) == Former({"gone": 50, "x": 15})
    assert former(record, Rules(min_cell=20)) == Former()


@pytest.mark.parametrize(
    "record",
    [None, [], {}, {"counts": {"x": 1.5}}, {"counts": {"x": -5}}, {"counts": {"x": True}}, {"counts": {"x": "seven"}}],
)
def test_anything_else_is_no_record(record: object) -> None:
    with pytest.raises(DisclosureError, match=r"released\.json"):
        former(record, Rules())


def test_no_agency_is_named_in_a_record() -> None:
    study = full_study()
    first, _ = released(describe(study), Former())
    assert any("Agency 1" in name for name in first)
    assert not [name for name in first for agency in study.clients["agency_id"].unique() if agency in name]


def test_sentences_keep_their_counts_too() -> None:
    gate = Gate(Rules(), Census())
    assert gate.prose("23 workers and 1,234 ratings", "w") == "25 workers and 1,235 ratings"
    again = Gate(Rules(), Census(), Former(dict(gate.released)))
    assert again.prose("28 workers and 1,240 ratings", "w") == "25 workers and 1,235 ratings"
    assert Gate(Rules(), Census()).prose("28 workers and 1,240 ratings", "w") == "30 workers and 1,240 ratings"
