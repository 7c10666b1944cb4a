"""Every verdict of kinds x deciding checks x states x predictions: nothing is claimed that a check does not carry."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest

from pipeline.base.options import Predicted
from pipeline.base.params import VerdictRules
from pipeline.hypotheses.verdict.case import MOOT
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.hypotheses.verdict.states import deciding_checks
from pipeline.results.attempt import CheckResult, FurtherNumbers, State
from pipeline.results.estimate import estimate_of
from pipeline.results.fit import Ceiling, Fit
from pipeline.results.verdict import Judged
from pipeline.vocabulary.checks import CHECKS, group_of_check
from tests.hypotheses.studies import hypothesis
from tests.results import make

RULES = VerdictRules()
DECIDING = deciding_checks(RULES)
CLAIMS = ("supported", "suggestive", "opposite")
KINDS: dict[str, Ceiling | None] = {"multilevel": None, "hazard": "series_ends", "mediation": "product_of_paths"}
SIZES = {"clear": (0.2, 0.02), "clear, negative": (-0.2, 0.02), "tiny": (0.0, 0.01), "wide": (0.02, 0.1)}
STATES = ("held", "other side", "both sides", "not computed", "not applicable", "moot")


def ended(name: str, how: str, value: float, error: float) -> CheckResult:
    """A check whose numbers end in a state: `held` keeps to the number, the others do what their names say."""
    if how == "not computed":
        return make.check(name, None)
    if how in ("not applicable", "moot"):
        return make.absent(name, MOOT[0] if how == "moot" else "other_engine")
    number = {"held": value, "other side": -(value or 0.2), "both sides": 0.0}[how]
    own = error if how == "held" else 0.02
    if group_of_check(name) == "hidden_cause":
        return make.hidden_cause(number, number if how == "both sides" else 0.0, own).model_copy(update={"check": name})
    beside = FurtherNumbers()
    if group_of_check(name) == "specificity":  # broken by a control of the same sign that cannot be told apart
        beside = FurtherNumbers(control=estimate_of(0.0 if how == "held" else value or 0.2, 0.02, None))
    if group_of_check(name) == "average":
        beside = FurtherNumbers(product=estimate_of(0.0 if how == "held" else 0.2, 0.02, None))
    return make.check(name, number, own, beside=beside)


def judged(
    kind: str, size: str, predicted: Predicted, states: dict[str, str], rules: VerdictRules = RULES, **more: Any
) -> Judged:
    value, error = SIZES[size]
    battery = tuple(ended(name, states.get(name, "held"), value, error) for name in DECIDING)
    fit: Fit = make.fit(kind=kind, ceiling=KINDS[kind], tested=make.number_tested(value, error), battery=battery)
    return judge_study({"h": fit}, {"h": hypothesis(predicted=predicted, **more)}, rules).hypotheses["h"]


GRID = list(product(KINDS, SIZES, get_args(Predicted)))


@pytest.mark.parametrize(("kind", "size", "predicted"), GRID)
def test_nothing_is_supported_that_a_deciding_check_does_not_carry(kind: str, size: str, predicted: Predicted) -> None:
    for name, how in product(DECIDING, STATES):
        entry = judged(kind, size, predicted, {name: how})
        if entry.verdict == "supported":
            assert kind == "multilevel"
            assert how in ("held", "moot") or (predicted == "none" and carried(entry, name)), (name, how)
        if entry.verdict in CLAIMS:
            assert how != "not computed", name
        if how == "not computed" and entry.rule == "not_checked":
            assert entry.verdict == "inconclusive"
            assert name in entry.decided_by


def carried(entry: Judged, name: str) -> bool:
    """A null has nothing to break: its checks must have been made, and none of those that could hide it speaks."""
    state: State = next(one.state for one in entry.attempts if one.check == name)
    return state not in ("not_computed", "not_applicable", "not_clear")


@pytest.mark.parametrize("size", ["clear", "clear, negative"])
def test_the_side_that_was_predicted_alone_is_supported(size: str) -> None:
    found = {predicted: judged("multilevel", size, predicted, {}).verdict for predicted in get_args(Predicted)}
    right = "positive" if size == "clear" else "negative"
    wanted = {predicted: "supported" if predicted == right else "opposite" for predicted in get_args(Predicted)}
    assert found == wanted


@pytest.mark.parametrize("name", DECIDING)
def test_a_null_needs_all_that_could_hide_an_effect(name: str) -> None:
    assert judged("multilevel", "tiny", "none", {}).verdict == "supported"
    assert judged("multilevel", "tiny", "none", {name: "not computed"}).verdict == "inconclusive"
    assert judged("multilevel", "tiny", "none", {name: "not applicable"}).verdict == "suggestive"
    assert judged("multilevel", "tiny", "none", {}, role="exploratory").verdict == "suggestive"
    assert judged("hazard", "tiny", "none", {}).verdict == "suggestive"


def test_an_average_client_who_has_an_effect_is_no_null() -> None:
    assert judged("multilevel", "tiny", "none", {"average_client": "other side"}).rule == "none_predicted_may_be_hidden"


@pytest.mark.parametrize("at", ["direction_checks", "fragile_checks", "evidence_checks", "specificity_checks"])
@pytest.mark.parametrize("how", ["other side", "both sides", "not computed", "not applicable"])
def test_whichever_list_names_a_check_it_is_no_way_round(at: str, how: str) -> None:
    lists = {"direction_checks": ("hidden_cause",), at: ("feedback",)}
    assert judged("multilevel", "clear", "positive", {"feedback": how}, VerdictRules(**lists)).verdict != "supported"


@pytest.mark.parametrize("name", RULES.asked_of_claims)
def test_what_every_claim_rests_on_is_asked_whether_it_decides_or_not(name: str) -> None:
    rules = VerdictRules(direction_checks=(), evidence_checks=())
    assert judged("multilevel", "clear", "positive", {name: "not computed"}, rules).verdict == "inconclusive"
    assert judged("multilevel", "clear", "positive", {name: "not applicable"}, rules).verdict == "suggestive"


def test_an_effect_that_turns_round_beside_the_other_windows_excludes_no_cause() -> None:
    battery = tuple(ended(name, "held", 0.2, 0.02) for name in DECIDING if name != "hidden_cause")
    turned = make.hidden_cause(-0.2, 0.0)
    fit = make.fit(tested=make.number_tested(0.2), battery=(*battery, turned))
    assert judge_study({"h": fit}, {"h": hypothesis()}, RULES).hypotheses["h"].verdict == "no direction can be claimed"


def test_every_deciding_check_has_its_words() -> None:
    assert set(DECIDING) <= set(CHECKS)
