"""The check of a hidden cause of leaving: the window before, held to statsmodels, and what may be said by it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.worlds import ladder, study
from benchmarks.worlds.catalogue import BY_NAME
from benchmarks.worlds.law import Size
from pipeline.base.params import Compute
from pipeline.hypotheses.evaluate import evaluate
from pipeline.results.attempt import CheckResult
from tests.hypotheses.studies import hypothesis
from tests.hypotheses.test_parity import ledger, occasions

SAME = 1e-6  # both are maximum likelihood by Newton's method
MISSED = {"outcome": {"instrument": "wai_sr", "kind": "no_show"}, "window_length": False}


def check(name: str, dose: str = "count") -> CheckResult:
    rows = occasions(keep_worker=False, few=False)
    plan = hypothesis(**MISSED, exposure={"mode": "joint", "dose": dose})
    found = evaluate(plan, rows, ledger(rows), Compute())
    return next(one for one in found.battery if one.check == name)


def beside_by_statsmodels(column: str) -> pd.Series:
    """The coefficients of the same odds model with the last session's value of a column in it: `x` the exposure's."""
    from statsmodels.api import GLM, families

    rows = occasions(keep_worker=False, few=False)
    before = rows.groupby("client_id")[column].shift()
    time = rows["session_number"] - rows["session_number"].mean()
    columns = {"one": 1.0, "x": rows["joint"], "before": before.fillna(0), "t": time, "t2": time**2}
    table = pd.DataFrame({**columns, "first": before.isna()}).astype(float)
    return GLM(rows["missed_next"].astype(float), table, family=families.Binomial()).fit(tol=1e-12).params


def test_the_window_before_is_that_of_statsmodels() -> None:
    wanted = beside_by_statsmodels("joint")
    found = check("hidden_cause").beside
    assert found.before is not None
    assert found.earlier is not None
    assert found.before.estimate == pytest.approx(wanted["x"], rel=SAME)
    assert found.earlier.estimate == pytest.approx(wanted["before"], rel=SAME)
    assert np.isfinite(found.earlier.std_error)


def test_the_rating_before_the_window_is_that_of_statsmodels() -> None:
    wanted = beside_by_statsmodels("score_total")
    found = check("rating_before").estimate
    assert found is not None
    assert found.estimate == pytest.approx(wanted["x"], rel=SAME)


def test_a_dose_that_decays_has_no_window_apart() -> None:
    assert check("hidden_cause", "decay(14)").reason is not None


@pytest.mark.parametrize("name", ["dropout_engaged", "dropout_crisis"])
def test_what_lasts_and_brings_both_is_no_effect(name: str) -> None:
    """One study each, of a size at which the number is clear of chance."""
    world = BY_NAME[name]
    tables = study.draw(world, study.Task(name, Size(40, 1600, 12), 993_001))
    said = ladder.ask(tables, world.asked)
    assert said.tested.low > 0 or said.tested.high < 0
    assert said.verdict == "no direction can be claimed"
