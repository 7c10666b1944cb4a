"""YAML that readers disagree about is refused, and what DVC writes anew stays the same."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from pipeline.base import params
from pipeline.base.errors import ParamsError
from pipeline.base.yaml_text import parse
from tests.params.texts import TEXT, edited

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


@pytest.mark.parametrize(("text", "where", "says"), YAML_CASES, ids=[repr(case[0][:30]) for case in YAML_CASES])
def test_yaml_that_readers_disagree_about_is_refused(text: str, where: str, says: str) -> None:
    with pytest.raises(ParamsError) as caught:
        parse(text)
    assert any(where in problem.where and says in problem.what for problem in caught.value.problems), str(caught.value)


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
