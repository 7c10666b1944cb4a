"""statsmodels' likelihood beside R and beside the engine: two roads to the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.base.errors import ModelError
from pipeline.multilevel import fit
from pipeline.multilevel.face.second_opinion import SecondOpinion, fit_statsmodels
from tests.multilevel.lehmer import small_design
from tests.multilevel.references import Case, all_cases, relative

# Both optimizers see MixedLM's likelihood only to about 1e-10, so theta to about 1e-5.
DEVIANCE = 1e-6
FIXED = 1e-5
VARIANCE = 1e-4

# Each shape once: a search by statsmodels takes a second or more.
CHOSEN = {
    "dyestuff2": "REML", "pastes": "ML", "penicillin": "REML", "sleepstudy": "REML", "sleepstudy_uncorrelated": "ML",
    "sleepstudy_slope_only": "REML", "oxide_source": "ML", "study_blocks": "REML", "study_weighted": "ML",
    "study_singular": "REML", "study_scaled": "ML", "study_shifted": "REML", "study_tiny": "ML", "lectures": "REML",
    "study_primary": "REML",
}  # fmt: skip
CASES = [case for case in all_cases() if CHOSEN.get(case.name) == case.method]


def second(case: Case) -> SecondOpinion:
    return fit_statsmodels(case.data, **case.arguments)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_statsmodels_agrees_with_r_and_with_the_engine(case: Case) -> None:
    theirs, ours = second(case), fit(case.data, df="none", **case.arguments)
    assert theirs.deviance == pytest.approx(case.r["deviance"], abs=DEVIANCE)
    assert theirs.aic == pytest.approx(case.r["aic"], abs=DEVIANCE)
    assert theirs.singular == case.singular
    assert theirs.converged
    assert theirs.optimizer.disagreement < DEVIANCE * 100
    for table in (theirs.fixed, ours.fixed):
        assert relative(table["estimate"], case.array("estimate")) < FIXED
        assert relative(table["std_error"], case.array("std_error")) < FIXED
    _same_tables(theirs, ours, case.r["residual_sd"])


def _same_tables(theirs: Any, ours: Any, residual_sd: float) -> None:
    """Callers cannot tell: columns, index, order and dtypes are those of the engine."""
    for name in ("fixed", "variance", "covariance"):
        one, other = getattr(theirs, name), getattr(ours, name)
        assert list(one.columns) == list(other.columns)
        assert one.index.equals(other.index)
        assert one.dtypes.equals(other.dtypes)
    away = np.abs(theirs.variance["covariance"] - ours.variance["covariance"])
    scale = np.maximum(np.abs(ours.variance["covariance"]), VARIANCE * residual_sd**2)
    assert float((away / scale).max()) < 10 * VARIANCE
    assert theirs.icc().index.equals(ours.icc().index)
    assert np.abs(theirs.icc() - ours.icc()).max() < VARIANCE
    assert np.abs(theirs.predict() - ours.predict()).max() < 10 * VARIANCE * residual_sd
    assert set(theirs.fixed["df"]) == {np.inf}


@pytest.mark.parametrize("number", range(1, 200, 18))
def test_small_designs(number: int) -> None:
    design = small_design(number)
    theirs = fit_statsmodels(design.data, **design.model)
    ours = fit(design.data, df="none", **design.model)
    assert ours.deviance <= theirs.deviance + DEVIANCE
    assert theirs.deviance <= ours.deviance + DEVIANCE
    assert theirs.singular == ours.singular


def test_contrasts_are_normal() -> None:
    case = next(case for case in CASES if case.name == "study_primary")
    model = second(case)
    found = model.contrast({"x_between": 1, "x_within": -1})
    assert found.df == np.inf
    assert found.estimate == pytest.approx(case.r["satterthwaite"]["contrasts"]["contextual"]["estimate"], rel=FIXED)
    assert found.std_error == pytest.approx(case.r["satterthwaite"]["contrasts"]["contextual"]["std_error"], rel=FIXED)
    assert found.conf_high - found.conf_low == pytest.approx(2 * 1.959963984540054 * found.std_error, rel=1e-12)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return small_design(1).data


@pytest.mark.parametrize(
    ("change", "named"),
    [({"df": "satterthwaite"}, "df"), ({"residual": "car1", "time": "x"}, "residual"), ({"fixed": ["no"]}, "no")],
)
def test_what_statsmodels_cannot_do_is_refused(frame: pd.DataFrame, change: dict[str, Any], named: str) -> None:
    with pytest.raises(ModelError) as refused:
        fit_statsmodels(frame, **(small_design(1).model | change))
    assert any(problem.where == named for problem in refused.value.problems)


def test_rows_are_never_dropped_in_silence(frame: pd.DataFrame) -> None:
    holed = frame.assign(x=frame["x"].where(frame.index != 3))
    with pytest.raises(ModelError, match="1 rows have no value"):
        fit_statsmodels(holed, **small_design(1).model)


@pytest.mark.parametrize("name", ["profile", "bootstrap", "cluster_robust", "influence", "cooks_distance", "refit"])
def test_what_would_need_more_fits_is_refused(frame: pd.DataFrame, name: str) -> None:
    model = fit_statsmodels(frame, **small_design(1).model)
    with pytest.raises(ModelError, match=name):
        getattr(model, name)("group")


def test_a_large_model_is_refused_before_it_takes_hours() -> None:
    draw = np.random.default_rng(1)
    n = 20_000
    data = pd.DataFrame({"y": draw.normal(size=n), "a": draw.integers(0, 2000, n), "b": draw.integers(0, 2000, n)})
    with pytest.raises(ModelError, match="too large"):
        fit_statsmodels(data, outcome="y", fixed=[], random={"a": ["1"], "b": ["1"]})
