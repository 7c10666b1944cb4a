"""Names that are on no list: asked about by their form, and never refused."""

from __future__ import annotations

import re

import pytest

from pipeline.base.params import load
from pipeline.ingest.unlisted import asked_about, may_name
from pipeline.ingest.written import Written, told_by
from pipeline.measures.library import shipped
from tests.project import ROOT


@pytest.mark.parametrize(
    "text",
    [
        "After visits Kim Lee rates the alliance higher.",
        "Ann Lee gains",
        "The clients of Anneliese Tempelhof gain more.",
        "Ratings by M. Gonzalez",
        "Kim J. Lee gains more than others.",
        "Siobhán O'Brien and her worker",
    ],
)
def test_a_name_on_no_list_is_asked_about(text: str) -> None:
    assert may_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "Joint Advocacy and the Working Alliance in Child Welfare",
        "Going Together: Advocacy in Cook County, 2019 to 2024",
        "Mental Health Services of New York State",
        "Does Joint Advocacy Deepen the Working Alliance?",
        "After weeks with more joint advocacy than usual, clients rate the alliance higher.",
        "Spanish and English; the Session Rating Scale",
        "Horvath & Greenberg (1989), Journal of Counseling Psychology 36, 223-233; client form",
        "",
    ],
)
def test_words_of_the_field_and_places_are_not(text: str) -> None:
    assert not may_name(text)


def test_the_shipped_texts_are_not_asked_about() -> None:
    params = load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    assert not list(asked_about(told_by(params)))
    assert not [one.title for one in shipped().values() if may_name(one.title)]
    prose = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [line for line in re.split(r"[\n.]", prose) if may_name(line)]


def test_the_place_is_told_and_the_text_is_not() -> None:
    texts = [
        Written("study.title", "title", "Kim Lee and we"),
        Written("sources.tables.sessions.columns.day", "day", "Kim Lee"),
    ]
    assert list(asked_about(texts)) == ["study.title"]
