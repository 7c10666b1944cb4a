"""The checks of a mediation: against lme4 (tests/reference/hypotheses/mediation_checks.R), and what may be said by them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import Compute, VerdictRules
from pipeline.dynamic import Panel, fit_panel, series_of
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.explain import explain
from pipeline.hypotheses.kinds.mediation.battery import CHECKS
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.results.attempt import CheckResult
from pipeline.results.fit import Fit
from pipeline.results.reason import note
from pipeline.results.verdict import Judged
from pipeline.vocabulary.checks import CHECKS as WORDS
from tests.hypotheses.studies import hypothesis, linked
from tests.hypotheses.test_parity import HERE, OLDER, SAME, agrees, ledger, occasions
from tests.results import make

R = json.loads((HERE / "mediation_checks.json").read_text())
THROUGH = {"exposure": {"mode": "joint", "lag": 1}, "mediator": {"column": "empathy_client", "lag": 1}}
PLAIN = {"worker_id": ["intercept"], "client_id": ["intercept", "exposure"]}
RELIABLE = 0.8
SAME_TEST = 5e-3  # relative, of df: lmerTest's second derivatives are numerical, and its rows fewer than the primary's


@cache
def fit() -> Fit:
    """study.csv with another person's report of the mediator, as the R script makes it."""
    rows = occasions(keep_worker=False, few=False)
    rows["empathy_worker"] = rows["empathy_client"] + np.cos(1.7 * np.arange(1, len(rows) + 1))
    outcome = {"instrument": "wai_sr", "reliability": RELIABLE}
    plan = hypothesis(**{**OLDER, **THROUGH, "covariates": ["phase"], "random": PLAIN, "outcome": outcome})
    return evaluate(plan, rows, ledger(occasions(keep_worker=False, few=False)), Compute())


def check(name: str) -> CheckResult:
    return next(one for one in fit().battery if one.check == name)


@pytest.mark.parametrize(("name", "part"), [(n, p) for n in ("hidden_cause", "first_path") for p in R[n]])
def test_windows_beside_a_path_are_those_of_lme4(name: str, part: str) -> None:
    agrees(getattr(check(name).beside, part), R[name][part], same_df=SAME_TEST)


@pytest.mark.parametrize("name", ["session_rating", "lagged_outcome", "other_rater"])
def test_paths_told_again_are_those_of_lme4(name: str) -> None:
    found, paths = check(name), fit().mediation
    assert paths is not None
    for path, letter in (("first", "a"), ("second", "b")):
        if letter in R[name]:
            agrees(getattr(found.beside, path), R[name][letter], same_df=SAME_TEST)
    a, b = (R[name].get(one, {}).get("estimate") for one in ("a", "b"))
    if name != "other_rater":  # there the clients' own paths hang together in another way
        wanted = (a or paths.a.estimate) * (b or paths.b.estimate) + paths.covariance_ab
        assert found.estimate.estimate == pytest.approx(wanted, rel=SAME)


def test_the_panel_lets_ratings_bring_the_mediator() -> None:
    """The same series laid out by hand: time, phase, this window's episodes and the last one's taken out."""
    rows = occasions(keep_worker=False, few=False)
    client = rows["client_id"].to_numpy()
    windows = [rows["joint"].where(rows["occasion"] > 1), rows.groupby("client_id")["joint"].shift()]
    doses = [
        one.fillna(one.groupby(client).transform("mean")) for one in windows
    ]  # where there is none, the client's own mean
    flags = pd.get_dummies(rows["phase"], drop_first=True).to_numpy(dtype=float)
    beside, worker = np.column_stack([rows["session_number"], flags, *doses]), rows["worker_id"].to_numpy()
    values = (rows["empathy_client"].to_numpy(), rows["score_total"].to_numpy())
    panel = fit_panel(series_of(*values, client, rows["occasion"].to_numpy(), worker, beside), RELIABLE)
    assert isinstance(panel, Panel)
    found = check("reversed_order")
    assert found.beside.path.estimate == pytest.approx(panel.numbers["lag_one"].estimate, rel=1e-6)
    assert found.beside.back.estimate == pytest.approx(panel.numbers["gamma"].estimate, rel=1e-6, abs=1e-8)


def study(**columns: Any) -> pd.DataFrame:
    rows, _ = linked()
    return rows.assign(**columns)


def outcomes(plan: dict[str, Any], rows: pd.DataFrame) -> dict[str, str]:
    _, book = linked()
    found = evaluate(hypothesis(**plan), rows, book, Compute())
    return {one.check: one.reason.code if one.reason else one.outcome for one in found.battery}


def test_who_else_could_tell_it() -> None:
    rows, _ = linked()
    noise = np.random.default_rng(2).normal(size=len(rows))
    assert outcomes(THROUGH, rows)["other_rater"] == "no_other_rater"
    assert outcomes(THROUGH, rows.assign(empathy_worker=noise))["other_rater"] == "computed"
    theirs = rows.assign(rater="worker", occasion_id=rows["occasion_id"] + len(rows))
    both = pd.concat([rows, theirs], ignore_index=True)
    _, book = linked()
    twice = pd.concat([book, book.assign(rater="worker", occasion_id=book["occasion_id"] + len(rows))], ignore_index=True)
    found = evaluate(hypothesis(**THROUGH), both, twice, Compute())
    other = next(one for one in found.battery if one.check == "other_rater")
    assert (other.names.mediator, other.names.rater) == ("empathy_client", "worker")
    apart = {**THROUGH, "mediator": {"column": "empathy_worker", "lag": 1}}
    assert outcomes(apart, rows.assign(empathy_worker=noise))["other_rater"] == "raters_differ"
    few = np.where(np.arange(len(rows)) < 5, noise, np.nan)
    assert outcomes(THROUGH, rows.assign(empathy_worker=few))["other_rater"] not in ("computed", "defect")


@pytest.mark.parametrize(
    ("lags", "wanted"),
    [
        ((0, 0), {"hidden_cause": "same_session", "reversed_order": "same_session", "session_rating": "same_session"}),
        ((1, 1), {"hidden_cause": "computed", "reversed_order": "no_reliability", "session_rating": "computed"}),
        ((2, 2), {"hidden_cause": "computed", "reversed_order": "no_path_of_that_lag", "lagged_outcome": "computed"}),
    ],
)
def test_what_can_be_asked(lags: tuple[int, int], wanted: dict[str, str]) -> None:
    plan = {"exposure": {"mode": "joint", "lag": lags[0]}, "mediator": {"column": "empathy_client", "lag": lags[1]}}
    found = outcomes(plan, linked()[0])
    assert list(found) == list(CHECKS)
    assert wanted.items() <= found.items()
    assert found["first_path"] == "computed"


def test_explain_lists_the_checks_and_why_some_are_not_asked() -> None:
    text = explain("h", hypothesis(**THROUGH), Compute(), VerdictRules(), *linked())
    for name in CHECKS:
        assert WORDS[name].label in text
    assert "nobody else tells the mediator" in text


HELD = ("lagged_outcome", "session_rating", "reversed_order", "other_rater")
HALO = (note("same_rater", rater="client"),)


def judged(own: dict[str, CheckResult], notes: tuple[Any, ...] = HALO) -> Judged:
    battery = {name: make.check(name, 0.2) for name in HELD}
    battery |= {
        name: make.hidden_cause(0.2, 0.0).model_copy(update={"check": name}) for name in ("hidden_cause", "first_path")
    }
    fitted = make.fit(kind="mediation", ceiling="product_of_paths", notes=notes, battery=tuple((battery | own).values()))
    return judge_study({"h": fitted}, {"h": hypothesis(role="exploratory")}, VerdictRules()).hypotheses["h"]


def lasting(name: str) -> dict[str, CheckResult]:
    return {name: make.hidden_cause(0.2, 0.2).model_copy(update={"check": name})}


@pytest.mark.parametrize(
    ("own", "verdict", "rule"),
    [
        ({}, "suggestive", "exploratory"),
        (lasting("hidden_cause"), "inconclusive", "mood_not_excluded"),
        (lasting("first_path"), "no direction can be claimed", "direction_broke"),
        ({"hidden_cause": make.absent("hidden_cause", "same_session")}, "inconclusive", "order_not_given"),
        ({"reversed_order": make.check("reversed_order", 0.01)}, "inconclusive", "order_not_clear"),
        ({"reversed_order": make.check("reversed_order", -0.2)}, "no direction can be claimed", "order_broke"),
        ({"reversed_order": make.check("reversed_order", None)}, "inconclusive", "not_checked"),
        ({"session_rating": make.check("session_rating", 0.01)}, "fragile", "robustness_broke"),
        ({"lagged_outcome": make.check("lagged_outcome", 0.01)}, "fragile", "robustness_broke"),
        ({"other_rater": make.check("other_rater", 0.01)}, "inconclusive", "rater_not_clear"),
        ({"other_rater": make.check("other_rater", -0.2)}, "fragile", "robustness_broke"),
        ({"other_rater": make.absent("other_rater", "no_other_rater")}, "suggestive", "exploratory"),
    ],
)
def test_verdicts(own: dict[str, CheckResult], verdict: str, rule: str) -> None:
    found = judged(own)
    assert (found.verdict, found.rule) == (verdict, rule)


def test_a_path_whose_sign_is_not_that_of_the_product_is_read_by_its_own() -> None:
    """Less of the mediator, which lowers ratings: the product is above zero, both paths below."""
    lower = make.hidden_cause(-0.2, 0.0).model_copy(update={"check": "first_path"})
    own = lower.model_copy(update={"beside": lower.beside.model_copy(update={"path": make.estimate(-0.2)})})
    turned = lower.model_copy(update={"beside": lower.beside.model_copy(update={"path": make.estimate(0.2)})})
    assert judged({"first_path": own}).verdict == "suggestive"
    assert judged({"first_path": turned}).verdict == "no direction can be claimed"
