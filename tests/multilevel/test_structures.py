"""The pieces underneath: segments, plans, the large and the sparse path, the optimizer."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.multilevel import fit
from pipeline.multilevel.design import segments as segments_module
from pipeline.multilevel.design.grouping import Factor, arrange
from pipeline.multilevel.design.segments import Segments, distinct, distinct_with_inverse
from pipeline.multilevel.likelihood import fold as fold_module
from pipeline.multilevel.likelihood import large, quick, stacks
from pipeline.multilevel.likelihood import plan as plan_module
from pipeline.multilevel.likelihood.deviance import Deviance
from pipeline.multilevel.likelihood.plan import make_plan
from pipeline.multilevel.search.optimize import minimize, trust_region_step
from tests.multilevel.designs import CASES, Case, study
from tests.multilevel.test_deviance import deviance_of

BY_NAME = {case.name: case for case in CASES}
# The same sums in another order.
ORDER = 1e-9


def factor(name: str, codes: list[int]) -> Factor:
    return Factor(name, np.array(codes, dtype=np.int32), np.arange(max(codes) + 1))


@pytest.mark.parametrize("small", [0, 50_000])
def test_segments_sum_and_spread(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments_module, "SMALL", small)
    rng = np.random.default_rng(3)
    for index in (np.array([0, 0, 1, 3, 3]), np.array([3, 0, 3, 1]), np.arange(5), np.empty(0, dtype=np.int64)):
        values = rng.normal(size=(2, len(index)))
        segments = Segments(index, 5)
        expected = np.zeros((2, 5))
        np.add.at(expected, (slice(None), index), values)
        np.testing.assert_allclose(segments.sum(values), expected)
        np.testing.assert_array_equal(segments.spread(expected), expected[:, index])


@pytest.mark.parametrize("marks", [0, 20_000_000])
def test_distinct_keys(marks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments_module, "MARKS", marks)
    keys = np.random.default_rng(1).integers(0, 50, 200)
    kept, place = distinct_with_inverse(keys, 50)
    np.testing.assert_array_equal(kept, np.unique(keys))
    np.testing.assert_array_equal(kept[place], keys)
    np.testing.assert_array_equal(distinct(keys, 50), kept)


def test_nesting_is_read_off_the_data() -> None:
    ranked, cells = arrange((factor("worker", [0, 0, 1, 1]), factor("client", [2, 2, 0, 1])))
    assert [one.name for one in ranked] == ["client", "worker"]
    assert cells.size == 3
    plan = make_plan(cells, (3, 2))
    assert len(plan.stages) == 2
    assert plan.rest == ()


def test_a_client_with_two_workers_makes_a_dense_rest() -> None:
    _, cells = arrange((factor("worker", [0, 1, 1, 1]), factor("client", [2, 2, 0, 1])))
    plan = make_plan(cells, (3, 2))
    assert len(plan.stages) == 1
    assert plan.rest == (1,)
    assert len(plan.entries[1, 1].rows) == 3


def test_components_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few clients who change worker couple those workers only: no dense matrix over all of them."""
    monkeypatch.setattr(stacks, "TOGETHER", 0)
    data = study(10, move=0.02, workers=30, clients=120)
    deviance = deviance_of(Case("apart", data, {"worker": ["1"], "client": ["1"]}), "REML")
    assert deviance.remainder is not None
    assert max(stack.size for stack in deviance.remainder.stacks) < 15
    assert sum(stack.size * stack.count for stack in deviance.remainder.stacks) == 30


@pytest.mark.parametrize("name", ["moving", "moving_slopes", "crossed", "crossed_and_nested", "all_mixed"])
def test_every_path_gives_the_same_answer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One stack, components apart, LAPACK on one triangle, sparse products: one deviance, one gradient."""
    case = BY_NAME[name]
    plain = deviance_of(case, "REML")
    paths: list[Deviance] = []
    for module, constant in ((stacks, "TOGETHER"), (large, "LARGE"), (quick, "MANY")):
        monkeypatch.setattr(module, constant, 0)
        if constant == "LARGE":
            monkeypatch.setattr("pipeline.multilevel.likelihood.remainder.LARGE", 0)
            monkeypatch.setattr(stacks, "TOGETHER", 1000)
        paths.append(deviance_of(case, "REML"))
        for seed, size in ((1, 1.0), (2, 1e-5)):
            theta = size * np.abs(np.random.default_rng(seed).normal(size=plain.size))
            value, gradient = plain.value_and_gradient(theta)
            other, slopes = paths[-1].value_and_gradient(theta)
            assert other == pytest.approx(value, abs=ORDER)
            np.testing.assert_allclose(slopes, gradient, rtol=1e-6, atol=1e-7)


def test_large_path_effects_and_kenward_roger(monkeypatch: pytest.MonkeyPatch) -> None:
    case = BY_NAME["moving_slopes"]
    plain = fit(case.data, **case.arguments(df="kenward_roger"))
    monkeypatch.setattr("pipeline.multilevel.likelihood.remainder.LARGE", 0)
    other = fit(case.data, **case.arguments(df="kenward_roger"))
    np.testing.assert_allclose(other.effects("worker"), plain.effects("worker"), atol=1e-6)
    np.testing.assert_allclose(other.fixed, plain.fixed, rtol=1e-5)


def folding(monkeypatch: pytest.MonkeyPatch, slab: int) -> None:
    monkeypatch.setattr(plan_module, "FOLDABLE", 0)
    monkeypatch.setattr(plan_module, "CROWDED", -1.0)
    monkeypatch.setattr(fold_module, "SLAB", slab)


@pytest.mark.parametrize("slab", [2, 256])
@pytest.mark.parametrize("name", ["moving", "moving_slopes", "crossed", "crossed_and_nested"])
def test_a_folded_rest_gives_the_same_answer(name: str, slab: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No pair of levels listed, the system made in slabs: one deviance, one gradient, the same conditional variances."""
    case = BY_NAME[name]
    plain, model = deviance_of(case, "REML"), fit(case.data, **case.arguments())
    folding(monkeypatch, slab)
    other = deviance_of(case, "REML")
    assert other.plan.folded
    assert not plain.plan.folded
    for seed, size in ((1, 1.0), (2, 1e-5)):
        theta = size * np.abs(np.random.default_rng(seed).normal(size=plain.size))
        value, gradient = plain.value_and_gradient(theta)
        again, slopes = other.value_and_gradient(theta)
        assert again == pytest.approx(value, abs=ORDER)
        np.testing.assert_allclose(slopes, gradient, rtol=1e-6, atol=1e-7)
    folded = fit(case.data, **case.arguments())
    for group in model.n_groups:
        np.testing.assert_allclose(folded.effects(group), model.effects(group), atol=1e-6)
        np.testing.assert_allclose(folded.influence(group), model.influence(group), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(folded.fixed, model.fixed, rtol=1e-5)


def test_levels_that_fall_apart_are_not_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    folding(monkeypatch, 256)
    data = study(10, move=0.02, workers=30, clients=120)
    assert not deviance_of(Case("apart", data, {"worker": ["1"], "client": ["1"]}), "REML").plan.folded


def test_trust_region_step_on_and_inside_the_radius() -> None:
    curvature = np.diag([2.0, 8.0])
    step, decrease = trust_region_step(np.array([2.0, 8.0]), curvature, 10.0)
    np.testing.assert_allclose(step, [-1.0, -1.0])
    assert decrease == pytest.approx(5.0)
    step, _ = trust_region_step(np.array([2.0, 8.0]), curvature, 0.5)
    assert np.linalg.norm(step) == pytest.approx(0.5, rel=2e-3)


def test_a_saddle_is_left_along_its_negative_curvature() -> None:
    """f = (x^2 - 1)^2 + y^2 has a saddle at 0, where the gradient vanishes."""

    def function(point: np.ndarray) -> tuple[float, np.ndarray]:
        x, y = point
        return (x * x - 1) ** 2 + y * y, np.array([4 * x * (x * x - 1), 2 * y])

    found = minimize(function, np.zeros(2), np.diag([-4.0, 2.0]))
    assert found.value == pytest.approx(0.0, abs=1e-9)
    assert abs(found.x[0]) == pytest.approx(1.0, abs=1e-4)


def test_rosenbrock() -> None:
    def function(point: np.ndarray) -> tuple[float, np.ndarray]:
        x, y = point
        value = 100 * (y - x * x) ** 2 + (1 - x) ** 2
        return value, np.array([-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)])

    found = minimize(function, np.array([-1.2, 1.0]), np.eye(2))
    np.testing.assert_allclose(found.x, [1.0, 1.0], atol=1e-4)


def test_no_group_differences_is_singular_and_said() -> None:
    rng = np.random.default_rng(11)
    group = np.repeat(np.arange(12), 6)
    # Group means removed: no variance between groups is left to find.
    y = rng.normal(size=72)
    y -= (np.bincount(group, y) / 6)[group]
    model = fit({"y": y, "group": group}, outcome="y", fixed=[], random={"group": ["1"]})
    assert model.converged
    assert model.singular
    assert model.variance["covariance"].iloc[0] == 0.0
    assert any("estimated as zero" in sentence for sentence in model.sentences)
