"""A try: the version that was asked for, beside the declared one, on record, and params.yaml untouched."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import ParamsError, StageError
from pipeline.base.yaml_text import parse
from pipeline.commands.compare import released
from pipeline.hypotheses import trial
from pipeline.project import tries
from pipeline.results.trying import Tries, Try
from pipeline.vocabulary.results import RULES
from tests.project import ROOT
from tests.report import results

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")
NAME = "joint_advocacy_strengthens_alliance"


def test_settings_are_read_as_params_yaml_would() -> None:
    found = trial.settings_of(["exposure.lag=2", "covariates=[phase]", "moderator=null", "exposure.dose=any", "moderator="])
    assert found == {"exposure.lag": 2, "covariates": ["phase"], "moderator": None, "exposure.dose": "any"}


@pytest.mark.parametrize("word", ["exposure.lag", "=2", "covariates=[phase", "exposure.lag=0x2"])
def test_a_setting_that_cannot_be_read_is_said_with_an_example(word: str) -> None:
    with pytest.raises(ParamsError) as caught:
        trial.settings_of([word])
    assert all(problem.mend for problem in caught.value.problems)


def test_a_version_differs_in_what_was_set_and_nothing_else() -> None:
    data = parse(TEXT)
    version = trial.version(data, NAME, {"exposure.lag": 2, "random.client_id": ["intercept"]})
    assert version.exposure.lag == 2
    assert version.random["client_id"] == ("intercept",)
    same = trial.version(data, NAME, {})
    assert version.model_copy(update={"exposure": same.exposure, "random": same.random}) == same
    assert data == parse(TEXT)


@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        ("joint", {}, "there is no `joint`"),
        (NAME, {"exposure.lga": 1}, "did you mean `lag`"),
        (NAME, {"lag": 2}, "did you mean `exposure.lag`"),
        (NAME, {"exposure.lag": -1}, "found -1"),
        (NAME, {"covariates": ["phse"]}, "phase"),
    ],
)
def test_a_version_that_cannot_be_meant_is_refused_in_words(name: str, settings: dict[str, object], says: str) -> None:
    with pytest.raises(ParamsError, match=says):
        trial.version(parse(TEXT), name, settings)


def test_a_version_tried_twice_counts_once_and_every_other_counts() -> None:
    one = Try(hypothesis="a", changes={"exposure.lag": "1"}, date="2026-01-01")
    again = one.model_copy(update={"date": "2026-02-02"})
    other = one.model_copy(update={"changes": {"exposure.lag": "2"}})
    found = Tries().with_one(one).with_one(again).with_one(other)
    assert found.counts() == {"a": 2}
    assert (found.number(again), found.number(other)) == (1, 2)


def test_a_list_of_tries_that_was_broken_is_said_and_not_started_anew(tmp_path: Path) -> None:
    assert tries.recorded(tmp_path) == Tries()
    (tmp_path / tries.FILE).write_text("{", encoding="utf-8")
    with pytest.raises(StageError, match=r"tries\.json"):
        tries.recorded(tmp_path)


def test_a_revision_that_git_does_not_know_has_no_numbers(tmp_path: Path) -> None:
    assert released(tmp_path, "nowhere") == {}


def test_each_version_is_printed_with_the_rule_that_decided() -> None:
    """A small number called inconclusive wants its reason beside it."""
    found = results.fit("supported")
    judged = [results.judged(verdict, found) for verdict in ("supported", "inconclusive")]
    before, after = (one.model_copy(update={"tested": found.tested}) for one in judged)
    said = list(trial.lines(before, after))
    assert [line for line in said if "why:" in line] == [f"    why: {RULES[one.rule]}" for one in (before, after)]
