"""The gate: what it hides, rounds and refuses."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.errors import DisclosureError
from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import WITHHELD_TEXT, Gate
from pipeline.disclosure.neutral import csv_cell, csv_text, markdown_text, visible_text
from pipeline.disclosure.rules import Rules, counts_behind, rounded
from pipeline.disclosure.shown import Shown, derived_number, insist_cleared, released_data
from pipeline.disclosure.steps import LEAST_P, p_shown, p_text, setting_shown
from pipeline.results.backing import Backing
from pipeline.results.manifests import HeldBack


@given(st.integers(0, 10_000), st.integers(1, 30))
def test_a_released_count_stands_for_every_count_that_rounds_to_it(count: int, base: int) -> None:
    low, high = counts_behind(rounded(count, base), base)
    assert low <= count <= high
    assert {rounded(n, base) for n in range(low, high + 1)} == {rounded(count, base)}
    assert rounded(high + 1, base) != rounded(count, base)


@given(st.integers(0, 30))
def test_a_small_count_is_hidden_whatever_it_is(count: int) -> None:
    census = Census()
    gate = Gate(Rules(), census)
    census.add(("x",), count)
    shown = Gate(Rules(), census).count(("x",))
    assert shown.hidden == (count < 10)
    assert (shown.value is None) == shown.hidden
    assert gate.rules.min_cell == 10


def test_a_small_group_is_told_by_clients_not_rows() -> None:
    census = Census()
    census.add(("x",), 500, clients=9)
    assert Gate(Rules(), census).count(("x",)).hidden


def test_a_small_rest_is_hidden_too() -> None:
    census = Census()
    census.add(("all",), 100)
    census.add(("most",), 91, part_of=("all",))
    census.add(("many",), 90, part_of=("all",))
    gate = Gate(Rules(), census)
    assert gate.count(("most",)).text == "nearly all"
    assert gate.count(("many",)).text == "90"


def test_internal_shows_exact_counts() -> None:
    census = Census()
    census.add(("x",), 3)
    assert Gate(Rules(release="internal"), census).count(("x",)).text == "3"


def test_percentages_come_from_rounded_counts() -> None:
    census = Census()
    census.add(("all",), 52)
    census.add(("part",), 13, part_of=("all",))
    assert Gate(Rules(), census).share(("part",), ("all",)).text == "30%"  # 15 of 50, not 13 of 52


def test_rows_do_not_tell_none_from_few() -> None:
    gate = Gate(Rules(), Census())
    assert [gate.rows(n, 50).text for n in (0, 1, 9, 10, 13)] == ["·", "·", "·", "10", "15"]


def test_a_key_stands_for_one_count() -> None:
    census = Census()
    census.add(("x",), 3)
    with pytest.raises(ValueError, match="two counts"):
        census.add(("x",), 4)


def test_a_sum_must_add_up() -> None:
    census = Census()
    for name, count in (("t", 5), ("a", 2), ("b", 2)):
        census.add((name,), count)
    with pytest.raises(ValueError, match="add up"):
        census.tie(("t",), [("a",), ("b",)])


@pytest.mark.parametrize("naked", [3, 0.5, [1], {"a": {"b": 2}}, (Shown("1", 1), 7)])
def test_a_number_that_did_not_pass_the_gate_is_refused_and_not_told(naked: object) -> None:
    with pytest.raises(DisclosureError) as caught:
        insist_cleared(naked)
    assert not any(char.isdigit() for char in str(caught.value))


def test_cleared_data_pass() -> None:
    value = {"a": [Shown("1", 1), "text", None, True], "b": setting_shown(2.5, 1)}
    insist_cleared(value)
    assert released_data(value) == {"a": [1, "text", None, True], "b": 2.5}


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-2", "-2"), ("-cmd", "'-cmd"), ("@SUM(A1)", "'@SUM(A1)"), ("−3.5", "−3.5"),
     ("12%", "12%"), ("\t=1", "'=1"), ("\u202e=1", "'=1"), ("[−0.1, 0.2]", "[−0.1, 0.2]")],
)  # fmt: skip
def test_no_cell_is_a_formula(text: str, cell: str) -> None:
    assert csv_cell(text) == cell


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), max_size=5))
def test_any_text_survives_csv_as_cells(rows: list[list[str]]) -> None:
    parsed = list(csv.reader(io.StringIO(csv_text(["a", "b", "c"], rows))))
    assert parsed[0] == ["a", "b", "c"]
    assert [len(row) for row in parsed[1:]] == [3] * len(rows)
    assert all(not cell.startswith(("=", "@")) for row in parsed[1:] for cell in row)


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "[x](javascript:1)", "![x](y)", "`$(id)`", "\\<script>", "<!-- x"]
)
def test_no_reader_of_markdown_finds_a_tag_a_link_or_code(text: str) -> None:
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": True}).render(f"# {markdown_text(text)}")
    assert re.fullmatch(r"<h1>[^<]*</h1>\n", html), html
    assert unescape(html).removeprefix("<h1>").removesuffix("</h1>\n") == text


def test_direction_and_control_marks_go() -> None:
    assert visible_text("a\u202eb\u200fc\x00d\ne") == "abcd e"


def test_a_code_that_few_have_is_neither_named_nor_recorded() -> None:
    census = Census()
    for key, count in ((("clients",), 120), (("theme", "custody"), 9), (("theme", "housing"), 60)):
        census.add(key, count, label=key[0] == "theme")
    gate = Gate(Rules(), census)
    assert [gate.names(("theme", code)) for code in ("custody", "housing")] == [False, True]
    assert "custody" not in str(gate.record())


def test_many_rows_of_few_clients_are_withheld_and_none_is_told_like_few() -> None:
    gate = Gate(Rules(), Census())
    assert gate.rows(60, 8).hidden
    assert gate.rows(60, 12).text == "60"
    assert gate.rows(0, 50).text == gate.rows(9, 50).text == gate.mark
    assert gate.part(95, 100, 50).text == "nearly all"
    assert gate.part(85, 100, 50).text == "85"


@pytest.mark.parametrize(
    ("behind", "withheld"),
    [
        (Backing(12), False),
        (Backing(9), True),
        (Backing(12, workers=4), True),
        (Backing(12, workers=5), False),
        (Backing(10, largest=200 / 209, second=1 / 209), True),  # (n, k)
        (Backing(10, largest=0.6, second=0.29), False),
        (Backing(10, largest=0.5, second=0.46), True),  # p%: the second knows the first to within 4 of 50
    ],
)
def test_a_count_that_one_or_two_clients_or_few_workers_stand_for_is_withheld(behind: Backing, withheld: bool) -> None:
    census = Census()
    census.add(("episodes",), 210, behind)
    gate = Gate(Rules(), census)
    assert gate.count(("episodes",)).hidden == gate.rows(210, behind).hidden == withheld


@pytest.mark.parametrize("low", [{"min_cell": 4}, {"round_to": 2}, {"min_workers": 3}])
def test_a_public_release_has_floors(low: dict[str, int]) -> None:
    with pytest.raises(DisclosureError, match=next(iter(low))):
        Rules(**low)  # type: ignore[arg-type]
    assert Rules(**low, release="internal").exact  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["She was born on 10/12/1984.", "call 212-555-0147", "12 of 40 clients, as in 2019"])
def test_a_text_leaves_unaltered_or_not_at_all(text: str) -> None:
    gate = Gate(Rules(), Census(), screen=lambda given: "date" if "/" in given or "-" in given else None)
    assert gate.text(text, "claims") in (text, WITHHELD_TEXT)
    assert Gate(Rules(release="internal"), Census(), screen=lambda _: "date").text(text) == text


def test_a_withheld_text_is_counted_and_not_told() -> None:
    gate = Gate(Rules(), Census(), screen=lambda _: "date")
    assert gate.text("She was born on 10/12/1984.", "claims") == WITHHELD_TEXT
    assert gate.record() == [HeldBack(where="claims", rule="text", places=5)]


NOTHING = (None, math.nan, math.inf)
KINDS: dict[str, Callable[[Gate, float | None, int], Shown]] = {
    "statistic": lambda gate, value, people: gate.statistic(value, 0.1, people),
    "std_error": lambda gate, value, people: gate.std_error(value, people),
    "mean": lambda gate, value, people: gate.mean(value, 1.0, people),
    "spread": lambda gate, value, people: gate.spread(value, people),
    "correlation": lambda gate, value, people: gate.correlation(value, people),
    "variance": lambda gate, value, people: gate.variance(value, people),
    "portion": lambda gate, value, people: gate.portion(value, people),
    "df": lambda gate, value, people: gate.df(value, people),
    "p_value": lambda gate, value, people: gate.p_value(value, people),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_number_is_missing_and_not_hidden(kind: str) -> None:
    gate = Gate(Rules(), Census())
    for value in NOTHING:
        shown = KINDS[kind](gate, value, 50)
        assert (shown.value, shown.hidden) == (None, False)
    assert not gate.held_back


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_over_too_few_is_hidden_in_public_and_held_back_on_record(kind: str) -> None:
    gate = Gate(Rules(), Census())
    assert KINDS[kind](gate, 0.4, 3).hidden
    assert gate.held_back.total() == 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("df", "std_error")])
def test_inside_the_team_a_number_is_shown_as_it_is(kind: str) -> None:
    shown = KINDS[kind](Gate(Rules(release="internal"), Census()), 0.4321, 50)
    assert shown.value == pytest.approx(0.4321, abs=0.006)
    assert not shown.hidden


def test_an_end_that_is_not_known_is_missing_beside_the_others() -> None:
    estimate, low, high = Gate(Rules(), Census()).interval(0.3, (0.1, None), 0.1, 200)
    assert estimate.value is not None
    assert low.value is not None
    assert (high.value, high.hidden) == (None, False)


def test_an_interval_inside_the_team_is_as_it_is_and_one_without_an_error_or_an_estimate_is_not_shown_in_public() -> None:
    team, public = Gate(Rules(release="internal"), Census()), Gate(Rules(), Census())
    assert [one.value for one in team.interval(0.31, (0.1, None), 0.1, 3)] == [0.31, 0.1, None]
    assert [one.hidden for one in public.interval(0.31, (0.1, 0.5), None, 200)] == [True, True, True]
    assert [one.hidden for one in public.interval(None, (0.1, 0.5), None, 200)] == [False, True, True]  # there is none
    assert [one.hidden for one in public.interval(0.31, (0.1, 0.5), 0.1, 3)] == [True, True, True]


def test_a_correlation_of_so_few_that_each_could_turn_it_is_hidden() -> None:
    gate = Gate(Rules(min_cell=5, release="internal"), Census())
    assert gate.correlation(0.4, 5).value == 0.4
    hidden = [n for n in range(10, 40) if Gate(Rules(), Census()).correlation(0.0, n).hidden]
    assert hidden == list(range(10, 10 + len(hidden)))


def test_rows_and_workers_inside_the_team_are_exact() -> None:
    team = Gate(Rules(release="internal"), Census())
    assert [team.rows(3, 1).text, team.workers(2).text, team.part(2, 3, 1).text] == ["3", "2", "2"]


def test_a_place_cannot_be_worked_out_from_a_hidden_number() -> None:
    assert derived_number(-0.5, Shown("1", 1)) == Shown("−0.5", -0.5)
    for hidden in ((), (Shown("1", 1), Shown("", None, hidden=True))):
        with pytest.raises(DisclosureError, match="not shown"):
            derived_number(0.5, *hidden)


def test_a_key_is_named_by_the_alias_of_what_no_release_shows() -> None:
    census = Census()
    census.aliases["agency-7"] = "agency"
    assert census.name(("clients", "agency-7")) == "clients / agency"


def test_a_spread_that_could_not_be_told_from_none_is_hidden() -> None:
    assert Gate(Rules(), Census()).spread(1e-6, 20, ends=(1.0, 5.0)).hidden


def test_one_sum_is_noted_once_and_only_over_counts_that_were_entered() -> None:
    census = Census()
    total, one, other = (
        census.add(("t",), 7, Backing(7)),
        census.add(("a",), 3, Backing(3)),
        census.add(("b",), 4, Backing(4)),
    )
    for _ in range(2):
        census.tie(total, (one, other))
    assert len(census.sums) == 1
    with pytest.raises(ValueError, match="never entered"):
        census.tie(total, (one, ("c",)))
    with pytest.raises(ValueError, match="do not add up"):
        census.tie(total, (one,))
    with pytest.raises(ValueError, match="two counts"):
        census.add(("a",), 4, Backing(4))


@pytest.mark.parametrize(("value", "text"), [(0.0, "< .001"), (0.0004, "< .001"), (0.004, "= .004"), (0.2, "= .2")])
def test_a_released_p_value_is_never_nought(value: float, text: str) -> None:
    shown = p_shown(value, LEAST_P, 0.05).value
    assert shown is not None
    assert p_text(shown) == text
