"""params.yaml: which keys and values are refused, where, and with which help; all of it at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base import params
from pipeline.base.errors import ParamsError
from pipeline.base.yaml_text import parse
from pipeline.hypotheses.rules import closed_values
from tests.params.texts import GONE, TEXT, edited
from tests.project import ROOT

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


@pytest.mark.parametrize(("path", "value", "where", "says"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)])
def test_a_bad_key_is_named_with_what_is_allowed(
    minimal: dict[str, Any], path: str, value: Any, where: str, says: str
) -> None:
    with pytest.raises(ParamsError) as caught:
        params.validate(edited(minimal, path, value))
    assert any(
        problem.where.startswith(where) and says in f"{problem.what} {problem.mend}" for problem in caught.value.problems
    ), str(caught.value)


def test_many_problems_are_told_up_to_a_number() -> None:
    with pytest.raises(ParamsError) as caught:
        params.load("".join(f"k{number}: 1\n" for number in range(60_000)))
    assert len(caught.value.problems) == params.MOST_TOLD + 1
    assert "more problems" in str(caught.value)


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
