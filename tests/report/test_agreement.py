"""Prose and tables agree: the page is parsed as a reader sees it, and every number said stands in a table."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from pipeline.base.params import ContrastSpec, Hypothesis, MediatorSpec
from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.report import sentences
from pipeline.report.findings import finding
from pipeline.report.numbers import NO_BREAK, ticks
from pipeline.report.page import render
from pipeline.report.reasons import plainly
from pipeline.report.release import build
from tests.report.results import VERDICTS, built, fit, name_of, params, sources, verdict_entry

ESTIMATED = tuple(verdict for verdict in VERDICTS if verdict != "not estimable")
HEDGES = {  # what a sentence of each verdict has to say, so that it is no stronger than its verdict
    "supported": "every check that decides was passed",
    "suggestive": "This was exploratory: it suggests",
    "opposite": "Contrary to what was predicted",
    "practically zero": "No difference that would matter",
    "inconclusive": "The data do not settle this",
    "fragile": "should not be relied on",
    "not specific to being there": "nothing can be said for being there together",
    "no direction can be claimed": "no direction can be claimed",
}
SAID_OF_SETTINGS = ("95% CI", "90% CI", "±0.1")  # numbers of the rules, not of the data


class Tables(HTMLParser):
    """Every table of a page by its id, as rows of cell texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self._open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._rows = self.found.setdefault(str(dict(attrs).get("id")), [])
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._open:
            self._rows[-1][-1] += data


@cache
def tables() -> dict[str, list[list[str]]]:
    return Tables(render(built())).found


def numbers(text: str) -> list[str]:
    """The decimals of a text, signs left out, settings left out."""
    for said in SAID_OF_SETTINGS:
        text = text.replace(said, "")
    return re.findall(r"\d*\.\d+", text.replace(NO_BREAK, " "))


def count(text: str) -> int | None:
    found = re.match(r"[\d,]+", text)
    return int(found[0].replace(",", "")) if found else None


@pytest.mark.parametrize("verdict", ESTIMATED)
def test_every_number_of_a_card_stands_in_its_tables(verdict: str) -> None:
    card = next(card for card in built().cards if card.name == name_of(verdict))
    assert card.effect is not None
    assert card.plot is not None
    assert card.checks is not None
    page = " ".join(cell for row in tables()[f"table-effect_{card.name}"] for cell in row) + card.effect.note
    for text in (card.headline, card.wrong_if, card.plot.alt, card.checks.alt):
        assert [number for number in numbers(text) if number not in numbers(page)] == []
    assert numbers(card.headline)


@pytest.mark.parametrize("verdict", ESTIMATED)
def test_the_answer_says_what_the_card_says(verdict: str) -> None:
    card = next(card for card in built().cards if card.name == name_of(verdict))
    row = next(row for row in tables()["table-answer"] if row[0] == card.title)
    own, scaled = tables()[f"table-effect_{card.name}"][1:3]
    assert row[1:3] == [verdict, card.role]
    assert row[3:6] == [own[1], own[2], scaled[1]]
    assert built().forest is not None
    assert f"{card.title}: {scaled[1]}, {scaled[2]}, {verdict}" in built().forest.alt  # type: ignore[union-attr]


def test_percentages_are_those_of_the_counts_beside_them() -> None:
    head, whole, *rows = tables()["table-table1"]
    checked = 0
    for row in rows:
        for cell, total in zip(row[1:], whole[1:], strict=False):
            shown = re.fullmatch(r"([\d,]+) \((\d+)%\)", cell)
            if shown and count(total):
                assert round(100 * (count(shown[1]) or 0) / (count(total) or 1)) == int(shown[2])
                checked += 1
    assert checked > 10
    assert len(head) == len(whole)


@pytest.mark.parametrize(
    ("name", "whole"), [("modes", "All episodes"), ("level_mix", "All episodes"), ("attendance", "All sessions")]
)
def test_shares_are_those_of_the_counts_beside_them(name: str, whole: str) -> None:
    rows = tables()[f"table-{name}"]
    total = next(count(row[1]) for row in rows if row[0] == whole)
    shown = [(count(row[1]), row[2]) for row in rows[1:] if row[2]]
    assert shown
    assert all(f"{100 * (n or 0) / (total or 1):.0f}%" == share for n, share in shown)


def test_the_flow_has_the_numbers_of_the_tables() -> None:
    boxes = {
        (lane.title, step.text): str(step.count)
        for lane in (*built().client_lanes, *built().record_lanes)
        for step in lane.steps
    }
    on_file = next(shown for (_, text), shown in boxes.items() if text == "clients on file")
    assert on_file == tables()["table-table1"][1][1]
    assert f"{on_file} clients" in built().sample
    counted = [shown for (_, text), shown in boxes.items() if text == "counted for a rating"]
    left_out = [row[1] for row in tables()["table-left_out"] if row[0] == "Counted for a rating"]
    assert counted == left_out


def test_levels_of_advocacy_are_told_the_same_twice() -> None:
    crossed = {row[0]: row[-1] for row in tables()["table-episodes_by_level"][1:]}
    mix = {row[0].split(":")[0]: row[1] for row in tables()["table-level_mix"][1:-1]}
    assert crossed == mix


def test_reliability_in_words_is_that_of_the_table() -> None:
    spoken = " ".join(built().measure_notes)
    page = " ".join(cell for name, rows in tables().items() if "card" not in name for row in rows for cell in row)
    assert [number for number in numbers(spoken) if number not in page] == []


def variants() -> dict[str, Hypothesis]:
    spec = params(("supported",)).hypotheses["case_supported"]
    return {
        "plain": spec,
        "any": spec.model_copy(update={"exposure": spec.exposure.model_copy(update={"dose": "any", "lag": 1})}),
        "between": spec.model_copy(update={"effect": "between"}),
        "worker": spec.model_copy(update={"effect": "worker"}),
        "contextual": spec.model_copy(update={"effect": "contextual"}),
        "contrast": spec.model_copy(update={"contrast": ContrastSpec(minus="worker_solo")}),
        "outcomes": spec.model_copy(update={"contrast": ContrastSpec(outcome_minus="task")}),
        "moderator": spec.model_copy(update={"moderator": "debriefed"}),
        "mediator": spec.model_copy(update={"mediator": MediatorSpec(column="empathy_client", lag=1)}),
        "dropout": spec.model_copy(update={"outcome": spec.outcome.model_copy(update={"kind": "dropout"})}),
        "gap": spec.model_copy(update={"outcome": spec.outcome.model_copy(update={"kind": "dyad_gap"})}),
    }


def told(spec: Hypothesis, verdict: str, result: dict[str, Any]) -> str:
    entry = verdict_entry(verdict, result)
    one = finding("case", spec, result, entry, Gate(Rules(), Census()))
    return sentences.headline(one).replace(NO_BREAK, " ")


@pytest.mark.parametrize("variant", list(variants()))
@pytest.mark.parametrize("verdict", ESTIMATED)
def test_no_sentence_is_stronger_than_its_verdict(verdict: str, variant: str) -> None:
    result = fit(verdict)
    if variant == "moderator":
        result["tested"] = {**result["tested"], "term": "-joint_within[no] + joint_within[yes]"}
    text = told(variants()[variant], verdict, result)
    assert HEDGES[verdict] in text
    assert not [hedge for other, hedge in HEDGES.items() if other != verdict and hedge in text]
    assert "{" not in text
    assert "_" not in text
    assert "“yes”" not in text


def test_an_interval_off_zero_that_is_not_enough_is_said_to_be_so() -> None:
    result = fit("supported")
    text = told(variants()["plain"], "inconclusive", result)
    assert "Taken by itself the interval excludes no difference; with so many tests that is too little." in text


def test_odds_are_told_as_odds() -> None:
    result = fit("supported")
    result["tested"] = {**result["tested"], "estimate": -0.47, "std_error": 0.2, "conf_low": -0.87, "conf_high": -0.08}
    text = told(variants()["dropout"], "suggestive", result)
    assert "the odds of leaving early were 0.63 times as high (95% CI [0.42, 0.92]; log-odds −0.47; p < .001)" in text


def test_harm_is_told_where_a_result_is_opposite() -> None:
    assert (
        f"Against what was predicted: {next(c.title for c in built().cards if c.verdict == 'opposite')}."
        in built().harm_notes
    )
    assert "No hypothesis was found to be opposite to what was predicted." in built(("supported",)).harm_notes


def test_the_one_worker_who_matters_most_is_not_told() -> None:
    numbers_of = {"estimate": 0.0987, "std_error": 0.02, "p_value": 0.01, "conf_low": 0.05, "conf_high": 0.14}
    facts = {"check": "influence", "label": "Leave one worker out", "applies": True, "passed": True}
    extreme = {**facts, **numbers_of, "sentence": "Without: 0.0987."}
    given = sources(verdicts=("supported",))
    one = {**fit("supported"), "battery": [*fit("supported")["battery"], extreme]}
    made, _ = build(params(("supported",)), replace(given, fits={"case_supported": one}))
    html = render(made)
    assert "Whichever one worker is left out, the effect holds." in html
    assert "0.099" not in html
    assert "0.0987" not in html


@pytest.mark.parametrize(
    ("reason", "text"),
    [("2 workers, and at least 3 are needed", "there are too few workers: at least 3 are needed"),
     ("7 clients with 3 or more usable ratings (of 12), and at least 10 are needed",
      "there are too few clients with 3 or more usable ratings: at least 10 are needed"),
     ("in 3 of 8 levels of `setting` the exposure never varies", "in some levels of `setting` the exposure never varies"),
     ("no advocacy log", "no advocacy log")],
)  # fmt: skip
def test_reasons_name_no_counts(reason: str, text: str) -> None:
    assert plainly(reason) == text


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-0.0131, 0.0342), (3.58, 4.1), (-900.0, 12.0)])
def test_ticks_are_round_and_within(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 7
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in found)
    steps = [b - a for a, b in pairwise(found)]
    assert max(steps) - min(steps) < 1e-9 * max(1.0, abs(high - low))
