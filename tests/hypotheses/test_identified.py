"""What the design of a study cannot identify is said in words, never as a number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import Exposure
from pipeline.exposure.link import link
from pipeline.hypotheses.design.build import build_design
from pipeline.hypotheses.design.grouping import one_grouping
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.fitting import carried_by_rows
from pipeline.results.fit import Fit, Left
from pipeline.vocabulary.results import reason_text
from tests.hypotheses.studies import COMPUTE, hypothesis, study


def fitted(workers: int, per_worker: int, skills: list[str] | None = None, **declared: Any) -> Fit:
    tables, scores = study(workers=workers, per_worker=per_worker)
    if skills is not None:
        people = pd.DataFrame({"worker_id": [f"w{i:02d}" for i in range(workers)], "discipline": skills})
        tables = tables | {"workers": people}
    occasions, ledger, _ = link(tables, scores, Exposure())
    return evaluate(hypothesis(**declared), occasions, ledger, COMPUTE)


@pytest.mark.parametrize("effect", ["within", "worker"])
def test_four_workers_of_three_disciplines_tell_no_errors_between_them(effect: str) -> None:
    found = fitted(4, 12, ["a", "b", "c", "c"], covariates=["discipline"], effect=effect)
    assert found.status == "not_estimable"
    assert found.reason is not None
    assert found.reason.code == "as_many_terms_as_groups"
    assert "4 worker_id" not in reason_text(found.reason, exact=True)
    assert "leave covariates" in reason_text(found.reason)


def test_four_workers_alone_are_estimated() -> None:
    assert fitted(4, 12).status == "estimated"


def test_one_client_a_worker_is_one_grouping() -> None:
    found = fitted(40, 1)
    assert found.status == "estimated"
    assert {left.group for left in found.left_out} >= {"worker_id"}
    assert {row.group for row in found.variance} <= {"client_id", "residual"}
    assert all(np.isfinite(row.std_error) for row in found.coefficients)


@pytest.mark.parametrize(("changed", "one"), [(0, True), (1, True), (2, True), (3, False)])
def test_clients_who_are_nearly_the_workers_are_one_grouping_as_well(changed: int, one: bool) -> None:
    """Of sixty clients with a worker each, so many change to a worker of their own half way."""
    client = np.repeat(np.arange(60), 4)
    worker = client.copy()
    for k in range(changed):
        worker[4 * k + 2 : 4 * k + 4] = 60 + k
    assert one_grouping(client, worker) is one


def test_three_workers_with_many_clients_are_two_groupings() -> None:
    assert not one_grouping(np.repeat(np.arange(30), 4), np.repeat(np.arange(3), 40))


def test_two_workers_with_many_clients_are_two_groupings() -> None:
    assert not one_grouping(np.repeat(np.arange(30), 4), np.repeat(np.arange(2), 60))


def test_a_slope_by_worker_that_is_one_client_s_is_left_out_and_named() -> None:
    """One client a worker is ever accompanied: how workers and how clients differ in the effect cannot be told apart."""
    tables, scores = study(workers=12, per_worker=4, sessions=10)
    first = tables["sessions"].groupby("worker_id")["client_id"].min()
    log = tables["advocacy"]
    tables = tables | {"advocacy": log[(log["mode"] != "joint") | log["client_id"].isin(first)]}
    occasions, ledger, _ = link(tables, scores, Exposure())
    sample = build_sample(hypothesis(), occasions, ledger)
    design, dropped = carried_by_rows(build_design(hypothesis(), sample, sample.keep), COMPUTE.drop_slopes)
    assert dropped == [Left(group="worker_id", term="joint_within")]
    assert design.random["client_id"] == ["1", "joint_within", "time"]
    found = evaluate(hypothesis(), occasions, ledger, COMPUTE)
    assert found.status == "estimated"
    assert found.left_out[0] == dropped[0]
    assert all(row.covariance is not None for row in found.variance)
