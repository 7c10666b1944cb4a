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

from pipeline.description.summary import describe
from pipeline.description.tables import StudyTables
from pipeline.disclosure.neutral import visible_text
from pipeline.disclosure.shown import Shown
from pipeline.report.document import Document
from pipeline.report.readers.page import page_html
from pipeline.report.release import build_document, gate_of
from pipeline.report.tables import people
from pipeline.results.attempt import Attempt
from pipeline.results.fit import Fit
from pipeline.results.flow import File, Warned
from pipeline.results.reason import Note, Reason
from pipeline.results.verdict import Declared, LockState, Opened, Verdicts
from pipeline.stages.report import released_files
from tests.report.results import attempts, built, default_description, fit, judged, name_of, params, sources
from tests.report.studies import full_study

ONLY = ("supported", "fragile", "not estimable")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return released_files(built(ONLY))


def test_every_kind_of_file_is_there(files: dict[str, bytes]) -> None:
    kinds = {name.rsplit(".", 1)[1] for name in files}
    assert kinds == {"html", "pdf", "json", "csv", "png", "svg"}
    assert {f"reports/estimates/{name_of(verdict)}.json" for verdict in ONLY} <= set(files)


def test_the_same_bytes_twice(files: dict[str, bytes]) -> None:
    again = released_files(build_document(params(ONLY), sources(verdicts=ONLY))[0])
    assert {name for name in files if files[name] != again[name]} == set()


def test_the_pdf_has_its_fonts_and_no_moment(files: dict[str, bytes]) -> None:
    content = files["reports/report.pdf"]
    assert content.startswith(b"%PDF-")
    assert b"/FontFile" in content
    assert b"/CreationDate" not in content or b"(D:1970" in content


def test_figures_carry_no_time_version_or_path(files: dict[str, bytes]) -> None:
    pictures = [content for name, content in files.items() if name.endswith((".png", ".svg"))]
    assert pictures
    marks = (b"<dc:date>", b"Software", b"/root", b"/home")
    assert not [1 for content in pictures if any(mark in content for mark in marks)]


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


VERDICT = "supported"  # of every hypothesis below


def hostile_study(strings: tuple[str, ...]) -> StudyTables:
    """A study whose genders, themes and settings are these strings, each held by enough clients to be shown."""
    study = full_study()
    assert study.advocacy is not None
    named = np.array(strings, dtype=object)
    codes = named[np.arange(len(study.advocacy)) % len(named)]
    advocacy = study.advocacy.assign(theme=codes, setting=codes, mode="joint")
    gender = pd.array(named[np.arange(len(study.clients)) % len(named)], dtype="str")
    return replace(study, advocacy=advocacy, clients=study.clients.assign(gender=gender))


def hostile_fit(hostile: str) -> Fit:
    coefficient = fit(VERDICT).coefficients[1].model_copy(update={"term": hostile})
    note = Note(code="left_out", names={"terms": hostile})
    return fit(VERDICT).model_copy(update={"formula": hostile, "notes": (note,), "coefficients": (coefficient,)})


def hostile_attempts(hostile: str) -> tuple[Attempt, ...]:
    reason = Reason(code="no_column", names={"column": hostile})
    odd = Attempt(check=hostile, group="robustness", decides=False, state="not_applicable", reason=reason)
    return (*attempts(VERDICT), odd)


def hostile_sources(strings: tuple[str, ...]) -> Any:
    """A study whose every code, label, reason and sentence is hostile: each string in each place."""
    found = sources(hostile_study(strings), (VERDICT,))
    fits = {f"case_{i}": hostile_fit(hostile) for i, hostile in enumerate(strings)}
    verdicts = {
        name: judged(VERDICT, fits[name], name, hostile).model_copy(update={"attempts": hostile_attempts(hostile)})
        for name, hostile in zip(fits, strings, strict=True)
    }
    every = " ".join(strings)
    lock = LockState(
        locked=True,
        date=every,
        sha256=every,
        outcomes_seen_before=True,
        deviations={name: (hostile,) for name, hostile in zip(fits, strings, strict=True)},
        declared=tuple(Declared(hypothesis=hostile, why=hostile, date=hostile) for hostile in strings),
        history=tuple(Opened(unlocked=hostile, why=hostile) for hostile in strings),
    )
    rows = tuple(
        row.model_copy(update={"instrument": hostile, "note": hostile})
        for row in found.reliability.instruments
        for hostile in strings
    )
    warnings = tuple(Warned(rule="x", table=hostile, count=40, text=hostile) for hostile in strings)
    files = tuple(File(file=hostile, sha256="ab" * 32, rows=10) for hostile in strings)
    return replace(
        found,
        fits=fits,
        description=found.description.model_copy(update={"warnings": warnings, "files": files}),
        verdicts=Verdicts(hypotheses=verdicts, family={}, lock=lock),
        reliability=found.reliability.model_copy(update={"instruments": rows}),
    )


def hostile_params(strings: tuple[str, ...]) -> Any:
    given = params((VERDICT,))
    spec = given.hypotheses[name_of(VERDICT)]
    study = given.study.model_copy(update={"title": " ".join(strings)})
    hypotheses = {f"case_{i}": spec.model_copy(update={"claim": hostile}) for i, hostile in enumerate(strings)}
    return given.model_copy(update={"study": study, "hypotheses": hypotheses})


@cache
def spoiled(strings: tuple[str, ...]) -> Document:
    return build_document(hostile_params(strings), hostile_sources(strings))[0]


@cache
def hostile_files() -> dict[str, bytes]:
    """One release with every string in every place."""
    return released_files(spoiled(tuple(HOSTILE_STRINGS.values())))


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
    return Elements(page_html(spoiled(tuple(f"plain{i}" for i in range(len(HOSTILE_STRINGS)))))).found


def kept(hostile: str) -> str:
    """The beginning of a hostile string as a page has it, up to the first quotation mark."""
    return escape(visible_text(hostile).strip(), quote=False)[:40].split('"')[0].split("'")[0]


@pytest.mark.parametrize("kind", HOSTILE_STRINGS)
def test_hostile_strings_stay_text_everywhere(kind: str) -> None:
    assert hostile_files()["reports/report.html"].decode("utf-8").count(kept(HOSTILE_STRINGS[kind])) > 5
    titled = page_html(replace(spoiled(tuple(HOSTILE_STRINGS.values())), title=HOSTILE_STRINGS[kind]))
    assert Elements(titled).found == plain_elements()


def test_hostile_strings_leave_every_file_whole() -> None:
    made = hostile_files()
    assert Elements(made["reports/report.html"].decode("utf-8")).found == plain_elements()
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
    assert metrics["estimate"] == estimate["effect"]["estimate"] == 0.15
    assert metrics["verdict"] == estimate["verdict"] == "supported"
    assert "0.15" in files["reports/tables/effect_case_supported.csv"].decode("utf-8")


def test_one_client_more_moves_counts_only_across_a_rounding_edge() -> None:
    study = full_study()
    more = replace(study, clients=pd.concat([study.clients, study.clients.iloc[[0]].assign(client_id="C-ffffff")]))
    given, fits = params(ONLY), sources(verdicts=ONLY).fits
    described = [default_description(), describe(more)]
    first, second = (people.table_one(d, gate_of(given, d, fits)) for d in described)
    pairs = zip(first.lines, second.lines, strict=True)
    cells = [(a, b) for one, two in pairs for a, b in zip(one.cells, two.cells, strict=True)]
    counts = [(a.value, b.value) for a, b in cells if isinstance(a, Shown) and isinstance(b, Shown)]
    assert all(b - a in (0, 5) for a, b in counts if a is not None and b is not None)


def test_a_count_withheld_in_one_place_is_withheld_in_every_place() -> None:
    study = full_study()
    few = study.ledger["client_id"].isin(study.clients["client_id"].head(4))
    ledger = study.ledger.assign(reason=np.where(few, "before_first_window", "counted"))
    assert few.sum() >= 10  # many episodes, few clients
    described = describe(replace(study, ledger=ledger))
    shown = people.record_lanes(described, gate_of(params(ONLY), described))
    lanes = [step for lane in shown for step in lane.steps if step.aside]
    said = [text for step in lanes for text in step.aside if text.startswith("before the client's first window")]
    assert said == ["before the client's first window: withheld"]
