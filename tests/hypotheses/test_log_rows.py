"""Rows about the log and about clients' own effects: what they say, and that no verdict hangs on them."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.base.params import Compute, VerdictRules
from pipeline.hypotheses.battery import run_check
from pipeline.hypotheses.battery.differential_logging import CHECK as DIFFERENTIAL
from pipeline.hypotheses.battery.late_logging import CHECK as LATE
from pipeline.hypotheses.battery.shared.setting import Setting
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.kinds.multilevel.evaluate import primary_fit
from pipeline.hypotheses.kinds.multilevel.parts import residual_df
from pipeline.hypotheses.kinds.multilevel.spread import own_effects
from pipeline.hypotheses.kinds.multilevel.yardsticks import partial_share, yardsticks
from pipeline.hypotheses.verdict.judge import judge_study
from tests.hypotheses.studies import hypothesis, linked
from tests.results import make

EXACT = 1e-9  # the same closed formula on both sides


def setting(compute: Compute | None = None, **changes: object) -> Setting:
    plan, (occasions, ledger) = hypothesis(**changes), linked()
    return primary_fit(plan, build_sample(plan, occasions, ledger), compute or Compute())


def test_a_log_without_delay_changes_nothing_and_one_with_delay_had_hidden_some() -> None:
    own = setting(Compute(late_share=0.0))
    found = run_check("late_logging", LATE, own)
    assert found.estimate is not None
    assert found.estimate.estimate == pytest.approx(own.tested.estimate, rel=EXACT)
    late = run_check("late_logging", LATE, setting(Compute(late_share=0.5))).estimate
    assert late is not None
    assert late.estimate > own.tested.estimate
    assert late.std_error > own.tested.std_error


def test_the_same_seed_gives_the_same_row() -> None:
    assert run_check("late_logging", LATE, setting()) == run_check("late_logging", LATE, setting())


def test_a_tipping_point_is_told_with_the_number_as_it_is() -> None:
    own = setting()
    found = run_check("differential_logging", DIFFERENTIAL, own)
    assert found.estimate == own.tested
    assert (found.facts.share or 0.0) > 0


@pytest.mark.parametrize(
    "changes",
    [{"effect": "worker"}, {"exposure": {"mode": "joint", "dose": "decay(14)"}}, {"contrast": {"minus": "worker_solo"}}],
)
def test_what_it_cannot_be_asked_of_is_said(changes: dict[str, object]) -> None:
    for name, check in (("late_logging", LATE), ("differential_logging", DIFFERENTIAL)):
        assert run_check(name, check, setting(**changes)).outcome == "not_applicable"


@pytest.mark.parametrize("value", [-5.0, 0.0, 5.0, None])
@pytest.mark.parametrize("name", ["late_logging", "differential_logging"])
def test_no_verdict_hangs_on_the_log(name: str, value: float | None) -> None:
    rules = VerdictRules()
    without = judge_study({"h": make.fit()}, {"h": hypothesis()}, rules).hypotheses["h"]
    fit = make.fit(battery=(*make.fit().battery, make.check(name, value)))
    assert judge_study({"h": fit}, {"h": hypothesis()}, rules).hypotheses["h"].verdict == without.verdict


def test_clients_own_effects_lie_where_the_number_and_their_spread_put_them() -> None:
    own = setting()
    found = own_effects(own.primary, own.tested)
    assert found is not None
    assert found.conf_low < found.sd < found.conf_high
    assert 0.5 < found.share_above <= 1.0
    terms = own.primary.design.random["client_id"]
    assert own_effects(own.primary, own.tested.model_copy(update={"estimate": 0.0})).share_above == 0.5  # type: ignore[union-attr]
    assert "joint_within" in terms


def test_no_slope_no_spread() -> None:
    own = setting(random={"client_id": ["intercept"], "worker_id": ["intercept"]})
    assert own_effects(own.primary, own.tested) is None


def test_a_spread_that_could_be_anything_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its interval overflowed in 2 of 1,561 worlds' studies, and the whole fit ended as a defect."""
    own = setting()
    for error in (1e3, 1e300, float("inf"), float("nan")):
        monkeypatch.setattr(type(own.primary.model), "covariance_error", lambda *_, error=error: error)
        assert own_effects(own.primary, own.tested) is None


def test_yardsticks_are_those_of_covariates_that_change_within_clients() -> None:
    own = setting(covariates=["phase", "need_index"])
    found = yardsticks(own.plan, own.primary, own.tested, residual_df(own.plan, own.primary))
    assert [one.name for one in found] == ["phase"]
    assert abs(found[0].estimate) < abs(own.tested.estimate)


def test_a_partial_share_is_that_of_the_textbook() -> None:
    """R2 = t^2 / (t^2 + df) of one column beside another."""
    rng = np.random.default_rng(5)
    x, z = rng.normal(size=200), rng.normal(size=200)
    y = x + 0.5 * z + rng.normal(size=200)
    columns = np.column_stack([x, z])
    coefficient, rest, *_ = np.linalg.lstsq(columns, y, rcond=None)
    error = np.sqrt(float(rest[0]) / 198 * np.linalg.inv(columns.T @ columns)[1, 1])
    t = coefficient[1] / error
    assert partial_share(y, [x], [z]) == pytest.approx(t**2 / (t**2 + 198), rel=EXACT)
