"""One tuple of sections: what is added to it stands in every medium; nothing that did not pass the gate gets in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.errors import DisclosureError
from pipeline.disclosure.shown import Shown, derived_number
from pipeline.hypotheses.battery import battery
from pipeline.report.attempts import EXTREMES, FEEDBACK, ORDER, QUESTIONS, question_of
from pipeline.report.blocks import Paragraph
from pipeline.report.checklist import ITEMS
from pipeline.report.document import SECTIONS
from pipeline.report.plots.palette import DARK, LIGHT
from pipeline.report.readers.page import page_html
from pipeline.report.section import LIST
from pipeline.vocabulary.checks import CHECKS
from tests.project import ROOT
from tests.report.results import built

ADDED = '''"""Weather, for a test."""

from pipeline.report.blocks import FigureBlock, TableBlock
from pipeline.report.material import Material
from pipeline.report.section import Built, Planned
from pipeline.report.table import Line, Table


def build(material: Material) -> Built:
    table = Table("weather", "Rain by month", ("Month", "Rain"), (Line("May", ("much",)),))
    return Built((TableBlock(table),), ("STROBE 22",))


SECTION = Planned("weather", "The weather", "main", build)
'''
SEEN = """
from pipeline.report.readers.navigation import navigation_entries
from pipeline.report.readers.page import page_html
from pipeline.report.readers.paper import pdf_bytes
from tests.report.results import built
document = built.__wrapped__(("supported",))
html = page_html(document)
assert 'id="weather"' in html and "Rain by month" in html
assert [entry.text for entry in navigation_entries(document)].count("The weather") == 1
assert "May,much" in next(table for table in document.tables if table.name == "weather").csv()
checklist = next(table for table in document.tables if table.name == "checklist_met")
assert next(str(line.cells[0]) for line in checklist.lines if "Funding" in line.head) == "The weather"
import json, pipeline.report.readers.paper as paper
seen = []
paper._compiled = lambda what, content, *rest: seen.append(json.dumps(content)) or [b""]
pdf_bytes(document)
assert "The weather" in seen[0] and "Rain by month" in seen[0]
"""


def test_a_new_section_is_a_file_and_its_line(tmp_path: Path) -> None:
    for folder in ("pipeline", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pipeline/report/sections/weather.py").write_text(ADDED)
    document = tmp_path / "pipeline/report/document.py"
    text = document.read_text().replace("    harms.SECTION,\n", "    harms.SECTION,\n    weather.SECTION,\n")
    document.write_text(text.replace("    tables,\n)", "    tables,\n    weather,\n)"))
    found = subprocess.run([sys.executable, "-c", SEEN], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_anchors_and_what_sections_meet_are_known() -> None:
    anchors = [plan.anchor for plan in SECTIONS]
    assert len(anchors) == len(set(anchors))
    met = {code for section in built().sections for code in section.meets}
    assert met <= {item.code for item in ITEMS} | {LIST}


def test_a_number_that_did_not_pass_the_gate_is_refused() -> None:
    document = built(("supported",))
    first = document.sections[0]
    careless = replace(first, blocks=(*first.blocks, Paragraph((3.5,))))  # type: ignore[arg-type]
    with pytest.raises(DisclosureError):
        page_html(replace(document, sections=(careless, *document.sections[1:])))


def test_a_place_comes_from_shown_numbers_only() -> None:
    assert derived_number(2.5, Shown("1", 1.0)).value == 2.5
    with pytest.raises(DisclosureError):
        derived_number(2.5, Shown("·", None, hidden=True))
    with pytest.raises(DisclosureError):
        derived_number(2.5)


def test_every_check_has_a_plain_question() -> None:
    keys = [question.key for question in QUESTIONS]
    assert sorted(keys) == sorted(ORDER)
    named = {check for question in QUESTIONS for check in question.checks}
    grouped = {group for question in QUESTIONS for group in question.groups}
    assert not [name for name, check in CHECKS.items() if name not in named and check.group not in grouped]
    assert named <= set(CHECKS)
    assert set(battery()) <= set(CHECKS)
    assert {question_of(name, check.group) for name, check in CHECKS.items()} <= set(keys)
    assert {FEEDBACK, *EXTREMES} <= set(CHECKS)


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_text_and_marks_are_seen_on_their_grounds(tokens: dict[str, str]) -> None:
    pairs = [("ink", "page"), ("soft", "page"), ("soft", "panel"), ("flagink", "flag"), ("link", "page")]
    pairs += [
        (tone, ground) for tone in ("held", "doubt", "against", "zero", "open") for ground in ("page", "band", f"{tone}bg")
    ]
    for one, other in pairs:
        light, dark = sorted((luminance(tokens[one]), luminance(tokens[other])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (one, other)
