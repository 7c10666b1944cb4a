"""Texts of params.yaml that read as something of a person are refused by their key, and never repeated."""

from __future__ import annotations

import json
from argparse import Namespace

import pytest

from pipeline.base.errors import DisclosureError, StageError
from pipeline.base.params import Params, load
from pipeline.commands.lock import reason
from pipeline.ingest.written import check_instruments, check_params, personal_in, problems_of, told_by
from pipeline.project.rerun import refuse_personal
from pipeline.project.runner import scoped_params
from pipeline.stages.check import room_problems
from tests.project import ROOT

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")


def with_text(place: tuple[str, ...], text: object) -> Params:
    data = load(TEXT).model_dump(mode="json")
    inner = data
    for name in place[:-1]:
        inner = inner.setdefault(name, {})
    inner[place[-1]] = text
    return Params.model_validate_json(json.dumps(data))


FIRST = next(iter(load(TEXT).hypotheses))
CLAIM = ("hypotheses", FIRST, "claim")


@pytest.mark.parametrize(
    ("place", "text", "says"),
    [
        (("study", "title"), "Study of Maria Gonzalez and her worker", "a person's name"),
        (("study", "title"), "Questions to 555-123-4567", "a phone number"),
        (CLAIM, "After visits (ask kim.lee@agency.org) ratings are higher.", "an e-mail address"),
        (CLAIM, "Client 123-45-6789 rates the alliance higher.", "a social security number"),
        (("sources", "directory"), "data/raw/maria_gonzalez", "a person's name"),
        (("sources", "tables", "sessions", "recode"), {"attendance": {"Maria Gonzalez": "attended"}}, "a person's name"),
        (("sources", "tables", "sessions", "missing"), ["", "garcia, maria"], "a person's name"),
    ],
)
def test_what_names_somebody_is_refused_by_its_key(place: tuple[str, ...], text: object, says: str) -> None:
    found = [problem for problem in check_params(with_text(place, text)) if says in problem.what]
    assert found
    for problem in found:
        told = f"{problem.where} {problem.what} {problem.mend}".lower()
        assert problem.where.startswith(".".join(place[:2]))
        assert not any(part in told for part in ("gonzalez", "4567", "kim.lee", "6789"))
    assert {problem.where for problem in found} <= {one.where for one in room_problems(with_text(place, text), {})}


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ("After visits maria gonzalez rates higher.", "claim", "a person's name"),
        ("MARIA GONZALEZ rates higher.", "claim", "a person's name"),
        ("María González", "title", "a person's name"),
        ("\N{CYRILLIC CAPITAL LETTER EM}aria Gonz\N{CYRILLIC SMALL LETTER A}lez", "title", "a person's name"),
        ("Maria\N{NO-BREAK SPACE}Gonzalez", "title", "a person's name"),
        ("Gonzalez, Maria rates higher.", "claim", "a person's name"),
        ("Maria L. Gonzalez", "title", "a person's name"),
        ("Maria de la Cruz", "title", "a person's name"),
        ("Mary Anne Smith", "title", "a person's name"),
        ("The clients of Ms. Tempelhof rate higher.", "claim", "a person's name"),
        ("mariagonzalez.csv", "file", "a person's name"),
        ("data/raw/jgarcia", "directory", "a person's name"),
        ("client_jgarcia_gains", "", "a person's name"),
        ("kim.lee\N{FULLWIDTH COMMERCIAL AT}agency.org", "why", "an e-mail address"),
        ("kim.lee [at] agency.org", "why", "an e-mail address"),
        ("555\N{NON-BREAKING HYPHEN}123\N{NON-BREAKING HYPHEN}4567", "why", "a phone number"),
        ("client 5551234567", "why", "a number that may be somebody's"),
        ("\N{ARABIC-INDIC DIGIT FIVE}55-123-4567", "why", "a phone number"),
        ("a client born on March 5, 1984", "why", "a date of birth"),
    ],
)
def test_other_ways_to_write_it_are_seen(text: str, key: str, says: str) -> None:
    assert personal_in(text, key) == says


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("wai_export_2024-03-05.csv", "file"),
        ("data/raw/jackson_county", "directory"),
        ("After weeks with more joint advocacy than usual, clients rate the alliance higher.", "claim"),
        ("The Working Alliance in Cook County, 2019 to 2024", "title"),
        ("Horvath and Greenberg", "why"),
        ("Thomas, Moore and Lee; Nelson, Henry and Scott, doi:10.1080/105033009032073", "why"),
        ("Alle Fragen von Frauen; young christian clients, white or black", "claim"),
        ("Ratings of 2019-01-01 to 2024-12-31", "claim"),
        ("999999999", "missing"),
        ("-99", "missing"),
        ("^[A-Z]{2}[0-9]{6}$", "client_id"),
    ],
)
def test_what_a_study_may_say_passes(text: str, key: str) -> None:
    assert personal_in(text, key) is None


def test_the_shipped_params_pass() -> None:
    assert not list(check_params(load(TEXT)))


def test_a_stage_with_the_sections_it_declared_finds_the_same() -> None:
    params = with_text(CLAIM, "Mary Johnson, 555-867-5309")
    found = list(check_params(scoped_params(params, tuple(Params.model_fields))))
    assert found
    assert found == list(check_params(params))


def test_a_reason_that_names_somebody_is_refused_and_not_repeated() -> None:
    assert reason(Namespace(why=" the scale changed ")) == "the scale changed"
    with pytest.raises(StageError, match="a person's name") as refused:
        reason(Namespace(why="asked by Maria Gonzalez"))
    assert "Gonzalez" not in str(refused.value)


OWN = """id: own_form
title: "{title}"
raters: [client]
items: 3
scale: [1, 7]
source: "{source}"
licence: "{licence}"
"""
CLEAN = {"title": "Our alliance form", "source": "Horvath, A. O., & Robert L. Hatcher (2005), J. 3-12", "licence": "Ours."}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("title", "The form of Maria Gonzalez"),
        ("title", "Ask 555-123-4567"),
        ("licence", "Given to us by Maria Gonzalez"),
        ("licence", "Mail kim.lee@agency.org"),
        ("source", "Mail kim.lee@agency.org"),
    ],
)
def test_an_instrument_of_ones_own_is_held_to_the_same(key: str, text: str) -> None:
    content = OWN.format(**{**CLEAN, key: text})
    (found,) = check_instruments({"own.yaml": content})
    assert found.where == f"instruments/own.yaml: {key}"
    params = load(TEXT.replace("measures:\n", "measures:\n  instruments: [own.yaml]\n", 1))
    problems = room_problems(params, {"own.yaml": content})
    assert found in problems
    assert not any(text in str(problem) for problem in problems)


def test_an_instrument_may_name_its_authors_and_one_that_cannot_be_read_is_left_to_others() -> None:
    assert not list(check_instruments({"own.yaml": OWN.format(**CLEAN), "broken.yaml": "title: [Maria Gonzalez"}))
    (found,) = check_instruments({"maria_gonzalez.yaml": OWN.format(**{**CLEAN, "title": "Maria Gonzalez"})})
    assert "onzalez" not in str(found)


@pytest.mark.parametrize("key", ["recode", "labels", "rows", "codes"])
@pytest.mark.parametrize("text", ["2021-03-04", "see www.agency.org", "10.0.0.17"])
def test_what_copies_a_cell_is_held_to_what_cells_are_held_to(key: str, text: str) -> None:
    for below in ({text: "x"}, {"setting": {text: "x"}}, {"setting": [text]}):
        found = list(problems_of(told_by({"sources": {"tables": {"sessions": {key: below}}}})))
        assert found
        assert not any(text in str(problem) for problem in found)


def test_another_rule_repeats_nothing_that_names_somebody() -> None:
    params = with_text(("sources", "tables", "sessions", "constants"), {"setting": "Maria Gonzalez"})
    told = "\n".join(map(str, room_problems(params, {})))
    assert "sources.tables.sessions.constants.setting" in told
    assert "Gonzalez" not in told


def test_what_check_lets_pass_an_archive_takes() -> None:
    text = "After visits in 2019-01-01 to 2024-12-31 (www.agency.org), ratings are higher."
    params = with_text(CLAIM, text)
    assert not list(check_params(params))
    refuse_personal(told_by(params.model_dump(mode="json")))
    named = with_text(CLAIM, "Maria Gonzalez rates higher.")
    with pytest.raises(DisclosureError, match="a person's name"):
        refuse_personal(told_by(named.model_dump(mode="json")))


@pytest.mark.parametrize("mark", ["\N{RIGHT-TO-LEFT OVERRIDE}", "\N{LEFT-TO-RIGHT EMBEDDING}", "\N{FIRST STRONG ISOLATE}"])
def test_marks_that_turn_the_direction_of_reading_are_refused_before_a_lock_or_an_archive_has_them(mark: str) -> None:
    problems = list(check_params(with_text(CLAIM, f"Ratings {mark}rise.")))
    assert len(problems) == 1
    assert mark not in str(problems)
    with pytest.raises(StageError, match="direction of reading"):
        reason(Namespace(why=f"as {mark}planned"))


def test_letters_of_languages_that_are_written_from_the_right_pass() -> None:
    letters = "\N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED}\N{RIGHT-TO-LEFT MARK} \N{ARABIC LETTER BEH}"
    text = f"{letters} \N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}"
    assert personal_in(text, "claim") is None
