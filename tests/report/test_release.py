"""The whole release: the same bytes twice, hostile strings in every text field, nothing of the data's own in any file."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from dataclasses import replace
from functools import cache
from html import escape
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import fromstring

import numpy as np
import pandas as pd
import pytest

from pipeline.disclosure.neutral import visible
from pipeline.disclosure.shown import Shown
from pipeline.report.description.summary import describe
from pipeline.report.page import render
from pipeline.report.release import build
from pipeline.stages.report import released_files
from tests.report.results import name_of, params, sources
from tests.report.studies import full_study

ONLY = ("supported", "fragile", "not estimable")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return released_files(build(params(ONLY), sources(verdicts=ONLY))[0])


def test_every_kind_of_file_is_there(files: dict[str, bytes]) -> None:
    kinds = {name.rsplit(".", 1)[1] for name in files}
    assert kinds == {"html", "pdf", "json", "csv", "png", "svg"}
    assert {f"reports/estimates/{name_of(verdict)}.json" for verdict in ONLY} <= set(files)


def test_the_same_bytes_twice(files: dict[str, bytes]) -> None:
    again = released_files(build(params(ONLY), sources(verdicts=ONLY))[0])
    assert {name for name in files if files[name] != again[name]} == set()


def test_the_pdf_has_its_fonts_and_no_moment(files: dict[str, bytes]) -> None:
    content = files["reports/report.pdf"]
    assert content.startswith(b"%PDF-")
    assert b"/FontFile" in content
    assert b"/CreationDate" not in content or b"(D:1970" in content


def test_figures_carry_no_time_version_or_path(files: dict[str, bytes]) -> None:
    pictures = [content for name, content in files.items() if name.endswith((".png", ".svg"))]
    assert pictures
    assert not [
        1 for content in pictures if b"matplotlib.org" in content or b"<dc:date>" in content or b"Software" in content
    ]


def test_no_id_in_any_file(files: dict[str, bytes]) -> None:
    study = full_study()
    names = {
        *study.clients["client_id"],
        *study.clients["agency_id"],
        *study.sessions["worker_id"],
        *study.sessions["session_id"],
    }
    text = b"\n".join(content for name, content in files.items() if not name.endswith((".png", ".pdf"))).decode("utf-8")
    assert not [name for name in names if str(name) in text]


def test_no_number_of_a_csv_is_a_small_or_unrounded_count(files: dict[str, bytes]) -> None:
    for name in ("table1", "modes", "episodes_by_setting", "left_out", "attendance", "staying"):
        rows = list(csv.reader(io.StringIO(files[f"reports/tables/{name}.csv"].decode("utf-8"))))[1:]
        counts = [int(found) for row in rows for cell in row for found in re.findall(r"^(\d+)(?: \(\d+%\))?$", cell)]
        assert counts
        assert all(count % 5 == 0 and count >= 10 for count in counts), name


HOSTILE_STRINGS = {
    "html": "<b>bold</b><img src=x onerror=alert(1)><svg onload=alert(1)>",
    "script": "</script><script>alert(1)</script><!-- ]]> -->",
    "attribute": "\"' onmouseover='alert(1)' x=\"",
    "jinja": "{{7*7}}{% for x in range(9) %}{{x}}{% endfor %}",
    "latex": "\\write18{id} $\\frac{1}{2$ \\input{/etc/passwd}",
    "typst": '#import "/etc/passwd": * #panic("x") #{1+1} $x_1$ @ref <label> */',
    "formula": '=HYPERLINK("https://example.org","x")',
    "plus": "+1+cmd|' /C calc'!A0",
    "direction": "abc \u202etxt.exe\u202c \u2066x\u2069 \u200f",
    "terminal": "\x1b[31mred\x1b[0m \x07 \x00 \x9b2J",
    "lines": "one\r\ntwo\u2028three\x0bfour",
    "emoji": "\U0001f469\u200d\U0001f467 fa\u0301mily \U0001f3f3\ufe0f",
    "long": "word" * 1200,
}


def hostile_sources(hostile: str) -> Any:
    """A study whose every code, label, reason and sentence is hostile."""
    study = full_study()
    themed = study.advocacy.assign(theme=hostile, setting=hostile) if study.advocacy is not None else None
    clients = study.clients.assign(gender=pd.array(np.repeat([hostile, "man"], 75), dtype="str"))
    found = sources(replace(study, advocacy=themed, clients=clients), ("supported",))
    fit = {**found.fits["case_supported"], "formula": hostile, "sentences": [hostile]}
    fit["battery"] = [{**row, "label": hostile, "sentence": hostile} for row in fit["battery"]]
    reason = {**found.verdicts["hypotheses"]["case_supported"], "reasons": [hostile], "rule": hostile}
    lock = {"locked": True, "date": hostile, "sha256": hostile, "outcomes_seen_before": True,
            "deviations": {"case_supported": [hostile]}, "declared": [{"hypothesis": hostile, "why": hostile}],
            "history": [{"unlocked": hostile, "why": hostile}]}  # fmt: skip
    reliability = {
        **found.reliability,
        "instruments": [{**row, "instrument": hostile, "note": hostile} for row in found.reliability["instruments"]],
    }
    description = {**found.description, "warnings": [{"rule": "x", "table": hostile, "count": 40, "text": hostile}]}
    description["files"] = [{"file": hostile, "sha256": "ab" * 32, "rows": 10}]
    verdicts = {"hypotheses": {"case_supported": reason}, "lock": lock}
    return replace(found, fits={"case_supported": fit}, description=description, verdicts=verdicts, reliability=reliability)


def hostile_params(hostile: str) -> Any:
    given = params(("supported",))
    spec = given.hypotheses["case_supported"].model_copy(update={"claim": hostile})
    study = given.study.model_copy(update={"title": hostile})
    return given.model_copy(update={"study": study, "hypotheses": {"case_supported": spec}})


class Elements(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {(tag, name) for name, _ in attrs} | {(tag, "")}


@cache
def plain_elements() -> set[tuple[str, str]]:
    return Elements(render(build(hostile_params("plain"), hostile_sources("plain"))[0])).found


@pytest.mark.parametrize("kind", HOSTILE_STRINGS)
def test_hostile_strings_stay_text_everywhere(kind: str) -> None:
    hostile = HOSTILE_STRINGS[kind]
    made = released_files(build(hostile_params(hostile), hostile_sources(hostile))[0])
    page = made["reports/report.html"].decode("utf-8")
    assert Elements(page).found == plain_elements()
    assert page.count(escape(visible(hostile).strip(), quote=False)[:40].split('"')[0].split("'")[0]) > 5
    assert made["reports/report.pdf"].startswith(b"%PDF-")
    for name, content in made.items():
        if name.endswith((".html", ".csv", ".json", ".svg")):
            text = content.decode("utf-8")
            assert not [char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf")], name
            assert "\\u001b" not in text, name
        if name.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
            assert not [cell for row in rows for cell in row if cell.startswith(("=", "@", "+"))], name
            assert len({len(row) for row in rows}) == 1, name
        if name.endswith(".json"):
            json.loads(content)
        if name.endswith(".svg"):
            fromstring(content)


def test_metrics_and_estimates_are_what_the_page_shows(files: dict[str, bytes]) -> None:
    metrics = json.loads(files["reports/metrics.json"])["case_supported"]
    estimate = json.loads(files["reports/estimates/case_supported.json"])
    assert metrics["estimate"] == estimate["effect"]["estimate"] == 0.152
    assert metrics["verdict"] == estimate["verdict"] == "supported"
    assert "0.152" in files["reports/tables/effect_case_supported.csv"].decode("utf-8")


def test_one_client_more_moves_counts_only_across_a_rounding_edge() -> None:
    study = full_study()
    more = replace(study, clients=pd.concat([study.clients, study.clients.iloc[[0]].assign(client_id="C-ffffff")]))
    first, second = (build(params(ONLY), replace(sources(verdicts=ONLY), description=describe(s)))[0] for s in (study, more))
    pairs = zip(first.people[0].lines, second.people[0].lines, strict=True)
    cells = [(a, b) for one, two in pairs for a, b in zip(one.cells, two.cells, strict=True)]
    counts = [(a.value, b.value) for a, b in cells if isinstance(a, Shown) and isinstance(b, Shown)]
    assert all(b - a in (0, 5) for a, b in counts if a is not None and b is not None)


def test_a_count_withheld_in_one_place_is_withheld_in_every_place() -> None:
    study = full_study()
    few = study.ledger["client_id"].isin(study.clients["client_id"].head(4))
    ledger = study.ledger.assign(reason=np.where(few, "before_first_window", "counted"))
    assert few.sum() >= 10  # many episodes, few clients
    report, _ = build(params(ONLY), sources(replace(study, ledger=ledger), ONLY))
    lanes = [step for lane in report.record_lanes for step in lane.steps if step.aside]
    said = [text for step in lanes for text in step.aside if text.startswith("before the client's first window")]
    assert said == ["before the client's first window: withheld"]
