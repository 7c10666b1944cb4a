"""Controls of a number about clients' own levels are about levels as well; what stays about observed means says so."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import Exposure
from pipeline.exposure.link import link
from pipeline.hypotheses.battery.shared.control import apart_from
from pipeline.hypotheses.battery.shared.setting import Setting, combined_estimate
from pipeline.hypotheses.design.estimability import means_reason
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.kinds.multilevel.evaluate import primary_fit
from pipeline.results.reason import NotEstimable
from tests.hypotheses.studies import COMPUTE, hypothesis, study

TRUE = 0.6  # points for one more expected episode a window, of joint and of solo advocacy alike
MODES = ("joint", "worker_solo")


@cache
def world(spread: float = 0.7) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clients differ in both rates, and ratings in both alike; no episode does anything by itself."""
    random = np.random.default_rng(17)
    tables, scores = study(workers=20, per_worker=15, sessions=7, effect=0.0, rates=(0.0, 0.0, 0.0, 0.0))
    sessions = tables["sessions"]
    client = sessions["client_id"].astype("category").cat.codes.to_numpy()
    rates = {mode: 0.6 * np.exp(spread * random.normal(size=client.max() + 1)) for mode in MODES}
    parts = []
    for mode, rate in rates.items():
        rows = np.repeat(np.arange(len(sessions)), random.poisson(rate[client]))
        part = sessions[["client_id", "worker_id"]].iloc[rows].reset_index(drop=True)
        part["day"] = sessions["day"].to_numpy(dtype=int)[rows] - random.integers(1, 7, len(rows))
        parts.append(part.assign(mode=mode))
    log = pd.concat(parts, ignore_index=True)
    log["episode_id"] = [f"e{i:05d}" for i in range(len(log))]
    log = log.assign(setting="court", level="micro", duration_min=30.0).astype({"day": "Int64"})
    by_session = dict(zip(sessions["session_id"], TRUE * sum(rates.values())[client], strict=True))
    scores = scores.assign(value=scores["value"] + scores["session_id"].map(by_session))
    return link(tables | {"advocacy": log}, scores, Exposure())[:2]


def setting(**changes: Any) -> Setting:
    declared = hypothesis(**({"effect": "between"} | changes))
    return primary_fit(declared, build_sample(declared, *world()), COMPUTE)


def test_a_control_is_raised_as_the_tested_number_is() -> None:
    own = setting()
    apart, control = apart_from(own, ["worker_solo"])
    assert abs(own.tested.estimate - TRUE) < 3 * own.tested.std_error
    assert abs(control.estimate - TRUE) < 3 * control.std_error
    assert abs(apart.estimate) < 3 * apart.std_error
    both = setting(contrast={"minus": "worker_solo"})
    assert apart.estimate == pytest.approx(both.tested.estimate, abs=0.1 * apart.std_error)
    observed = combined_estimate(both.primary.model, both.primary.design, {"worker_solo_between": 1.0})
    assert control.estimate > observed.estimate + 2 * observed.std_error


def test_a_contextual_control_is_between_minus_within() -> None:
    own = setting(effect="contextual")
    _, control = apart_from(own, ["worker_solo"])
    assert abs(control.estimate - TRUE) < 3 * control.std_error


def test_a_control_whose_means_are_chance_gives_no_number() -> None:
    own = setting()
    harsh = COMPUTE.model_copy(update={"min_mean_reliability": 0.95})
    with pytest.raises(NotEstimable, match="means_not_reliable"):
        apart_from(Setting(own.plan, own.sample, harsh, own.primary, own.tested), ["worker_solo"])


def test_what_stays_about_observed_means_says_so() -> None:
    by_need = evaluate(hypothesis(effect="between", moderator="need_index"), *world(), COMPUTE)
    assert by_need.status == "estimated", by_need.reason
    assert "observed_means" in {one.code for one in by_need.notes}
    assert "worker_means" in {one.code for one in evaluate(hypothesis(effect="worker"), *world(), COMPUTE).notes}
    assert "observed_means" not in {one.code for one in evaluate(hypothesis(effect="between"), *world(), COMPUTE).notes}


def test_a_moderated_number_of_means_that_are_chance_is_refused() -> None:
    own = setting(moderator="need_index")
    harsh = COMPUTE.model_copy(update={"min_mean_reliability": 0.95})
    found = means_reason(own.plan, own.sample, own.primary.design, harsh)
    assert found is not None
    assert found.code == "means_not_reliable"
