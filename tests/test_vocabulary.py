"""The vocabulary names every code there is, once, and of the kind the tables give it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.base import options
from pipeline.results.attempt import State
from pipeline.results.fit import Ceiling
from pipeline.results.reason import note, reason
from pipeline.results.verdict import Rule
from pipeline.tables.canonical import Clients, Sessions, Workers
from pipeline.vocabulary import domain, results

ROOT = Path(__file__).parent.parent
CLOSED: list[tuple[Mapping[Any, Any], Any]] = [
    (domain.MODES, options.Mode),
    (domain.SETTINGS, options.Setting),
    (domain.LEVELS, options.Level),
    (domain.PHASES, options.Phase),
    (domain.MODALITIES, options.Modality),
    (domain.ATTENDANCE, options.Attendance),
    (domain.INITIATORS, options.Initiator),
    (domain.RATERS, options.Rater),
    (domain.EFFECTS, options.Effect),
    (domain.EPISODE_FACTS, options.EpisodeFact),
    (results.RULES, Rule),
    (results.STATES, State),
    (results.CEILINGS, Ceiling),
]
KINDS = {"boolean": "flag", "number": "number", "code": "code", "band": "code", "codes": "list", "id": "code"}


@pytest.mark.parametrize(("words", "codes"), CLOSED, ids=lambda value: "" if isinstance(value, Mapping) else str(value)[:40])
def test_every_code_has_words_and_no_other_has(words: Mapping[str, str], codes: Any) -> None:
    assert sorted(words) == sorted(get_args(codes))
    assert all(words.values())


def test_columns_are_those_of_the_tables() -> None:
    tables = {"sessions": Sessions, "clients": Clients, "workers": Workers}
    for column in domain.COLUMNS.values():
        if column.where == "linked":
            continue
        own = tables[column.where].columns[column.name]
        assert column.kind == KINDS[own.kind], column.name


def test_a_fact_is_told_with_its_counts_only_where_that_is_asked() -> None:
    found = reason("few_workers", limits={"min_workers": 3}, workers=1)
    assert results.reason_text(found, exact=True) == "1 worker, and at least 3 are needed"
    assert results.reason_text(found) == "there are too few workers: at least 3 are needed"
    assert results.note_text(note("no_such_note")) == "no such note"


@pytest.mark.parametrize("table", [results.REASONS, results.NOTES], ids=["reasons", "notes"])
def test_what_may_be_printed_holds_no_count(table: Mapping[str, results.Words]) -> None:
    counts = {"workers", "clients", "ratings", "events", "of", "levels", "evaluations"}
    for code, words in table.items():
        places = set(re.findall(r"\{(\w+?)(?:_n)?\}", words.plain or words.exact))
        assert not places & counts or code == "converged", code
