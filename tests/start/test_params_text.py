"""params.yaml after start: another `sources:`, fewer hypotheses, and every other byte as it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.params import load
from pipeline.base.yaml_text import parse
from pipeline.measures.library import shipped
from pipeline.start.choose import choose
from pipeline.start.params_text import section_yaml, with_scales, with_section, with_study, with_values, without_hypotheses

TEXT = (Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8")
BEFORE = parse(TEXT)["hypotheses"]
NAMES = sorted(BEFORE)


def outside(text: str, *sections: str) -> list[str]:
    """The lines that belong to none of some top-level sections."""
    kept, inside = [], False
    for line in text.splitlines():
        if re.match(r"[a-z_]+:", line):
            inside = line.partition(":")[0] in sections
        if not inside or line.startswith("#"):
            kept.append(line)
    return [line for line in kept if line]


def test_another_section_leaves_all_other_lines() -> None:
    new = with_section(TEXT, "sources", section_yaml("sources", {"directory": "data/raw/x", "tables": {}, "ratings": {}}))
    assert outside(new, "sources") == outside(TEXT, "sources")
    assert parse(new)["sources"] == {"directory": "data/raw/x", "tables": {}, "ratings": {}}


@settings(max_examples=8, deadline=None)
@given(gone=st.sets(st.sampled_from(NAMES)))
def test_without_hypotheses_the_others_stand_as_they_stood(gone: set[str]) -> None:
    new = without_hypotheses(TEXT, gone)
    before, after = BEFORE, parse(new)["hypotheses"]
    assert after == {name: found for name, found in before.items() if name not in gone}
    assert list(after) == [name for name in before if name not in gone]
    assert outside(new, "hypotheses") == outside(TEXT, "hypotheses")
    assert new.count("# Exploratory: suggestive at most.") == 1


TREES = st.recursive(
    st.one_of(st.booleans(), st.integers(-999, 999), st.text("abYN:{}[]#,'\"\\ 0159_-é", max_size=12), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text('ab:#{ 1_"y', min_size=1, max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(tree=st.dictionaries(st.sampled_from(["file", "columns", "rows", "x y"]), TREES, max_size=4))
def test_any_tree_is_read_back(tree: dict[str, object]) -> None:
    assert parse(section_yaml("sources", tree))["sources"] == (tree or None)  # type: ignore[arg-type]


def test_changes_of_a_hypothesis_keep_its_comments() -> None:
    name = "joint_advocacy_strengthens_alliance"
    new = with_values(TEXT, name, {"covariates": ["phase"], "outcome.instrument": "wai_s"})
    entry = new[new.index(f"  {name}:") :].partition("\n  being_there")[0]
    assert "# in within-client SDs of the outcome" in entry
    assert "outcome: { instrument: wai_s, score: total, rater: client }" in entry
    assert "covariates: [phase] # crises bring advocacy" in entry
    found = parse(new)["hypotheses"][name]
    assert (found["covariates"], found["outcome"]["instrument"]) == (["phase"], "wai_s")
    assert outside(new, "hypotheses") == outside(TEXT, "hypotheses")


ENTRIES = (
    "h:\n    outcome: { instrument: wai_sr }\n",
    "h:\n    covariates:\n      - phase\n      - crisis # both\n    outcome:\n      instrument: wai_sr # mine\n",
    "h: { outcome: { instrument: wai_sr } }\n",
)


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_key_that_is_not_there_is_added_in_the_style_of_its_mapping(entry: str) -> None:
    text = f"hypotheses:\n  {entry}verdict: {{}}\n"
    found = parse(with_values(text, "h", {"outcome.rater": "worker", "covariates": ["phase"]}))
    assert found["hypotheses"]["h"] == {"outcome": {"instrument": "wai_sr", "rater": "worker"}, "covariates": ["phase"]}
    assert found["verdict"] == {}


def test_title_and_scales() -> None:
    new = with_scales(with_study(TEXT, 'A "new" title: here'), {"wai_sr": (1.0, 7.0)})
    params = load(new)
    assert (params.study.title, params.study.origin) == ('A "new" title: here', "real")
    assert params.measures.scales == {"wai_sr": (1, 7)}
    again = load(with_scales(new, {"srs": (0.0, 10.0)}))
    assert again.measures.scales == {"srs": (0, 10)}
    assert outside(new, "study", "measures") == outside(TEXT, "study", "measures")


def test_the_shipped_hypotheses_run_on_the_shipped_columns() -> None:
    choice = choose(load(TEXT), shipped(), {})
    assert (choice.gone, choice.changes) == ({}, {})


@pytest.mark.parametrize(
    ("taken", "gone", "changed"),
    [
        ("        crisis: crisis_yn\n", set(), "covariates"),
        ("        debriefed: talked_over_yn\n", {"talking_it_over_deepens_the_effect"}, ""),
        ("        need_index: need_0_10\n", {"clients_in_need_gain_more"}, ""),
        ("        empathy_client: emp_cl\n", {"empathy_carries_the_effect"}, ""),
    ],
)
def test_what_lacks_a_column_goes_or_loses_a_covariate(taken: str, gone: set[str], changed: str) -> None:
    assert taken in TEXT
    text = TEXT.replace(taken, "").replace('        crisis: { "Y": true, "N": false }\n', "")
    choice = choose(load(text.replace("        crisis: crisis_yn\n", "") if changed else text), shipped(), {})
    assert set(choice.gone) == gone
    assert all(set(changes) <= {changed} for changes in choice.changes.values())
    assert bool(choice.changes) == bool(changed)


def test_another_instrument_takes_over_the_outcomes_it_can_give() -> None:
    text = TEXT.replace("instrument: wai_sr\n", "instrument: wai_36\n").replace('items: "wai_{item}"', 'items: "wai_{item}"')
    choice = choose(load(text), shipped(), {})
    assert choice.gone == {}
    assert {changes["outcome.instrument"] for changes in choice.changes.values()} == {"wai_36"}


def test_modes_and_levels_that_no_row_holds_take_their_hypotheses_with_them() -> None:
    choice = choose(load(TEXT), shipped(), {"advocacy.mode": {"joint"}, "advocacy.setting": {"court", "school"}})
    assert set(choice.gone) == {
        "being_there_matters_beyond_advocacy",
        "concrete_services_strengthen_alliance",
        "social_services_visits_matter_most",
    }
