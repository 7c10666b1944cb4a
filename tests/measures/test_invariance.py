"""Which means may be compared follows from the numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.measures import shipped
from pipeline.measures.structure import MOST_CFI_DROP, highest_invariance, invariance
from pipeline.results.factors import LEAST_CFI
from pipeline.sem.fitness import Fitness
from pipeline.sem.models import Moments, complete_moments
from pipeline.vocabulary.measures import MEANING, invariance_text

WAI_SR = shipped()["wai_sr"]
FIT = Fitness(400, 100.0, 90, 0.2, 0.98, 0.97, 0.02, 0.0, 0.04, 0.03, 1.0, 1.0, True, True)


def fits(cfis: tuple[float, float, float], converged: tuple[bool, bool, bool] = (True, True, True)) -> list[Fitness]:
    return [replace(FIT, cfi=cfi, converged=flag) for cfi, flag in zip(cfis, converged, strict=True)]


def verdict(cfis: tuple[float, float, float], converged: tuple[bool, bool, bool] = (True, True, True)) -> str | None:
    return highest_invariance(fits(cfis, converged), [0.0, cfis[0] - cfis[1], cfis[1] - cfis[2]])


@pytest.mark.parametrize(
    ("cfis", "holds"),
    [
        ((0.98, 0.98, 0.98), "scalar"),
        ((0.98, 0.99, 0.985), "scalar"),
        ((0.98, 0.975, 0.96), "metric"),
        ((0.98, 0.965, 0.964), "configural"),
        ((0.98, 0.90, 0.99), "configural"),  # what comes after a broken step no longer counts
        ((0.98, 0.98 - MOST_CFI_DROP / 2, 0.98 - MOST_CFI_DROP), "scalar"),
        ((LEAST_CFI, LEAST_CFI, LEAST_CFI), "scalar"),
        ((0.89, 0.89, 0.89), None),
        ((0.70, 0.69, 0.69), None),
        ((float("nan"), 0.9, 0.9), None),
    ],
)
def test_the_strictest_step_that_keeps_cfi_holds(cfis: tuple[float, float, float], holds: str | None) -> None:
    assert verdict(cfis) == holds


@pytest.mark.parametrize(
    ("converged", "holds"),
    [((False, True, True), None), ((True, False, True), "configural"), ((True, True, False), "metric")],
)
def test_a_step_that_did_not_converge_does_not_hold(converged: tuple[bool, bool, bool], holds: str | None) -> None:
    assert verdict((0.98, 0.98, 0.98), converged) == holds


def test_the_sentence_follows_the_step() -> None:
    for holds, meaning in MEANING.items():
        assert invariance_text(holds, "", "0.98", LEAST_CFI) == f"{holds.capitalize()} invariance: {meaning}."
    assert "CFI 0.70, below 0.90" in invariance_text(None, "", "0.70", LEAST_CFI)
    assert invariance_text(None, "only one group", "", LEAST_CFI) == "Not tested: only one group."
    allowed = {name: "means may be compared" in text for name, text in MEANING.items()}
    assert allowed == {"scalar": True, "metric": False, "configural": False}


def groups(seed: int, loading: float = 0.0, intercept: float = 0.0, noise: bool = False) -> list[Moments]:
    """Two groups of continuous answers with three factors; the second with other loadings or intercepts."""
    rng, found = np.random.default_rng(seed), []
    for change in (0, 1):
        factors = rng.normal(size=(400, 3)) * 0.6 + rng.normal(size=(400, 1)) * 0.8
        own = np.zeros((12, 3))
        for number, items in enumerate(WAI_SR.subscales.values()):
            own[np.array(items) - 1, number] = 0.8
        own[[0, 3, 4]] -= change * loading * (own[[0, 3, 4]] > 0)
        answers = factors @ own.T * (not noise) + 0.6 * rng.normal(size=(400, 12))
        answers[:, [0, 3, 4]] += change * intercept
        found.append(complete_moments(answers))
    return found


SIMULATED = [({}, "scalar"), ({"intercept": 0.7}, "metric"), ({"loading": 0.7}, "configural")]


@pytest.mark.parametrize(
    ("change", "holds", "seed"),
    [*((*made, seed) for made in SIMULATED for seed in (1, 2, 3)), ({"noise": True}, None, 1)],  # a fit to noise is slow
)
def test_simulated_groups_get_the_verdict_of_their_making(change: dict[str, float], holds: str | None, seed: int) -> None:
    found = invariance(WAI_SR, "client", "rater", ["one", "two"], groups(seed, **change))  # type: ignore[arg-type]
    assert found.holds == holds
    sentence = invariance_text(found.holds, found.untested, "0.50", LEAST_CFI)
    assert sentence.startswith(holds.capitalize() if holds else ("Not", "Not tested"))


def test_groups_too_small_for_a_model_are_named() -> None:
    large = groups(1)
    small = replace(large[1], n=30)
    assert invariance(WAI_SR, "client", "rater", ["one", "two"], [large[0], small]).untested == (
        "fewer than two groups have enough for a factor model; too few complete ratings (at least 60 for 12 items)"
    )
    assert "only one group" in invariance(WAI_SR, "client", "rater", ["one"], large[:1]).untested
