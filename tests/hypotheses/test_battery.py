"""The battery on studies whose truth is known: what must fail fails, what must hold holds."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import Compute, Exposure, Simulate, VerdictRules
from pipeline.exposure.link import link
from pipeline.exposure.parts import detrended
from pipeline.hypotheses import sensitivity
from pipeline.hypotheses.battery import battery
from pipeline.hypotheses.confounding import robustness_value
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.fitting import covariance_of
from pipeline.hypotheses.kinds.multilevel.moderation import conditional_effects, reml_tau2
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.hypotheses.verdict.states import attempts_of
from pipeline.project.io import json_bytes
from pipeline.results.attempt import Attempt
from pipeline.results.estimate import estimate_of
from pipeline.results.fit import Fit
from pipeline.results.trust import Trust, WithinReliability
from pipeline.vocabulary.checks import CHECKS
from pipeline.vocabulary.results import note_text
from tests.hypotheses.studies import COMPUTE, hypothesis, linked

TRUE_EFFECT, SPREAD = 0.4, 4.0  # of studies.study; an estimate lies within four of its standard errors
PRINTED = 5e-3  # published figures are rounded to two decimals
EXACT = 1e-9  # both sides are the same closed formula
SIGNED = {
    "hidden_cause",
    "recurring_cause",
    "feedback",
    "specificity",
    "lagged_outcome",
    "detrended",
    "time_slope",
    "car1",
    "quadratic_time",
    "free_time",
    "cluster_robust",
}


# Of change within clients: a score of studies.study has noise of its own beside what all scores share; items of simulate.
TRUST = Trust(
    scores=tuple(
        WithinReliability(instrument="wai_sr", rater="client", score=name, value=0.85) for name in ("total", "bond", "task")
    )
)


@cache
def evaluated(changes: str = "{}", **settings: Any) -> Fit:
    return evaluate(hypothesis(**json.loads(changes)), *linked(**settings), COMPUTE, TRUST)


def attempts(result: Fit) -> tuple[Attempt, ...]:
    return attempts_of(result.battery, result.tested, VerdictRules())


def row(result: Fit, name: str) -> Attempt:
    return next(found for found in attempts(result) if found.check == name)


@cache
def scenario(name: str, **changes: Any) -> Fit:
    from pipeline.simulate import canonical

    tables = canonical(Simulate(scenario=name, workers=25, clients=250), 7)
    items = tables["ratings_wai_sr"]
    answers = items[[column for column in items if column.startswith("item_")]].to_numpy(dtype=float)
    scores = items[["session_id", "rater"]].assign(instrument="wai_sr", score="total", value=np.nanmean(answers, axis=1))
    occasions, ledger, _ = link(tables, scores, Exposure())
    return evaluate(hypothesis(covariates=["phase"], **changes), occasions, ledger, COMPUTE, TRUST)


def verdict(result: Fit) -> str:
    return judge_study({"h": result}, {"h": hypothesis()}, VerdictRules()).hypotheses["h"].verdict


def test_true_effect_is_found_by_every_check() -> None:
    result = evaluated()
    for name in SIGNED:
        found = row(result, name)
        assert found.state == "held", name
        assert abs(found.estimate.estimate - TRUE_EFFECT) < SPREAD * found.estimate.std_error, name
    assert verdict(result) == "supported"


def test_every_check_of_the_list_is_there_once() -> None:
    result = evaluated()
    assert {found.check for found in result.battery} == set(battery())
    assert [found.check for found in attempts(result)] == [name for name in CHECKS if name in battery()]
    assert all(found.reason for found in result.battery if found.estimate is None)


def test_no_effect_is_not_supported() -> None:
    assert verdict(evaluated(effect=0.0)) in ("inconclusive", "practically zero")


@pytest.mark.parametrize("effect", ["between", "contextual"])
def test_means_that_are_chance_for_the_most_part_give_no_number_between_clients(effect: str) -> None:
    result = evaluated(json.dumps({"effect": effect}))  # nobody has a habit of going along: means differ by chance alone
    assert result.reason is not None
    assert result.reason.code == "means_not_reliable"


def test_effects_without_order_in_time_are_suggestive_at_most() -> None:
    result = scenario("between_only", effect="between")
    assert result.ceiling == "no_order_in_time"
    for name in ("hidden_cause", "lagged_outcome", "detrended", "feedback"):
        assert row(result, name).state == "not_applicable"


def test_an_effect_between_clients_is_that_of_their_own_levels() -> None:
    result = scenario("between_only", effect="between")
    weights = result.tested.weights
    observed = next(row for row in result.coefficients if row.term == "joint_between")
    assert weights["joint_between"] > 1.0
    assert result.tested.estimate > observed.estimate
    assert result.tested.std_error > weights["joint_between"] * observed.std_error * (1.0 - EXACT)
    assert any(note.code == "latent_means" for note in result.notes)


def test_alliance_that_brings_advocacy_gets_no_direction() -> None:
    result = scenario("reverse")
    back = row(result, "feedback").beside.back
    assert back.excludes_zero(1.0)
    assert verdict(result) != "supported"


def test_solo_work_that_does_as_well_is_not_specific() -> None:
    assert verdict(scenario("presence_does_not_matter")) == "not specific to being there"


def test_harm_is_said() -> None:
    assert verdict(scenario("harm")) == "opposite"


def test_a_contrast_is_one_number() -> None:
    result = evaluated(json.dumps({"contrast": {"minus": "worker_solo"}}))
    assert result.tested.term == "joint_within - worker_solo_within"
    assert row(result, "control_worker_solo").state == "not_applicable"
    assert row(result, "control_concrete").state != "not_applicable"
    assert abs(result.tested.estimate - TRUE_EFFECT) < SPREAD * result.tested.std_error


def test_moderated_effects_have_levels_and_a_joint_test() -> None:
    result = evaluated(json.dumps({"moderator": "setting", "moderator_level": "court"}))
    assert [level.level for level in result.moderation.levels] == ["court", "school", "social_services"]
    assert result.moderation.homogeneity.df_numerator == 2
    for level in result.moderation.levels:
        assert abs(level.estimate - TRUE_EFFECT) < SPREAD * level.std_error


def test_many_levels_are_shrunken_towards_their_mean() -> None:
    result = evaluated(json.dumps({"moderator": "phase"}))
    shrunken = result.moderation.shrunken
    raw = [level.estimate for level in result.moderation.levels]
    assert np.ptp([level.estimate for level in shrunken]) <= np.ptp(raw)


def test_shrinkage_of_independent_effects_is_the_textbook_formula() -> None:
    """With equal known variances v: tau2 = max(0, s2 - v), each effect mean + tau2 / (tau2 + v) (b - mean)."""
    effects, known = np.array([0.0, 1.0, 2.0, 5.0]), 0.5 * np.eye(4)
    tau2 = reml_tau2(effects, known)
    assert tau2 == pytest.approx(effects.var(ddof=1) - 0.5, rel=EXACT)
    mean, modes, _ = conditional_effects(effects, known, tau2)
    np.testing.assert_allclose(modes, mean + tau2 / (tau2 + 0.5) * (effects - mean), rtol=EXACT)


def test_lag_brings_the_nearer_windows_into_a_check() -> None:
    result = evaluated(json.dumps({"exposure": {"mode": "joint", "lag": 2}}))
    assert row(result, "nearer_windows").state != "not_applicable"
    assert abs(row(result, "nearer_windows").estimate.estimate) < SPREAD * row(result, "nearer_windows").estimate.std_error


@pytest.mark.parametrize("dose", ["count", "any", "minutes", "decay(14)"])
def test_every_dose_is_estimated(dose: str) -> None:
    assert evaluated(json.dumps({"exposure": {"mode": "joint", "dose": dose}})).status == "estimated"


def test_same_input_gives_the_same_bytes() -> None:
    first, second = (evaluate(hypothesis(), *linked(), COMPUTE) for _ in range(2))
    assert json_bytes(first) == json_bytes(second)


def test_order_of_input_rows_does_not_matter() -> None:
    occasions, ledger = linked()
    again = evaluate(hypothesis(), occasions, ledger.sample(frac=1, random_state=3).reset_index(drop=True), COMPUTE)
    assert again.tested.estimate == evaluated().tested.estimate


def test_singular_effects_are_named_as_left_out() -> None:
    result = evaluated()
    assert result.left_out
    assert any("singular" in note_text(note) for note in result.notes)


def test_statsmodels_agrees_on_the_primary_model() -> None:
    small = {"workers": 4, "per_worker": 5, "sessions": 6}
    plain = {"random": {"worker_id": ["intercept"], "client_id": ["intercept"]}}
    ours = evaluate(hypothesis(**plain), *linked(**small), Compute(df="none", kenward_roger_below=0))
    theirs = evaluate(hypothesis(**plain), *linked(**small), Compute(engine="statsmodels"))
    assert theirs.tested.estimate == pytest.approx(ours.tested.estimate, rel=1e-4)
    assert theirs.tested.std_error == pytest.approx(ours.tested.std_error, rel=1e-3)
    assert row(theirs, "car1").state == "not_applicable"


def test_e_value_and_robustness_value_as_published() -> None:
    """VanderWeele & Ding 2017: RR 3.9 gives 7.26. Cinelli & Hazlett 2020, Darfur: t 4.18, df 783 gives 13.9%."""
    ratio = np.log(3.9) / sensitivity.MODERATE_RISK_RATIO
    assert sensitivity.e_value(ratio) == pytest.approx(7.26, abs=PRINTED)
    assert robustness_value(4.184, 783) == pytest.approx(0.139, abs=PRINTED / 10)
    assert sensitivity.sensitivity_of(estimate_of(0.0, 0.1, 50.0), 1.0).e_value == 1.0


def test_detrending_takes_out_a_line_and_nothing_else() -> None:
    time = np.tile(np.arange(6.0), 3)
    client = np.repeat([0, 1, 2], 6)
    noise = np.tile([1.0, -1.0, 0.0, 0.0, -1.0, 1.0], 3)  # has no line of its own
    np.testing.assert_allclose(detrended(2.0 * client * time + noise, time, client), noise, atol=EXACT)


def test_covariance_reads_the_table_by_name() -> None:
    class Model:
        variance = pd.DataFrame(
            [
                ("g", "Intercept", "Intercept", 4.0),
                ("g", "x", "x", 1.0),
                ("g", "Intercept", "x", -1.0),
                ("residual", "", "", 1.0),
            ],
            columns=["group", "term_1", "term_2", "covariance"],
        )

    spread, matrix = covariance_of(Model(), "g", ["x", "1"])
    assert spread.tolist() == [1.0, 2.0]
    assert matrix.tolist() == [[1.0, -1.0], [-1.0, 4.0]]
