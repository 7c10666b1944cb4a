"""A hypothesis on the imputed study: windows split again, numbers pooled, the check that decides, where a verdict turns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import Compute, Exposure, Missing, VerdictRules, missing_for, settled
from pipeline.exposure.link import link
from pipeline.hypotheses.design.build import build_design
from pipeline.hypotheses.design.sample import build_sample
from pipeline.hypotheses.evaluate import evaluate
from pipeline.hypotheses.fitting import fit_near
from pipeline.hypotheses.imputed.analyse import Imputations, ImputedStudy, imputed_of, with_imputed
from pipeline.hypotheses.imputed.draw import Draws, draws_of
from pipeline.hypotheses.imputed.fill import filled_grid, lowered_grid
from pipeline.hypotheses.imputed.gaps import gaps_of
from pipeline.hypotheses.imputed.grid import LEFT, Grid, grid_of
from pipeline.hypotheses.imputed.question import question_of
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.results.fit import Fit
from pipeline.results.missing import Imputed
from pipeline.results.reason import Reason
from tests.hypotheses import studies

Tables = tuple[dict[str, pd.DataFrame], pd.DataFrame]
FEW = {"method": "beside", "imputations": 3, "auxiliary": ["empathy_client"]}


def with_gaps(share: float = 0.25, seed: int = 5) -> Tables:
    """The small study (truth .4) with ratings, a client's need and a session's empathy missing here and there."""
    tables, scores = studies.study()
    random = np.random.default_rng(seed)
    lost = {name for name in scores["session_id"].unique() if random.random() < share}
    clients, sessions = tables["clients"].copy(), tables["sessions"].copy()
    clients.loc[random.random(len(clients)) < share, "need_index"] = np.nan
    sessions.loc[random.random(len(sessions)) < share, "empathy_client"] = np.nan
    kept = scores[~scores["session_id"].isin(lost)].reset_index(drop=True)
    return {**tables, "clients": clients, "sessions": sessions}, kept


GAPS = with_gaps()


def asking(missing: dict[str, Any] | None = None, **changes: Any) -> Any:
    return studies.hypothesis(missing=FEW | (missing or {}), **changes)


def imputed(plan: Any, study: Tables = GAPS) -> tuple[Fit, Imputed, Grid]:
    """The observed fit and the imputed analysis, leavers with it where they are asked for."""
    tables, scores = study
    occasions, ledger, _ = link(tables, scores, Exposure())
    fit = evaluate(plan, occasions, ledger, Compute())
    grid = grid_of(plan, tables, scores, Exposure())
    draws = draws_of(plan, grid, Compute(), 3)
    main = Imputations(grid.occasions, grid.ledger, draws, draws.facts) if isinstance(draws, Draws) else draws
    leavers, added = None, 0
    if plan.missing.after_dropout:
        wider = grid_of(plan, tables, scores, Exposure(), leavers=True)
        more = draws_of(plan, wider, Compute(), 4)
        added = int(wider.occasions[LEFT].sum())
        leavers = Imputations(wider.occasions, wider.ledger, more, more.facts) if isinstance(more, Draws) else more
    return fit, imputed_of(plan, ImputedStudy(main, leavers, added), fit, Compute()), grid


@pytest.fixture(scope="module")
def plain() -> tuple[Fit, Imputed, Grid]:
    return imputed(asking({"skipped": [1.0]}, covariates=["phase"]))


def test_an_imputed_rating_splits_its_window_again(
    plain: tuple[Fit, Imputed, Grid],
) -> None:
    fit, found, grid = plain
    assert fit.tested is not None
    assert found.tested is not None
    assert len(grid.occasions) == 8 * 6 * 8  # every attended session
    assert abs(found.tested.estimate - 0.4) < abs(fit.tested.estimate - 0.4)  # merged windows dilute it
    assert found.tested.conf_low < 0.4 < found.tested.conf_high
    assert 0.0 < found.tested.fmi < 1.0
    assert found.tested.df is not None


def test_lower_draws_use_the_same_draws(plain: tuple[Fit, Imputed, Grid]) -> None:
    _, found, _ = plain
    assert [(one.mechanism, one.delta) for one in found.worse] == [("skipped", 0.0), ("skipped", 1.0)]
    assert found.worse[0].number == found.tested
    assert found.worse[1].number.estimate != found.worse[0].number.estimate


def test_the_imputed_analysis_is_a_check_that_can_decide(plain: tuple[Fit, Imputed, Grid]) -> None:
    fit, found, _ = plain
    whole = with_imputed(fit, found)
    check = next(one for one in whole.battery if one.check == "imputed")
    assert check.outcome == "computed"
    assert found.tested is not None
    assert check.estimate is not None
    assert check.estimate.estimate == found.tested.estimate
    assert whole.tested == fit.tested
    assert [one.check for one in whole.battery] == [one.check for one in fit.battery]
    assert "imputed" in VerdictRules().fragile_checks


def test_as_the_headline_the_observed_rows_become_the_check(plain: tuple[Fit, Imputed, Grid]) -> None:
    fit, found, _ = plain
    whole = with_imputed(fit, found.model_copy(update={"headline": True}))
    assert found.tested is not None
    assert whole.tested is not None
    assert fit.tested is not None
    assert whole.tested.estimate == found.tested.estimate
    assert whole.tested.standardized.estimate == pytest.approx(found.tested.estimate / found.tested.outcome_sd_within)
    check = next(one for one in whole.battery if one.check == "observed_rows")
    assert check.estimate is not None
    assert check.estimate.estimate == fit.tested.estimate


def test_a_verdict_turns_where_the_lowered_number_no_longer_carries_it(plain: tuple[Fit, Imputed, Grid]) -> None:
    fit, found, _ = plain
    plan = asking(covariates=["phase"])
    rules = VerdictRules(direction_checks=(), specificity_checks=(), fragile_checks=(), asked_of_claims=())
    drowned = found.worse[1].number.model_copy(update={"p_value": 0.9, "conf_low": -1.0})
    lower = (found.worse[0], found.worse[1].model_copy(update={"number": drowned}))
    whole = with_imputed(fit, found.model_copy(update={"worse": lower}))
    verdict = judge_study({"one": whole}, {"one": plan}, rules).hypotheses["one"]
    assert verdict.verdict == "supported"
    (judging,) = verdict.turning
    assert (judging.tips, judging.holds_to) == (1.0, 0.0)
    assert [turn.verdict for turn in judging.turns] == ["supported", "inconclusive"]
    kept = judge_study({"one": with_imputed(fit, found)}, {"one": plan}, rules).hypotheses["one"].turning[0]
    assert (kept.tips, kept.holds_to) == (None, 1.0)


def test_nothing_missing_changes_no_number_to_the_byte() -> None:
    tables, scores = studies.study()
    plan = studies.hypothesis(missing=FEW | {"auxiliary": [], "method": "headline"})
    fit, found, _ = imputed(plan, (tables, scores))
    assert found.reason is not None
    assert found.reason.code == "nothing_missing"
    whole, bare = with_imputed(fit, found), evaluate(studies.hypothesis(), *link(tables, scores, Exposure())[:2], Compute())
    for name in ("tested", "coefficients", "variance", "models", "counts"):
        assert getattr(whole, name) == getattr(bare, name)
    assert {one.check: one.estimate for one in whole.battery} == {one.check: one.estimate for one in bare.battery}


MEDIATED = {"exposure": {"mode": "joint", "lag": 1}, "mediator": {"column": "empathy_client", "lag": 1}}


@pytest.mark.parametrize(
    ("changes", "drawn"),
    [
        ({"moderator": "need_index"}, {"score_total", "need_index"}),
        (MEDIATED, {"score_total", "empathy_client"}),
        ({"contrast": {"minus": "worker_solo"}}, {"score_total"}),
        pytest.param({"contrast": {"outcome_minus": "bond"}}, {"score_total", "score_bond"}, marks=pytest.mark.slow),
        ({"covariates": ["need_index", "mandated"]}, {"score_total", "need_index"}),
    ],
)  # fmt: skip
def test_every_linear_kind_is_drawn_and_pooled(changes: dict[str, Any], drawn: set[str]) -> None:
    plan = asking(**changes)
    _, found, _ = imputed(plan)
    assert found.reason is None
    assert found.tested is not None
    assert found.model is not None
    assert {one.name for one in found.model.variables if not one.auxiliary and one.missing} == drawn
    if plan.moderator:
        assert len(found.levels) == 3
        assert found.homogeneity is not None
        assert found.homogeneity.df_numerator == 1
    assert set(found.paths) == ({"a", "b", "direct"} if plan.mediator else set())


def test_sessions_of_those_who_left_are_only_in_their_own_deltas() -> None:
    tables, scores = with_gaps(0.1)
    sessions = tables["sessions"]
    gone = (sessions["client_id"] < "c020") & (sessions["session_number"] > 5)
    tables = {**tables, "sessions": sessions[~gone].reset_index(drop=True)}
    scores = scores[scores["session_id"].isin(tables["sessions"]["session_id"])].reset_index(drop=True)
    _, found, grid = imputed(asking({"after_dropout": [1.0]}), (tables, scores))
    assert found.leavers == 20 * 3
    assert [(one.mechanism, one.delta) for one in found.worse] == [("after_dropout", 0.0), ("after_dropout", 1.0)]
    assert not grid.occasions[LEFT].any()
    assert found.model is not None
    assert found.model.sessions == len(tables["sessions"])


def _without_empathy(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {**tables, "sessions": tables["sessions"].assign(empathy_client=np.nan)}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda tables, scores: (tables, scores[scores["session_id"] < "s00030"]), "few|missing in"),
        (lambda tables, scores: (_without_empathy(tables), scores), "missing in all"),
    ],
)  # fmt: skip
def test_what_cannot_be_imputed_ends_as_a_check_that_could_not_be_computed(spoil: Any, said: str) -> None:
    study = spoil(*GAPS)
    plan = asking()
    draws = draws_of(plan, grid_of(plan, study[0], study[1], Exposure()), Compute(), 1)
    assert isinstance(draws, Reason)
    fit = evaluate(plan, *link(*GAPS, Exposure())[:2], Compute())
    whole = with_imputed(fit, imputed_of(plan, ImputedStudy(draws), fit, Compute()))
    check = next(one for one in whole.battery if one.check == "imputed")
    assert check.outcome == "not_computed"
    assert check.reason is not None
    assert any(word in str(check.reason.names) + check.reason.code for word in said.split("|"))


def test_an_auxiliary_that_is_not_there_or_is_a_code_is_said() -> None:
    plan = asking({"auxiliary": ["phase", "rupture"]})
    draws = draws_of(plan, grid_of(plan, *GAPS, Exposure()), Compute(), 1)
    assert isinstance(draws, Reason)
    assert "`phase` is a code" in draws.names["problem"]
    assert "no `rupture`" in draws.names["problem"]


@pytest.mark.parametrize(
    ("compute", "columns"),
    [(Compute(), ["agency_2", "agency_3"]), (Compute(random_agencies=3), []), (Compute(agency="none"), [])],
)
def test_agencies_that_the_analysis_holds_fixed_predict_the_draws(compute: Compute, columns: list[str]) -> None:
    workers = pd.DataFrame({"worker_id": [f"w{i:02d}" for i in range(8)], "agency_id": [*"aabbbccc"]})
    tables = {**GAPS[0], "workers": workers}
    plan = asking()
    data = question_of(plan, grid_of(plan, tables, GAPS[1], Exposure()), compute).data
    assert [name for name in data.predictor_names if name.startswith("agency")] == columns


@pytest.mark.parametrize("moderator", ["need_index", "mandated"])
def test_a_moderator_with_gaps_is_drawn_with_its_product(moderator: str) -> None:
    clients = GAPS[0]["clients"].copy()
    clients.loc[::4, "mandated"] = pd.NA
    tables = {**GAPS[0], "clients": clients}
    plan = asking(moderator=moderator)
    data = question_of(plan, grid_of(plan, tables, GAPS[1], Exposure()), Compute()).data
    assert {one.moderator for one in data.products} == {moderator}
    assert {(one.predictor, one.variable) for one in data.products} <= {
        (slope.predictor, slope.variable) for slope in data.slopes if slope.group == "client"
    }


def test_gaps_are_counted_column_by_column() -> None:
    tables, scores = GAPS
    occasions, _, _ = link(tables, scores, Exposure())
    plan = studies.hypothesis(
        covariates=["need_index"], moderator="mandated", mediator={"column": "empathy_client", "lag": 1}
    )
    found = {gap.column: gap for gap in gaps_of(plan, occasions)}
    assert set(found) == {"need_index", "empathy_client"}
    lacking = occasions["need_index"].isna()
    assert found["need_index"].rows <= lacking.sum()
    assert found["need_index"].clients == occasions.loc[lacking, "client_id"].nunique()
    assert found["empathy_client"].role == "mediator"


def test_cells_go_to_their_places_and_flags_stay_flags() -> None:
    occasions = pd.DataFrame({"score_total": [1.0, np.nan, 3.0], "crisis": pd.array([True, None, False], dtype="boolean")})
    cells = pd.DataFrame({"column": ["score_total", "crisis"], "row": [1, 1], "value": [2.5, 1.0]})
    filled = filled_grid(occasions, cells)
    assert filled["score_total"].tolist() == [1.0, 2.5, 3.0]
    assert filled["crisis"].tolist() == [True, True, False]
    assert str(filled["crisis"].dtype) == "boolean"
    given = occasions.assign(client_id=["a", "a", "a"], **{LEFT: [False, False, False]})
    down = lowered_grid(studies.hypothesis(), filled_grid(given, cells), given, 1.0, "skipped")
    assert down["score_total"].tolist() == [1.0, pytest.approx(2.5 - np.sqrt(2.0)), 3.0]


def test_one_hypothesis_may_differ_from_the_section() -> None:
    section = Missing(method="beside", imputations=50)
    own = Missing.model_validate({"method": "none"})
    assert missing_for(section, own).method == "none"
    assert missing_for(section, own).imputations == 50
    assert missing_for(section, None) is section
    hypotheses = {"a": studies.hypothesis(), "b": studies.hypothesis(missing={"method": "none"})}
    found = settled(hypotheses, section)
    assert found["a"].missing == section
    assert found["b"].missing is None


def test_what_one_imputation_left_out_is_asked_for_again_in_the_next() -> None:
    """Else effects that were zero once would stay out, and the errors of all later imputations be too small."""
    plan = studies.hypothesis(random={"worker_id": ["intercept"], "client_id": ["intercept", "exposure"]})
    occasions, ledger, _ = link(*studies.study(seed=3), Exposure())
    rng = np.random.default_rng(1)
    slope = {name: 0.6 * rng.standard_normal() for name in occasions["client_id"].unique()}
    sample = build_sample(plan, occasions, ledger)
    design = build_design(plan, sample, sample.keep)
    dose = design.numeric()["joint_within"]
    outcome = design.outcome + dose * np.array([slope[one] for one in occasions["client_id"][sample.keep]])
    full = replace(design, outcome=outcome)
    bare = fit_near(replace(full, random={"worker_id": ["1"], "client_id": ["1"]}), Compute(), None)
    again, anew = fit_near(full, Compute(), bare), fit_near(full, Compute(), None)
    assert again.design.random == anew.design.random == full.random
    assert again.model.deviance == pytest.approx(anew.model.deviance, abs=1e-6)
