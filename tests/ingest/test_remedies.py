"""Every rule shows what mends it: the key or the command, at the place that broke it, in lines that can be pasted."""

from __future__ import annotations

import re
import shlex
from copy import deepcopy
from typing import Any

import pytest

from pipeline.base.params import validate
from pipeline.base.yaml_text import parse
from pipeline.command_line import COMMANDS
from pipeline.tables.remedies import EXAMPLES, About, remedy_example
from pipeline.tables.rules import RULES, rule_problem
from tests.ingest.small_study import PARAMS, csv, files, verdict

MOST_LINES = 4
SECTIONS = ("sources", "privacy", "measures")
OF_RATINGS = ("items", "scores", "scored", "labels")


def merged(into: dict[str, Any], new: dict[str, Any]) -> None:
    """Deep: what the example says stands over what was there."""
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merged(into[key], value)
        else:
            into[key] = value


def test_every_rule_has_its_example_and_no_other_is_there():
    assert set(EXAMPLES) == {rule.name for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_an_example_is_short_and_can_be_pasted(rule):
    """A command that there is, or lines of params.yaml that are valid where the comment above them says they belong."""
    text = remedy_example(rule.name)
    lines = text.splitlines()
    assert 1 <= len(lines) <= MOST_LINES, text
    assert not re.search(r"<\w+>", text)
    where, said = "", []
    for line in lines:
        if line.startswith("python -m pipeline "):
            assert shlex.split(line)[3] in COMMANDS
        elif line.startswith("cp "):
            continue
        elif line.startswith("#"):
            where = line
        else:
            said.append(line)
    data = deepcopy(PARAMS)
    for key, value in parse("\n".join(said) or "{}").items():
        if key in SECTIONS:
            merged(data, {key: value})
            continue
        table = "clients" if "clients" in where or key == "recode" else "sessions"
        home = data["sources"]["ratings"]["mini_client"] if key in OF_RATINGS else data["sources"]["tables"][table]
        if key == "scores":
            home.pop("items")
        if key in ("session_id", "barriers"):
            merged(home["columns"], {key: value})
        elif key == "joins":
            home[key] = value
        else:
            merged(home, {key: value})
    validate(data)


def test_an_example_names_the_place_that_broke_the_rule():
    told = str(rule_problem("ids_structured", "log.csv, column 3 (worker_id)", about=About(column="worker_id")))
    assert "attested_ids: [worker_id]" in told
    assert 'read: { "wai.sav": { encoding:' in str(rule_problem("label_encoding", "wai.sav"))


def message(raw, params=None):
    return verdict(raw, validate(params or deepcopy(PARAMS)))[1]


def raw_files():
    return {name: csv(rows) for name, rows in files().items()}


def test_a_separator_is_named_for_its_file_alone():
    raw = raw_files()
    raw["ratings.csv"] = raw["ratings.csv"].replace(b",", b"\t")
    said = message(raw)
    assert 'read: { "ratings.csv": { separator: tab } }' in said
    data = deepcopy(PARAMS)
    data["sources"]["read"] = {"ratings.csv": {"separator": "tab"}}
    assert verdict(raw, validate(data))[0] == set()


def test_items_written_with_zeros_are_one_line_and_the_line_mends_them():
    raw = raw_files()
    raw["ratings.csv"] = re.sub(rb"q([1-4])", rb"q0\1", raw["ratings.csv"])
    codes, said = verdict(raw, validate(deepcopy(PARAMS)))
    assert codes == {"S04"}
    assert said.count("[S04]") == 1
    assert 'items: "q{item:02}"' in said
    data = deepcopy(PARAMS)
    data["sources"]["ratings"]["mini_client"]["items"] = "q{item:02}"
    assert verdict(raw, validate(data))[0] == set()
