"""A file called after somebody comes in under another name, or is refused by its number."""

from __future__ import annotations

import pytest

from pipeline.start.file_names import brought_as, held_back
from pipeline.start.questions import meanings


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("Maria Gonzalez sessions.csv", "sessions.csv"),
        ("wai_jgarcia.xlsx", "wai.xlsx"),
        ("Kim Lee.CSV", "table.csv"),
        ("Anneliese-Tempelhof_advocacy_log.sav", "advocacy_log.sav"),
        ("wai_2023.csv", "wai_2023.csv"),
        ("Session Ratings Export 2024.xlsx", "Session Ratings Export 2024.xlsx"),
    ],
)
def test_a_copy_keeps_only_a_name_that_is_nobodys(name: str, becomes: str) -> None:
    assert brought_as(name, ()) == becomes


def test_two_of_them_stay_two() -> None:
    assert brought_as("Kim Lee sessions.csv", {"sessions.csv"}) == "sessions_2.csv"


def test_one_that_must_stay_is_refused_by_its_number() -> None:
    problem = held_back(2, "maria_gonzalez.csv")
    assert problem is not None
    assert problem.where == "file 2"
    assert "gonzalez" not in str(problem)
    assert held_back(1, "sessions.csv") is None


@pytest.mark.parametrize("answer", ["Maria Gonzalez=female", "1=maria_gonzalez", "Gonzalez=female"])
def test_an_answer_that_fits_nothing_is_not_repeated_where_it_may_name_somebody(answer: str) -> None:
    check = meanings(["1", "2"], ["female", "male"], is_open=False, may_skip=True)
    assert check(answer)
    assert "onzalez" not in check(answer)
    assert "holds no J" in check("J=female")
    assert "femal: no meaning" in check("1=femal")
