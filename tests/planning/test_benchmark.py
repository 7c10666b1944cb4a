"""The benchmark of planned power finds, side by side, what the pipeline finds one by one."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.planning.course import Ready, ready
from benchmarks.planning.designs import planned
from benchmarks.planning.headline import by_engine, headlines
from benchmarks.planning.likelihood import Sums, evaluate
from pipeline.planning.design import PlannedDesign, Variation
from pipeline.planning.studies import answering

FEW, MANY = PlannedDesign(8, 6, 8), PlannedDesign(20, 5, 8, missed=0.1, dropout=0.03)


@pytest.fixture(scope="module")
def courses() -> dict[PlannedDesign, Ready]:
    return {design: ready(planned(0.2), design, 3) for design in (FEW, MANY)}


@pytest.mark.parametrize("design", [FEW, MANY], ids=["Kenward-Roger", "Satterthwaite"])
def test_numbers_are_those_of_the_pipeline(courses: dict[PlannedDesign, Ready], design: PlannedDesign) -> None:
    course, compute = courses[design], planned(0.2).compute
    outcomes = np.vstack([course.design.outcome, course.outcomes(4)])
    for outcome, found in zip(outcomes, headlines(course, outcomes, compute), strict=True):
        told = by_engine(course.design, outcome, compute)
        assert found.estimate == pytest.approx(told.estimate, abs=1e-8 * told.std_error)
        assert found.std_error == pytest.approx(told.std_error, rel=1e-8)
        assert found.df == pytest.approx(told.df, rel=2e-4)  # the engine's differences and these have their own steps


def test_the_gradient_is_that_of_the_likelihood() -> None:
    rng = np.random.default_rng(1)
    client = np.repeat(np.arange(12), 6)
    effects = np.column_stack([np.ones(72), rng.poisson(0.5, 72), np.tile(np.arange(6.0) - 2.5, 12)])
    fixed = np.column_stack([effects, rng.standard_normal(72)])
    sums = Sums.of(fixed, effects, client, client % 4, rng.standard_normal((3, 72)), np.array([0.0, 1.0, 0.0, 0.0]))
    theta = np.abs(rng.standard_normal((3, 9))) + 0.1
    for element, step in enumerate(1e-5 * np.eye(9)):
        slope = (evaluate(sums, theta + step).deviance - evaluate(sums, theta - step).deviance) / 2e-5
        assert slope == pytest.approx(evaluate(sums, theta).gradient[:, element], rel=1e-5, abs=1e-6)


def test_outcomes_hold_the_planned_effect(courses: dict[PlannedDesign, Ready]) -> None:
    course = courses[MANY]
    dose, outcomes = course.design.numeric()["joint_within"], course.outcomes(400)
    effects = outcomes @ dose / (dose @ dose) / answering(Variation()).within_sd
    assert effects.mean() == pytest.approx(0.2, abs=4 * effects.std() / 20)
    assert np.unique(np.round(outcomes * 12)).size > 20  # answers are whole numbers on twelve items
