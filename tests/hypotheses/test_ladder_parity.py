"""The headline as it is by default and the checks that rest on it alone, against R: tests/reference/hypotheses/ladder.R.

Exposure slopes by worker, window length, hidden cause (with rho_break found by bisection), specificity on evidence, the
average client and CR2, with Satterthwaite's and, of twelve workers, Kenward and Roger's degrees of freedom.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from pipeline.base.params import Compute
from pipeline.hypotheses.battery import average_client, cluster_robust, hidden_cause, specificity
from pipeline.hypotheses.battery.shared.setting import Found, Setting, combined_estimate
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.kinds.multilevel.evaluate import primary_fit
from pipeline.hypotheses.memory import Memory
from pipeline.results.estimate import Estimate
from tests.hypotheses.studies import hypothesis
from tests.hypotheses.test_parity import HERE, MODES, SAME, SAME_DF, ledger, occasions

R = json.loads((HERE / "ladder.json").read_text())
FIRST = 14  # days of a first window
CHECKS = {"hidden_cause": hidden_cause, "specificity": specificity, "average_client": average_client}


@cache
def setting(few: bool = False, stayers: bool = False) -> Setting:
    rows = occasions(keep_worker=stayers, few=few)
    rows["score_total"] += 0.25 * np.sin(2.3 * rows["worker_id"]) * rows["joint"]
    rows["previous_day"] = rows.groupby("client_id")["day"].shift().fillna(rows["day"] - FIRST)
    declared = hypothesis(covariates=["phase"])
    built = build_sample(declared, rows.drop(columns=list(MODES)), ledger(rows))
    return primary_fit(declared, built, Compute())


@cache
def found(name: str, few: bool) -> Found:
    return CHECKS[name].run(setting(few))


def wanted(name: str, few: bool) -> dict[str, dict[str, float]]:
    return dict((R["few_workers"] if few else R)[name])


def agrees(number: Estimate, reference: dict[str, float]) -> None:
    assert number.estimate == pytest.approx(reference["estimate"], rel=SAME, abs=SAME * reference["std_error"])
    assert number.std_error == pytest.approx(reference["std_error"], rel=SAME)
    assert number.df == pytest.approx(reference["df"], rel=SAME_DF)


@pytest.mark.parametrize("few", [False, True], ids=["satterthwaite", "kenward_roger"])
class TestLadder:
    """Of all workers and of twelve."""

    def test_headline(self, few: bool) -> None:
        own = setting(few)
        assert [(one.group, one.term) for one in own.primary.left_out] == ([("worker_id", None)] if few else [])
        assert own.primary.design.random["worker_id"] == ["1", "joint_within"]
        agrees(own.tested, wanted("primary", few))

    def test_hidden_cause(self, few: bool) -> None:
        own, there = found("hidden_cause", few), wanted("hidden_cause", few)
        agrees(own.estimate, there["apart"])
        for name in ("before", "after", "earlier"):
            agrees(getattr(own.beside, name), there[name])

    def test_specificity(self, few: bool) -> None:
        own, there = found("specificity", few), wanted("specificity", few)
        agrees(own.estimate, there["apart"])
        agrees(own.beside.controls, there["controls"])

    def test_average_client(self, few: bool) -> None:
        own, there = found("average_client", few), wanted("average_client", few)
        agrees(own.estimate, there["tested"])
        agrees(own.beside.product, there["product"])


def test_window_length_and_the_slope_by_worker() -> None:
    own = setting().primary
    assert own.model.deviance == pytest.approx(R["deviance"], abs=1e-4)
    agrees(combined_estimate(own.model, own.design, {"window_days": 1.0}), R["window"])
    agrees(combined_estimate(own.model, own.design, {"window_log_days": 1.0}), R["window_log"])
    rows = own.model.variance
    slope = rows[(rows["group"] == "worker_id") & (rows["term_1"] == "joint_within") & (rows["term_2"] == "joint_within")]
    assert float(slope["covariance"].iloc[0]) == pytest.approx(R["worker_slope_sd"] ** 2, rel=1e-3)


def test_memory_of_a_hidden_cause() -> None:
    """Covariances by differences of errors are those of the model, and Fieller's limit is where R finds it by bisection."""
    own = found("hidden_cause", False)
    for name, value in R["hidden_vcov"].items():
        assert getattr(own.facts, name) == pytest.approx(value, rel=1e-3)
    before, after = own.beside.before, own.beside.after
    memory = Memory(
        before.estimate,
        after.estimate,
        before.std_error**2,
        after.std_error**2,
        own.facts.cov_before_after,
        before.df,
    )
    assert memory.rho_break() == pytest.approx(R["rho_break"], rel=1e-4)


def test_cluster_robust() -> None:
    agrees(cluster_robust.run(setting(stayers=True)).estimate, R["cluster_robust"])
