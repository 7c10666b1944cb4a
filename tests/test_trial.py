"""A try: the version that was asked for, beside the declared one, on record, and params.yaml untouched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.base.errors import ParamsError, StageError
from pipeline.base.yaml_text import parse
from pipeline.commands.compare import released
from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.hypotheses import trial
from pipeline.hypotheses.told import told
from pipeline.project import tries
from pipeline.report.claims import claim_of
from pipeline.report.results import metrics_of
from pipeline.results.trying import Tries, Try
from pipeline.vocabulary.results import RULES
from tests.project import ROOT
from tests.report import results
from tests.results import make

TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")
GATE = Gate(Rules(), Census(15))
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
    version = trial.changed_hypothesis(data, NAME, {"exposure.lag": 2, "random.client_id": ["intercept"]})
    assert version.exposure.lag == 2
    assert version.random["client_id"] == ("intercept",)
    same = trial.changed_hypothesis(data, NAME, {})
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
        trial.changed_hypothesis(parse(TEXT), name, settings)


def test_a_version_tried_twice_counts_once_and_every_other_counts() -> None:
    one = Try(hypothesis="a", changes={"exposure.lag": "1"}, date="2026-01-01")
    again = one.model_copy(update={"date": "2026-02-02"})
    other = one.model_copy(update={"changes": {"exposure.lag": "2"}})
    found = Tries().with_one(one).with_one(again).with_one(other)
    assert found.counts() == {"a": 2}
    assert (found.number(again), found.number(other)) == (1, 2)


def test_a_list_of_tries_that_was_broken_is_said_and_not_started_anew(tmp_path: Path) -> None:
    assert tries.recorded_tries(tmp_path) == Tries()
    (tmp_path / tries.FILE).write_text("{", encoding="utf-8")
    with pytest.raises(StageError, match=r"tries\.json"):
        tries.recorded_tries(tmp_path)


def test_a_revision_that_git_does_not_know_has_no_numbers(tmp_path: Path) -> None:
    assert released(tmp_path, "nowhere") == {}


def test_each_version_is_printed_with_the_rule_that_decided() -> None:
    """A small number called inconclusive wants its reason beside it."""
    found = results.fit("supported")
    judged = [results.judged(verdict, found) for verdict in ("supported", "inconclusive")]
    before, after = (one.model_copy(update={"tested": found.tested, "models": found.models}) for one in judged)
    said = list(trial.comparison_lines(before, after, GATE))
    assert [line for line in said if "why:" in line] == [f"    why: {RULES[one.rule]}" for one in (before, after)]


@pytest.mark.parametrize("release", ["public", "internal"])
@pytest.mark.parametrize("event", [False, True])
@pytest.mark.parametrize("clients", [12, 30, 140])
@pytest.mark.parametrize(("estimate", "error"), [(0.152, 0.0213), (-0.186, 0.38), (0.0004, 0.09), (0.21, 0.104)])
def test_a_terminal_shows_the_numbers_of_the_page(
    release: str, event: bool, clients: int, estimate: float, error: float
) -> None:
    """Odds of 0.83 [0.39, 1.74] in a terminal stood beside 1.0 [0.4, 2.2] on the page, which rounds for few events."""
    base = results.fit("supported")
    number = make.number_tested(estimate, error, 132.4, sd=0.48).model_copy(update={"clients": clients})
    models = tuple(one.model_copy(update={"clients": clients, "workers": 15}) for one in base.models)
    fit = base.model_copy(update={"tested": number, "models": models})
    judged = results.judged("supported", fit).model_copy(update={"tested": number, "models": models})
    gate = Gate(Rules(release=release), Census(15))
    name = results.name_of("supported")
    spec = results.params(("supported",)).hypotheses[name]
    if event:
        spec = spec.model_copy(update={"outcome": spec.outcome.model_copy(update={"kind": "dropout"})})
    claim = claim_of("C1", spec, fit, judged, gate)
    shown = told(judged, gate, event)
    assert claim.effect is not None
    page = claim.effect.odds or claim.effect.own
    numbers = [page.estimate, page.low, page.high]
    assert re.findall(r"[0-9.]+", shown.card) == [one.text.strip("−") for one in numbers]
    if not event:
        scaled = claim.effect.scaled
        assert re.findall(r"[0-9.]+", shown.effect) == [
            one.text.strip("−") for one in (scaled.estimate, scaled.low, scaled.high)
        ]
    assert shown.p.removeprefix("adjusted p ").removeprefix("= ") == claim.effect.p_adjusted.text
    assert metrics_of(claim)["estimate"] == page.estimate


def test_too_few_people_show_no_number_in_a_terminal_either() -> None:
    found = results.fit("supported", clients=7)
    few = tuple(one.model_copy(update={"clients": 7}) for one in found.models)
    judged = results.judged("supported", found).model_copy(update={"tested": found.tested, "models": few})
    assert "withheld" in told(judged, GATE).why
    assert not told(judged, GATE).effect
