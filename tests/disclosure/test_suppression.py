"""Secondary suppression, attacked by somebody who has the whole release and a linear program."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pipeline.disclosure.audit import census_components, exposed_counts
from pipeline.disclosure.census import Census
from pipeline.disclosure.draft import Draft
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.disclosure.suppression import suppressed
from tests.disclosure.random_releases import attack, narrow, release_of, releases, tables

TABLES, RELEASES = 25, 5  # the whole attack is `python -m tests.disclosure.random_releases`


def one_row(*counts: int) -> Census:
    census = Census()
    census.add(("all",), sum(counts))
    for i, count in enumerate(counts):
        census.add((str(i),), count)
    census.tie(("all",), [(str(i),) for i in range(len(counts))])
    return census


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ((50, 60), set()),
        ((3, 50), {"0", "1"}),  # 55 - 50 would give the 3 away
        ((0, 50), {"0", "1"}),  # and none is told like few
        ((3, 4, 50, 12), {"0", "1"}),  # together they are 4 to 16, for all one can know
        ((3, 50, 60), {"0"}),  # rounding alone leaves the 3 anywhere from 0 to 10
    ],
)
def test_what_is_hidden_in_one_row(counts: tuple[int, ...], hidden: set[str]) -> None:
    assert {key[0] for key in suppressed(Draft(one_row(*counts), Rules()))} == hidden


def test_a_cell_hidden_in_one_table_cannot_be_had_from_another() -> None:
    census = one_row(3, 20, 30)
    census.add(("other a",), 23)
    census.tie(("other a",), [("0",), ("1",)])
    assert not narrow(release_of(census))
    assert len(suppressed(Draft(census, Rules()))) > 1


def test_where_the_solver_gives_up_more_is_hidden_not_less(monkeypatch: pytest.MonkeyPatch) -> None:
    census = one_row(3, 4, 50, 12)
    found = suppressed(Draft(census, Rules()))
    gave_up = SimpleNamespace(status=1, x=None)  # of HiGHS: its limit of iterations
    monkeypatch.setattr("scipy.optimize.linprog", lambda *_, **__: gave_up)
    assert found < suppressed(Draft(census, Rules()))


def test_a_count_hidden_with_its_total_could_be_any() -> None:
    census = one_row(3, 50)
    (component,) = census_components(census)
    draft = Draft(census, Rules())
    assert exposed_counts(component, draft, frozenset({("0",), ("all",)})) == []
    assert exposed_counts(component, draft, frozenset({("0",)})) == [("0",)]


def test_internal_hides_nothing() -> None:
    assert suppressed(Draft(one_row(3, 50), Rules(release="internal"))) == frozenset()


@pytest.mark.parametrize("made", [tables(11, TABLES), releases(12, RELEASES)], ids=["tables", "releases"])
def test_no_hidden_count_can_be_pinned_down(made: object) -> None:
    hidden = 0
    for census in made:  # type: ignore[attr-defined]
        release = release_of(census)
        found = attack(release)
        hidden += len(found)
        assert not narrow(release)
        for key, (low, high) in found.items():
            assert low <= census.cells[key].count <= high
    assert hidden > TABLES  # an attack on nothing would prove nothing


def test_every_small_count_is_hidden_and_every_shown_one_is_rounded() -> None:
    for census in releases(13, RELEASES):
        gate = Gate(Rules(), census)
        for key, cell in census.cells.items():
            shown = gate.count(key)
            assert shown.hidden or (shown.value is not None and shown.value % 5 == 0 and abs(shown.value - cell.count) <= 2)
            assert shown.hidden or cell.count >= 10
        assert Draft(census, Rules()).small <= suppressed(Draft(census, Rules()))
