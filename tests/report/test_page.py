"""The page: hostile text stays text, prose and tables agree, equal input gives equal bytes."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest

from pipeline.report.numbers import NO_BREAK
from pipeline.report.page import render
from pipeline.report.release import build
from tests.report.results import VERDICTS, built, foreign_sources, name_of, params, sources
from tests.report.studies import full_study

HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% for x in y %}",
    "\\input{/etc/passwd} $x$",
    "#import sys; =HYPERLINK(1)",
    "' onmouseover=alert(1) x='",
    "</style><img src=x onerror=alert(1)>",
)


class Page(HTMLParser):
    """What a browser would see: tags with attributes, ids, links, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@cache
def page_of(verdicts: tuple[str, ...] = VERDICTS, **options: Any) -> tuple[str, Page]:
    html = render(built(verdicts, **options))
    return html, Page(html)


@pytest.mark.parametrize("claim", HOSTILE)
def test_hostile_claims_stay_text(claim: str) -> None:
    claims = tuple(text.replace("\\", "\\\\").replace('"', "'") for text in HOSTILE)
    _, page = page_of(VERDICTS[: len(HOSTILE)], claims=claims)
    assert claim in page.text
    assert not {"script", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert not [attrs for _, attrs in page.tags if any(name.startswith("on") for name in attrs)]
    assert all((attrs["src"] or "").startswith("data:image/svg+xml;base64,") for tag, attrs in page.tags if tag == "img")


def test_nothing_is_asked_of_the_network() -> None:
    html, page = page_of()
    assert not [attrs for tag, attrs in page.tags if tag in ("link", "script", "base")]
    assert not re.search(r"https?://|@import|url\(", html)
    assert "default-src 'none'" in html


def test_every_anchor_resolves_and_ids_are_unique() -> None:
    _, page = page_of()
    ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    targets = [(attrs["href"] or "")[1:] for tag, attrs in page.tags if tag == "a"]
    assert set(targets) <= set(ids)


def test_simulated_says_so_in_title_and_on_top() -> None:
    html, page = page_of(("supported",))
    assert "<title>Simulated: " in html
    assert page.text.index("Simulated data") < page.text.index("The answer")
    real, _ = page_of(("supported",), origin="real")
    assert "imulated" not in real


def test_internal_says_so() -> None:
    html, _ = page_of(("supported",), extra="privacy: { release: internal }")
    assert "<title>Simulated: Internal: " in html
    assert "This must not leave the team." in html


@pytest.mark.parametrize("verdict", [verdict for verdict in VERDICTS if verdict != "not estimable"])
def test_every_number_of_the_prose_stands_in_its_table(verdict: str) -> None:
    card = next(card for card in built().cards if card.name == name_of(verdict))
    assert card.effect is not None
    table = " ".join(str(cell) for line in card.effect.lines for cell in line.cells) + card.effect.note
    prose = card.headline.replace(NO_BREAK, " ").replace("95% CI", "").replace("90% CI lies within ±0.1", "")
    spoken = re.findall(r"−?\d*\.\d+", prose)
    assert spoken
    missing = [number for number in spoken if number.lstrip("−") not in table]
    assert not missing


def test_the_same_twice() -> None:
    assert page_of()[0] == render(built.__wrapped__())


def test_a_study_without_advocacy_log_has_a_whole_measurement_part() -> None:
    report, _ = build(*foreign_sources())
    html = render(report)
    assert "no advocacy log" in html
    assert report.courses
    assert "Could not be estimated: no advocacy log." in html
    assert not report.exposure


def test_a_tiny_study_shows_no_number_of_its_clients() -> None:
    only = ("not estimable",)
    report, _ = build(params(only), sources(full_study(4), only))
    assert all(str(cell) in ("·", "") for line in report.people[0].lines for cell in line.cells)
    assert not report.courses


def test_no_id_and_no_exact_count_of_the_data_is_on_the_page() -> None:
    study = full_study()  # the one described for the report
    report = built(("supported",))
    text = render(report)
    text = re.sub(r'src="data:[^"]*"', "", text) + "".join(table.csv() for table in report.tables)
    names = [*study.clients["client_id"], *study.clients["agency_id"].unique(), *study.sessions["worker_id"].unique()]
    assert not [name for name in names if name in text]
    for count in (len(study.occasions), *study.advocacy["mode"].value_counts()):  # type: ignore[index]
        assert count % 5 == 0 or not re.search(rf"\b{count:,}\b|\b{count}\b", text)


def test_a_hypothesis_a_card() -> None:
    report = built()
    assert {card.name for card in report.cards} == {name_of(verdict) for verdict in VERDICTS}
    assert set(report.metrics) == set(report.estimates) == {name_of(verdict) for verdict in VERDICTS}
