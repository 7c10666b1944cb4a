"""Rubin's rules and D1: against mitml and mice where these are right, against the closed forms elsewhere."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.errors import ModelError
from pipeline.imputation.pooling import imputations_wanted, pool, pool_joint
from pipeline.imputation.worse import lowered_values, tipping_points
from tests.imputation.tables import REFERENCE

EXACT = 1e-10  # relative; closed forms in double precision
MICE_FLOOR = 1e-4  # of lambda in mice 3.15: below it its df are not the closed form
R = json.loads((REFERENCE / "pooling.json").read_text())


def freedom(case: dict) -> float:
    return math.inf if case["df_com"] == "inf" else float(case["df_com"])


@pytest.mark.parametrize("case", R["scalars"])
def test_scalars_are_those_of_mitml_and_mice(case: dict) -> None:
    found = pool(np.array(case["q"]), np.sqrt(case["u"]), freedom(case))
    mitml = case["mitml"]
    close = {"rel": EXACT, "abs": 1e-300}
    assert found.estimate == pytest.approx(mitml["Estimate"], **close)
    assert found.std_error == pytest.approx(mitml["Std.Error"], **close)
    assert found.df == pytest.approx(mitml["df"], **close)
    assert found.riv == pytest.approx(mitml["RIV"], **close)
    assert found.fmi == pytest.approx(mitml["FMI"], **close)
    mice = case["mice"]
    assert found.within == pytest.approx(mice["ubar"], **close)
    assert found.between == pytest.approx(mice["b"], **close)
    if found.lambda_ > MICE_FLOOR:
        assert found.df == pytest.approx(mice["df"], **close)
        assert found.fmi == pytest.approx(mice["fmi"], **close)


@pytest.mark.parametrize("case", R["joint"])
def test_joint_tests_are_those_of_mitml(case: dict) -> None:
    estimates, covariances = np.array(case["q"]), np.array(case["u"])
    found = pool_joint(estimates.reshape(len(covariances), -1), covariances, freedom(case))
    assert found.f == pytest.approx(case["f"], rel=EXACT)
    assert found.riv == pytest.approx(case["riv"], rel=EXACT)
    if math.isinf(freedom(case)) or found.df_1 * (found.imputations - 1) > 4:
        assert found.df_2 == pytest.approx(case["df_2"], rel=EXACT)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=30), st.floats(0.01, 3), st.floats(1, 1e6))
def test_gaps_never_make_a_number_surer(estimates: list[float], error: float, complete: float) -> None:
    found = pool(np.array(estimates), np.full(len(estimates), error), complete)
    assert found.std_error >= error * (1 - 1e-12)
    assert found.df <= complete
    assert 0.0 <= found.lambda_ < 1.0
    assert found.wanted >= 1
    assert found.estimate == pytest.approx(np.mean(estimates))


@given(st.integers(2, 40), st.floats(0.05, 2), st.floats(5, 500))
def test_one_number_tested_jointly_is_the_square_of_its_t(m: int, error: float, complete: float) -> None:
    estimates = np.linspace(0.1, 0.9, m)
    one = pool(estimates, np.full(m, error), complete)
    joint = pool_joint(estimates[:, None], np.full((m, 1, 1), error**2), complete)
    assert joint.f == pytest.approx((one.estimate / one.std_error) ** 2)
    assert joint.riv == pytest.approx(one.riv)


def test_equal_estimates_cost_nothing_but_the_small_sample_term() -> None:
    found = pool(np.full(5, 0.3), np.full(5, 0.1), 20.0)
    assert (found.std_error, found.riv, found.between) == (pytest.approx(0.1), 0.0, 0.0)
    assert found.df == pytest.approx(21 / 23 * 20)
    assert pool(np.full(5, 0.3), np.full(5, 0.1)).df == math.inf


def test_one_imputation_is_refused_in_words() -> None:
    with pytest.raises(ModelError, match="20 or more"):
        pool(np.array([0.3]), np.array([0.1]))
    with pytest.raises(ModelError, match="make each other up"):
        pool_joint(np.ones((3, 2)), np.ones((3, 2, 2)))


@pytest.mark.parametrize(("fmi", "number"), [(0.0, 1), (0.05, 2), (0.3, 19), (0.5, 51), (0.9, 163)])
def test_how_many_imputations_are_wanted(fmi: float, number: int) -> None:
    assert imputations_wanted(fmi) == number


@pytest.mark.parametrize(
    ("deltas", "verdicts", "delta", "holds_to"),
    [
        ((0.0, 0.5, 1.0), ("supported", "supported", "fragile"), 1.0, 0.5),
        ((0.0, 0.5, 1.0), ("supported",) * 3, None, 1.0),
        ((0.5, -0.5, 1.0), ("supported", "fragile", "supported"), 0.5, None),
        ((1.0, 0.25, 0.5), ("supported", "fragile", "supported"), 0.25, None),
        ((), (), None, None),
    ],
)
def test_the_tipping_point_is_the_smallest_delta_that_changes_the_verdict(
    deltas: tuple[float, ...], verdicts: tuple[str, ...], delta: float | None, holds_to: float | None
) -> None:
    found = tipping_points(deltas, verdicts, "supported")
    assert (found.delta, found.holds_to) == (delta, holds_to)


def test_only_drawn_values_are_lowered() -> None:
    values, drawn = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[True, False], [False, True]])
    assert lowered_values(values, drawn, 0.5, 2.0).tolist() == [[0.0, 2.0], [3.0, 3.0]]
    assert lowered_values(values, drawn, 0.0, 2.0).tobytes() == values.tobytes()
