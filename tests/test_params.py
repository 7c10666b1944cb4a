"""params.yaml: what is refused, where, and with which help; all of it at once."""

from __future__ import annotations

import copy
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base import params
from pipeline.base.errors import ParamsError
from pipeline.base.spoken import found, spoken
from pipeline.base.yaml_text import parse
from pipeline.hypotheses.rules import closed_values

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")
GONE = object()


@pytest.fixture(scope="module")
def minimal() -> dict[str, Any]:
    """A small valid params file as plain data, so that the cases below do not hang on the shipped hypotheses."""
    return {
        "study": {"title": "A study", "origin": "real", "seed": 1},
        "simulate": {},
        "sources": {
            "directory": "data/raw/ours",
            "tables": {"sessions": {"file": "s.csv", "columns": {"session_id": "Session"}}},
            "ratings": {
                "wai": {
                    "file": "w.csv",
                    "columns": {"session_id": "Session"},
                    "instrument": "wai_sr",
                    "rater": "client",
                    "items": "q{item}",
                }
            },
        },
        "privacy": {},
        "measures": {},
        "exposure": {},
        "hypotheses": {
            "joint": {
                "role": "confirmatory",
                "claim": "Going together helps.",
                "outcome": {"instrument": "wai_sr"},
                "exposure": {"mode": "joint"},
                "predicted": "positive",
                "smallest_effect": 0.1,
            }
        },
        "verdict": {},
        "report": {},
        "compute": {},
    }


def edited(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one key set, added or (GONE) removed; the path is dotted."""
    result = copy.deepcopy(data)
    here: Any = result
    *parents, last = path.split(".")
    for part in parents:
        here = here[part]
    if value is GONE:
        del here[last]
    else:
        here[last] = value
    return result


# dotted path, value put there, where the error must point, a fragment of what it must say
CASES = [
    ("missing", {"level": "items"}, "missing.level", "score"),
    ("study", GONE, "study", "missing"),
    ("study.title", "", "study.title", "at least 1"),
    ("study.title", 7, "study.title", "string"),
    ("study.origin", "simulate", "study.origin", "did you mean `simulated`"),
    ("study.seed", -1, "study.seed", "greater than or equal to 0"),
    ("study.seed", 1.5, "study.seed", "integer"),
    ("study.seed", "1", "study.seed", "integer"),
    ("study.seed", True, "study.seed", "integer"),
    ("study.titel", "x", "study.titel", "did you mean `title`"),
    ("hypothesis", {}, "hypothesis", "did you mean `hypotheses`"),
    ("sources.directory", "/etc", "sources.directory", "pattern"),
    ("sources.directory", "data/raw/../x", "sources.directory", "pattern"),
    ("sources.directory", "data/raw/a; touch b", "sources.directory", "pattern"),
    ("sources.directory", "data/raw/$(id)", "sources.directory", "pattern"),
    ("sources.tables.session", {"file": "a.csv", "columns": {}}, "sources.tables", "did you mean `sessions`"),
    ("sources.tables.sessions.file", "../../etc/passwd", "sources.tables.sessions.file", "pattern"),
    ("sources.tables.sessions.file", GONE, "sources.tables.sessions.file", "missing"),
    ("sources.tables.sessions.colums", {}, "sources.tables.sessions.colums", "did you mean `columns`"),
    ("sources.tables.sessions.columns.day", 3, "sources.tables.sessions.columns.day", "string"),
    ("sources.ratings.wai.rater", "patient", "sources.ratings.wai.rater", "client"),
    ("sources.ratings.wai.labels", {"Never": "one"}, "sources.ratings.wai.labels.<key 1>", "number"),
    ("privacy.k", 1, "privacy.k", "greater than or equal to 2"),
    ("privacy.k", "five", "privacy.k", "integer"),
    ("privacy.release", "everyone", "privacy.release", "public"),
    ("measures.min_answered", 0, "measures.min_answered", "greater than 0"),
    ("measures.min_answered", 1.1, "measures.min_answered", "less than or equal to 1"),
    ("measures.min_anwsered", 0.5, "measures.min_anwsered", "did you mean `min_answered`"),
    ("exposure.first_window", 0, "exposure.first_window", "greater than 0"),
    ("exposure.same_day", "guess", "exposure.same_day", "by_order"),
    ("hypotheses.joint.exposure.mode", "jiont", "hypotheses.joint.exposure.mode", "did you mean `joint`"),
    ("hypotheses.joint.exposure.lag", -1, "hypotheses.joint.exposure.lag", "greater than or equal to 0"),
    ("hypotheses.joint.exposure.lag", 1.5, "hypotheses.joint.exposure.lag", "integer"),
    ("hypotheses.joint.exposure.dose", "decay()", "hypotheses.joint.exposure.dose", "pattern"),
    ("hypotheses.joint.exposure.dose", "sum", "hypotheses.joint.exposure.dose", "pattern"),
    ("hypotheses.joint.effect", "inside", "hypotheses.joint.effect", "within"),
    ("hypotheses.joint.role", "confirmed", "hypotheses.joint.role", "did you mean `confirmatory`"),
    ("hypotheses.joint.claim", GONE, "hypotheses.joint.claim", "missing"),
    ("hypotheses.joint.smallest_effect", 0, "hypotheses.joint.smallest_effect", "greater than 0"),
    ("hypotheses.joint.smallest_efect", 0.1, "hypotheses.joint.smallest_efect", "did you mean `smallest_effect`"),
    ("hypotheses.joint.outcome", "wai_sr", "hypotheses.joint.outcome", "object"),
    ("hypotheses.joint.covariates", "phase", "hypotheses.joint.covariates", "array"),
    ("hypotheses.joint.random", ["client_id"], "hypotheses.joint.random", "object"),
    ("hypotheses", {"x; touch y": {}}, "hypotheses.<key 1>", "cannot be used as a key"),
    ("hypotheses", {"Joint": {}}, "hypotheses.<key 1>", "cannot be used as a key"),
    ("hypotheses", {"$(id)": {}}, "hypotheses.<key 1>", "cannot be used as a key"),
    ("hypotheses", {"con": {}}, "hypotheses.con", "cannot be used as a key"),
    ("hypotheses", {"null": {}}, "hypotheses.null", "reads this word as a truth value"),
    ("hypotheses", {"com1": {}}, "hypotheses.com1", "Windows"),
    ("hypotheses", [], "hypotheses", "object"),
    ("verdict.alpha", 0.9, "verdict.alpha", "less than 0.5"),
    ("compute.engine", "lme4", "compute.engine", "multilevel"),
    ("compute.df", "kenward", "compute.df", "did you mean `kenward_roger`"),
]

YAML_CASES = [
    ("", "params.yaml", "empty"),
    ("a: 1\na: 2\n", "a (line 2)", "stands twice"),
    ("a:\n  b: 1\n  b: 1\n", "a.b (line 3)", "stands twice"),
    ("a: 010\n", "a (line 1)", "leading zero"),
    ("a: 0x1F\n", "a (line 1)", "hexadecimal"),
    ("a: 1_000\n", "a (line 1)", "underscores"),
    ("a: .inf\n", "a (line 1)", "infinite"),
    ("a: 2026-01-01\n", "a (line 1)", "calendar date"),
    ("a: &x 1\nb: *x\n", "a (line 1)", "anchor"),
    ("a: !!python/object:os.system x\n", "a (line 1)", "tag"),
    ("a: [1, 2\n", "line", "not readable as YAML"),
    ("a:\n\t- 1\n", "line", "not readable as YAML"),
    ("a: [no, 010]\n", "a[1] (line 1)", "leading zero"),
    ("a: +.INF\n", "a (line 1)", "infinite"),
    ("a: 0b11\n", "a (line 1)", "binary"),
    ("a: 2026-01-01 10:00:00\n", "a (line 1)", "calendar date"),
    ("a: <<\n", "a (line 1)", "YAML special"),
    ("? [a, b]\n: 1\n", "line 1", "not plain text"),
    ("a: " + "9" * 6000 + "\n", "a (line 1)", "a number of 6,000 characters"),
    ("a: " + "[" * 3000 + "]" * 3000 + "\n", "line 1", "nested more than"),
    ("\n".join(" " * level + "a:" for level in range(300)) + " 1\n", "line 4", "nested more than"),
    ("a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)), "a0 (line 1)", "alias"),
    ("a: " + "x" * (1 << 20) + "\n", "params.yaml", "longer than"),
    (": " * 20_000 + "\n", "params.yaml", "nested too deep"),
    ("%YAML 1.1\n---\na: no\n", "params.yaml line", "a directive"),
    ("%TAG ! tag:x,2000:\n---\na: 1\n", "params.yaml line", "a directive"),
]


@pytest.mark.parametrize(("path", "value", "where", "says"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)])
def test_a_bad_key_is_named_with_what_is_allowed(
    minimal: dict[str, Any], path: str, value: Any, where: str, says: str
) -> None:
    with pytest.raises(ParamsError) as caught:
        params.validate(edited(minimal, path, value))
    assert any(
        problem.where.startswith(where) and says in f"{problem.what} {problem.mend}" for problem in caught.value.problems
    ), str(caught.value)


@pytest.mark.parametrize(("text", "where", "says"), YAML_CASES, ids=[repr(case[0][:30]) for case in YAML_CASES])
def test_yaml_that_readers_disagree_about_is_refused(text: str, where: str, says: str) -> None:
    with pytest.raises(ParamsError) as caught:
        parse(text)
    assert any(where in problem.where and says in problem.what for problem in caught.value.problems), str(caught.value)


def test_many_problems_are_told_up_to_a_number_and_soon() -> None:
    started = time.process_time()
    with pytest.raises(ParamsError) as caught:
        params.load("".join(f"k{number}: 1\n" for number in range(60_000)))
    assert time.process_time() - started < 5
    assert len(caught.value.problems) == params.MOST_TOLD + 1
    assert "more problems" in str(caught.value)


def test_a_bare_null_is_told_to_want_quotes() -> None:
    for bare in ("null", ""):
        with pytest.raises(ParamsError) as caught:
            params.load(TEXT.replace("scenario: default", f"scenario: {bare}"))
        assert '"null" needs its quotes' in str(caught.value)


def test_keys_are_text_as_they_stand() -> None:
    assert parse("{no: 1, 010: 2, 1:30: 3, Y: 4}\n") == {"no": 1, "010": 2, "1:30": 3, "Y": 4}


TEXTS = """
no yes on off No YES Off y N true false null ~ 010 08 0x1F 0o17 0b1 1_000 1:30 12:30:45 190:20:30 1:2:3 .inf -.inf .nan
2026-01-01 2026-01-01T10:00 2026-1-1 20260101 = << 1e5 .5 5. +5 -9 99 007 30-44 90+ under_18 1,5 NA NaN . -
"""


@pytest.mark.parametrize("text", TEXTS.split())
def test_text_in_quotes_stays_the_same_text_when_dvc_writes_the_file_anew(text: str) -> None:
    from ruamel.yaml import YAML

    written = f'a: "{text}"\nb: ["{text}"]\n"{text}": 1\n'
    rewritten = io.StringIO()
    YAML().dump(YAML().load(written), rewritten)  # without the quotes, where YAML 1.2 reads text without them as well
    assert parse(written) == parse(rewritten.getvalue()) == {"a": text, "b": [text], text: 1}


@pytest.mark.parametrize(
    ("line", "where", "says"),
    [
        ("debriefed: no", "hypotheses.joint.exposure.debriefed", 'found "no"; allowed: true or false'),
        ("planned: Yes", "hypotheses.joint.exposure.planned", 'found "Yes"; allowed: true or false'),
        ("lag: 1:30", "hypotheses.joint.exposure.lag", 'found "1:30"; allowed: a valid integer'),
        ("setting: off", "hypotheses.joint.exposure.setting", 'found "off"; '),
    ],
)
def test_bare_words_are_refused_where_they_could_be_misread(
    minimal: dict[str, Any], line: str, where: str, says: str
) -> None:
    text = json.dumps(minimal).replace('"mode": "joint"', f'"mode": "joint", {line}')
    with pytest.raises(ParamsError) as caught:
        params.load(text)
    assert [(problem.where, f"{problem.what}; {problem.mend}"[: len(says)]) for problem in caught.value.problems] == [
        (where, says)
    ]


def test_a_missing_code_that_is_a_word_survives_dvc(minimal: dict[str, Any]) -> None:
    from ruamel.yaml import YAML

    minimal = edited(minimal, "sources.tables.sessions.missing", ["", "no", "1:30", "off"])
    rewritten = io.StringIO()
    YAML().dump(YAML().load(json.dumps(minimal)), rewritten)
    assert params.load(rewritten.getvalue()).sources.tables["sessions"].missing == ("", "no", "1:30", "off")


def test_the_shipped_file_stays_valid_when_dvc_writes_it_anew() -> None:
    from ruamel.yaml import YAML

    rewritten = io.StringIO()
    YAML().dump(YAML().load(TEXT), rewritten)  # what `dvc exp run -S` does
    assert params.load(rewritten.getvalue()) == params.load(TEXT)


def test_all_errors_come_at_once(minimal: dict[str, Any]) -> None:
    data = minimal
    for path, value in (("study.seed", -1), ("privacy.k", 0), ("hypotheses.joint.role", "x"), ("extra", 1)):
        data = edited(data, path, value)
    with pytest.raises(ParamsError) as caught:
        params.validate(data)
    assert {problem.where for problem in caught.value.problems} == {
        "study.seed",
        "privacy.k",
        "hypotheses.joint.role",
        "<key 11>",
    }


def test_the_shipped_file_is_valid_and_frozen() -> None:
    loaded = params.load(TEXT)
    with pytest.raises(ValueError, match="frozen"):
        loaded.study.seed = 2  # type: ignore[misc]


def test_defaults_fill_what_is_left_out(minimal: dict[str, Any]) -> None:
    hypothesis = params.validate(minimal).hypotheses["joint"]
    assert params.effective(hypothesis)["exposure"]["dose"] == "count"
    assert hypothesis.effect == "within"


def test_the_committed_schema_is_current() -> None:
    assert (ROOT / "docs/params.schema.json").read_text(encoding="utf-8") == params.schema(closed_values())


def test_the_schema_accepts_the_shipped_file_and_refuses_an_unknown_key() -> None:
    import jsonschema

    schema = json.loads(params.schema(closed_values()))
    data = parse(TEXT)
    jsonschema.validate(data, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "unknown": 1}, schema)


def _accepted_or_explained(read: Callable[[], object]) -> bool:
    """Whether reading either gives params or stops with at least one problem in words; anything else is raised on."""
    try:
        read()
    except ParamsError as error:
        return len(error.problems) > 0
    return True


@settings(deadline=None)  # how busy the machine is is not what is tested
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    assert _accepted_or_explained(lambda: params.load(text))


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9), st.lists, max_leaves=5))
def test_any_value_in_any_section_is_read_or_refused_in_words(value: Any) -> None:
    base = parse(TEXT)
    for section in base:
        assert _accepted_or_explained(lambda: params.validate({**base, section: value}))  # noqa: B023


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
