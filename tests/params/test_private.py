"""No message about params repeats a name, a date or a number of somebody."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base import params
from pipeline.base.errors import ParamsError
from pipeline.base.spoken import found, spoken

PERSONS = ("Maria Gonzalez", "Kim Lee", "gonzalez", "1984-03-05", "555-123-4567", "claim_of_maria_gonzalez", "born_5_3_1984")
KEYS = (
    "",
    "study",
    "sources",
    "sources.tables",
    "sources.tables.sessions",
    "sources.tables.sessions.columns",
    "sources.ratings",
    "sources.ratings.wai",
    "hypotheses",
    "hypotheses.joint",
    "hypotheses.joint.exposure",
    "privacy.policies",
    "measures.scales",
)
PLACES = (
    "study.origin",
    "study.seed",
    "sources.directory",
    "sources.tables.sessions.file",
    "sources.tables.sessions.wide",
    "sources.ratings.wai.rater",
    "privacy.k",
    "privacy.policies.missing_id",
    "hypotheses.joint.role",
    "hypotheses.joint.effect",
    "hypotheses.joint.exposure.dose",
    "hypotheses.joint.exposure.lag",
    "hypotheses.joint.covariates",
    "compute.engine",
)


def _message(data: dict[str, Any]) -> str | None:
    try:
        params.validate(data)
    except ParamsError as error:
        return str(error)
    return None


def placed(data: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with a value at a dotted path, sections made on the way."""
    result = copy.deepcopy(data)
    *parents, last = path.split("/")
    here = result
    for part in parents:
        here = here.setdefault(part, {})
    here[last] = value
    return result


@pytest.mark.parametrize("person", PERSONS)
def test_what_is_typed_in_the_wrong_place_is_never_repeated(minimal: dict[str, Any], person: str) -> None:
    sessions = "sources/tables/sessions"
    bad = [placed(minimal, place.replace(".", "/"), one) for place in PLACES for one in (person, [person, 1], {person: 1})]
    bad += [placed(minimal, f"{key.replace('.', '/')}/{person}".strip("/"), {"unknown": 3.5}) for key in KEYS]
    bad += [placed(minimal, f"{sessions}/{name}/setting/{person}", []) for name in ("recode", "missing")]
    bad += [placed(minimal, f"{sessions}/{name}/{person}", 1) for name in ("rows", "codes", "split")]
    bad += [placed(minimal, f"sources/{name}/{person}", "many") for name in ("ratings/wai/labels", "read")]
    messages = [told for data in bad if (told := _message(data)) is not None]
    assert [told for told in messages if person in told] == []
    assert len(messages) >= len(bad) - 6  # what has the form of a file's name or of a column is taken for one


@pytest.mark.parametrize(
    "line",
    [
        "recode: {{a: {{{0}: 1, {0}: 2}}}}",
        "title: *{0}",
        "title: &{0} x",
        "title: !{0} x",
        "seed: {0}",
        "{0}: 010",
        "{0}: {{[1]: 2}}",
    ],
)
@pytest.mark.parametrize("person", ["Maria_Gonzalez", "tempelhof", "maria_gonzalez", "1984-03-05", "19840305123"])
def test_nor_by_the_reader_of_yaml(line: str, person: str) -> None:
    with pytest.raises(ParamsError) as caught:
        params.load(f"study:\n  {line.format(person)}\n")
    assert person not in str(caught.value), str(caught.value)
    assert any(problem.where.endswith("(line 2)") or person[0].isdigit() for problem in caught.value.problems) or (
        "line 2" in str(caught.value) or "study" in str(caught.value)
    )


@given(st.from_regex(r"[A-Z][a-z]{2,9} [A-Z][a-z]{2,9}|[0-9]{5,12}|[0-9]{2,4}[-/.][0-9]{2}[-/.][0-9]{2,4}", fullmatch=True))
def test_names_and_long_numbers_are_told_by_their_kind(text: str) -> None:
    assert not spoken(text)
    assert text not in found(text, ["joint", "within"])
    assert found([text]) == "a list"


@pytest.mark.parametrize(("value", "told"), [(7.5, "7.5"), (-1, "-1"), (19840305, "a number"), ("jiont", '"jiont"')])
def test_what_can_be_nobodys_is_told(value: object, told: str) -> None:
    assert found(value, ["joint"]) == told
