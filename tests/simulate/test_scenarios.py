"""Each scenario holds what its name says, and misleads in no other way."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.simulate.scenarios import truth_of
from tests.simulate.panel import between, observed, panel, within

pytestmark = pytest.mark.slow  # large samples against declared truth

SAMPLING = 0.015  # four standard errors of a slope within clients in a study of 2000 clients (0.0037)
SAMPLING_OF_FEEDBACK = 0.06  # four standard errors of the slope of a count (SD 0.75) on a score before it (SD 0.37)
NO_EFFECT = ("null", "shared_trend", "crisis_null", "reverse", "autocorrelated", "between_only")


@pytest.mark.parametrize("scenario", NO_EFFECT)
def test_scenarios_without_an_effect_have_none(scenario: str) -> None:
    assert observed(scenario)["joint.within.total"] == 0


def test_null_shows_nothing_once_the_marked_crises_are_adjusted_for() -> None:
    assert within(panel("null"), "score_total", "joint", "crisis")[0] == pytest.approx(0, abs=SAMPLING)


def test_shared_trend_misleads_until_each_client_has_a_line_of_its_own() -> None:
    rows = panel("shared_trend")
    assert within(rows, "score_total", "joint", trend=False)[0] > SAMPLING
    assert within(rows, "score_total", "joint")[0] == pytest.approx(0, abs=SAMPLING)


@pytest.mark.parametrize("scenario", ["crisis", "crisis_null"])
def test_unmarked_crises_hide_the_effect_and_the_contrast_with_solo_advocacy_uncovers_it(scenario: str) -> None:
    rows, truth = panel(scenario), observed(scenario)["joint.within.total"]
    joint, solo = within(rows, "score_total", "joint", "worker_solo")
    assert within(rows, "score_total", "joint")[0] < truth - 2 * SAMPLING
    assert within(rows, "score_total", "joint", "crisis")[0] < truth - 2 * SAMPLING  # the mark tells nothing here
    assert joint - solo == pytest.approx(truth, abs=1.5 * SAMPLING)


def test_marked_crises_can_be_adjusted_for() -> None:
    rows, truth = panel("crisis_marked"), observed("crisis_marked")["joint.within.total"]
    assert within(rows, "score_total", "joint")[0] < truth - 2 * SAMPLING
    assert within(rows, "score_total", "joint", "crisis")[0] == pytest.approx(truth, abs=SAMPLING)


def test_crises_raise_every_mode_of_advocacy_alike() -> None:
    rows = panel("crisis_marked")
    by_crisis = rows.groupby("crisis")[["joint", "worker_solo", "client_solo", "concrete"]].mean()
    ratios = by_crisis.loc[1] / by_crisis.loc[0]
    assert ratios.min() > 1.7
    assert ratios.max() / ratios.min() < 1.15


def test_in_reverse_alliance_comes_first() -> None:
    rows = panel("reverse")
    assert within(rows, "joint", "alliance_before", trend=False)[0] > 3 * SAMPLING_OF_FEEDBACK
    assert abs(within(panel("null"), "joint", "alliance_before", "crisis", trend=False)[0]) < SAMPLING_OF_FEEDBACK
    assert within(rows, "score_total", "joint_after", trend=False)[0] > 2 * SAMPLING


def test_presence_does_not_matter_where_solo_works_as_well() -> None:
    truth = observed("presence_does_not_matter")
    joint, solo, _ = within(panel("presence_does_not_matter"), "score_total", "joint", "worker_solo", "crisis")
    assert truth["joint.within.total"] == pytest.approx(truth["worker_solo.within.total"], abs=0.005)
    assert joint - solo == pytest.approx(0, abs=1.5 * SAMPLING)
    assert solo > 0.1


def test_autocorrelated_residuals_hang_together_and_default_ones_do_not() -> None:
    assert _lag_correlation("autocorrelated") > _lag_correlation("null") + 0.3
    assert truth_of("autocorrelated", {}).residual_ar == 0.7


def test_harm_lowers_the_alliance() -> None:
    slope = within(panel("harm"), "score_total", "joint", "crisis")[0]
    assert slope == pytest.approx(observed("harm")["joint.within.total"], abs=SAMPLING)
    assert slope < -0.1


def test_between_only_lies_between_clients() -> None:
    rows = panel("between_only")
    assert within(rows, "score_total", "joint")[0] == pytest.approx(0, abs=SAMPLING)
    assert between(rows, "score_total", "joint") > 0.15
    assert between(panel("shared_trend"), "score_total", "joint") < 0.08


def test_bond_only_moves_the_bond() -> None:
    rows = panel("bond_only")
    slopes = {score: within(rows, f"score_{score}", "joint", "crisis")[0] for score in ("goal", "task", "bond")}
    assert slopes["bond"] > 0.14
    assert np.abs([slopes["goal"], slopes["task"]]).max() < SAMPLING


def test_mediated_goes_through_the_empathy_felt_before() -> None:
    rows, truth = panel("mediated"), observed("mediated")
    rows = rows.assign(empathy_before=rows.groupby("client_id")["empathy_client"].shift())
    to_empathy = within(rows, "empathy_client", "joint", "crisis", trend=False)[0]
    terms = ("joint_before", "empathy_before", "joint", "crisis")
    direct, of_empathy, *_ = within(rows, "score_total", *terms, trend=False)
    assert to_empathy * of_empathy == pytest.approx(truth["joint.lag1.indirect"], abs=SAMPLING)
    assert direct + to_empathy * of_empathy == pytest.approx(0.93 * (0.05 + 0.3 * 0.2), abs=1.5 * SAMPLING)
    assert truth["joint.lag1.indirect"] > 0.04


def _lag_correlation(scenario: str) -> float:
    rows = panel(scenario)
    rest = rows["score_total"] - rows.groupby("client_id")["score_total"].transform("mean")
    before = rows["alliance_before"] - rows.groupby("client_id")["score_total"].transform("mean")
    return float(rest.corr(before))
