from __future__ import annotations

import numpy as np
import pytest

from pipeline.measures.agreement import Kind, intraclass
from pipeline.measures.alpha import cronbach_alpha
from pipeline.measures.generalizability import generalizability, variance_components
from pipeline.measures.omega import omega_total
from pipeline.sem.models import complete_moments
from tests.measures.reference import data, said

PARITY = 1e-6  # the issue's; R and we do the same sums
OMEGA = 1e-5  # psych's and lavaan's optimizers stop at a relative deviance of 1e-10
NESTED = 5e-6  # psych takes these from nlme's optimizer, and its variances from a table of seven digits
UNBIASED = 4  # standard errors that a mean over simulated studies may be off its truth
KINDS: tuple[Kind, ...] = ("1", "A,1", "C,1", "1,k", "A,k", "C,k")


@pytest.mark.parametrize("name", ["twelve", "gaps", "short", "long"])
def test_alpha_and_feldts_interval_are_psychs(name: str) -> None:
    found, expected = cronbach_alpha(data(name).to_numpy(dtype=float)), said("alpha")[name]
    assert found.alpha == pytest.approx(expected["alpha"], abs=PARITY)
    assert sorted(expected["feldt"]) == pytest.approx([found.conf_low, found.conf_high], abs=PARITY)


@pytest.mark.parametrize("name", ["twelve", "gaps", "short", "long"])
def test_omega_is_lavaans(name: str) -> None:
    found, expected = omega_total(complete_moments(data(name).to_numpy(dtype=float)), 0.95), said("alpha")[name]
    assert found.omega == pytest.approx(expected["omega_lavaan"], abs=OMEGA)
    assert found.conf_low < found.omega < found.conf_high


@pytest.mark.parametrize("name", ["twelve", "short", "long"])  # psych takes pairwise correlations where answers are missing
def test_omega_of_the_correlations_is_psychs(name: str) -> None:
    found = omega_total(complete_moments(data(name).to_numpy(dtype=float)), 0.95)
    assert found.standardized == pytest.approx(said("alpha")[name]["omega_psych"], abs=OMEGA)


@pytest.mark.parametrize(
    ("answers", "note"),
    [
        (np.random.default_rng(1).random((50, 2)), "fewer than three items"),
        (np.random.default_rng(1).random((9, 3)), "too few complete ratings"),
        (np.empty((0, 3)), "too few complete ratings"),
        (np.column_stack([np.ones(50), np.random.default_rng(1).random((50, 2))]), "does not vary"),
        (np.random.default_rng(1).random((50, 3)) @ np.array([[1, 0, 1], [0, 1, 1], [0, 0, 0]]), "a sum of others"),
    ],
)
def test_omega_says_why_it_is_not_estimable(answers: np.ndarray, note: str) -> None:
    found = omega_total(complete_moments(answers), 0.95)
    assert note in found.note
    assert np.isnan(found.omega)


@pytest.mark.parametrize("name", ["shrout", "balanced"])
def test_generalizability_is_psychs(name: str) -> None:
    table, expected = data(name), said("generalizability")[name]
    answers = table.filter(like="Item").to_numpy(dtype=float)
    found = generalizability(answers, table["Person"].to_numpy() - 1, table["Time"].to_numpy() - 1)
    assert list(vars(found.components).values()) == pytest.approx(
        [expected["components"][position] for position in (0, 1, 2, 3, 4, 5, 6)], abs=PARITY
    )
    ours = [found.r_kf, found.r_1r, found.r_kr, found.r_c]
    assert ours == pytest.approx([expected[key] for key in ("RkF", "R1R", "RkR", "Rc")], abs=PARITY)
    assert [found.r_krn, found.r_cn] == pytest.approx([expected["RkRn"], expected["Rcn"]], abs=NESTED)


def test_the_published_coefficients_of_shrouts_data() -> None:
    table = data("shrout")
    answers = table.filter(like="Item").to_numpy(dtype=float)
    found = generalizability(answers, table["Person"].to_numpy() - 1, table["Time"].to_numpy() - 1)
    assert (round(found.r_kf, 4), round(found.r_c, 4)) == (0.9676, 0.7422)


def test_components_are_unbiased_where_persons_differ_in_their_times() -> None:
    truth = np.array([1.0, 0.3, 0.2, 0.5, 0.15, 0.1, 0.6])
    rng = np.random.default_rng(11)
    found = np.array([list(vars(_simulated(rng, truth)).values()) for _ in range(300)])
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - truth) < UNBIASED * error).all()


def _simulated(rng: np.random.Generator, truth: np.ndarray) -> object:
    persons, times, items = 30, 6, 4
    p, t, i, pt, pi, ti, e = np.sqrt(truth)
    values = (
        5
        + p * rng.normal(size=(persons, 1, 1))
        + t * rng.normal(size=(1, times, 1))
        + i * rng.normal(size=(1, 1, items))
        + pt * rng.normal(size=(persons, times, 1))
        + pi * rng.normal(size=(persons, 1, items))
        + ti * rng.normal(size=(1, times, items))
        + e * rng.normal(size=(persons, times, items))
    )
    who, when = np.nonzero(np.arange(times) < rng.integers(2, times + 1, persons)[:, None])
    return variance_components(values[who, when], who, when)


def test_generalizability_needs_several_times() -> None:
    found = generalizability(np.random.default_rng(1).random((6, 3)), np.arange(6), np.zeros(6, dtype=int))
    assert found.note == "too few ratings, times or items"


@pytest.mark.parametrize("position", range(6), ids=KINDS)
@pytest.mark.parametrize("name", ["raters", "noisy"])
def test_intraclass_correlations_are_psychs(name: str, position: int) -> None:
    expected = said("icc")[name]
    found = intraclass(data(name).to_numpy(dtype=float), KINDS[position])
    assert [found.icc, found.conf_low, found.conf_high] == pytest.approx(
        [expected[key][position] for key in ("icc", "low", "high")], abs=PARITY
    )


def test_raters_who_always_agree_have_an_icc_of_one() -> None:
    values = np.repeat(np.arange(8.0)[:, None], 2, axis=1)
    assert intraclass(values, "A,1").icc == 1.0
    assert intraclass(values, "C,1").icc == 1.0


def test_what_cannot_be_compared_is_nan() -> None:
    assert np.isnan(intraclass(np.ones((9, 2))).icc)
    assert np.isnan(intraclass(np.full((9, 2), np.nan)).icc)
