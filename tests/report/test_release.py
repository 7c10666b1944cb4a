"""The whole release: the same bytes twice, hostile strings in every text field, nothing of the data's own in any file."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.disclosure.shown import Shown
from pipeline.report.description.summary import describe
from pipeline.report.release import build
from pipeline.stages.report import released_files
from tests.report.results import name_of, params, sources
from tests.report.studies import full_study

HOSTILE = "=<b>{{7*7}}</b>#panic() $x$ \u202e\\write18"
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


def hostile_sources() -> Any:
    """A study whose every code is hostile."""
    study = full_study()
    themed = study.advocacy.assign(theme=HOSTILE) if study.advocacy is not None else None
    clients = study.clients.assign(gender=pd.array(np.repeat([HOSTILE, "man"], 75), dtype="str"))
    found = sources(replace(study, advocacy=themed, clients=clients), ("supported",))
    fit = {**found.fits["case_supported"], "formula": HOSTILE, "sentences": [HOSTILE]}
    fit["battery"] = [{**row, "label": HOSTILE, "sentence": HOSTILE} for row in fit["battery"]]
    description = {**found.description, "warnings": [{"rule": "x", "table": HOSTILE, "count": 40, "text": HOSTILE}]}
    return replace(found, fits={"case_supported": fit}, description=description)


def test_hostile_codes_stay_text_everywhere() -> None:
    given = params(("supported",), claim=HOSTILE.replace("\\", "\\\\").replace("\u202e", ""))
    made = released_files(build(given, hostile_sources())[0])
    html = made["reports/report.html"].decode("utf-8")
    assert "<b>{{7*7}}" not in html
    assert "&lt;b&gt;{{7*7}}" in html
    assert ">49<" not in html
    assert "\u202e" not in html
    assert made["reports/report.pdf"].startswith(b"%PDF-")
    for name, content in made.items():
        if name.endswith(".csv"):
            cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8"))) for cell in row]
            assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))], name
        if name.endswith(".json"):
            json.loads(content)


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
