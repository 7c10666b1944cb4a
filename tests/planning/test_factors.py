"""Curves over the factors of a design."""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from typing import Any

import pytest

from pipeline.planning.design import PlannedDesign, Variation
from pipeline.planning.factors import FACTORS, curves, values

Found = dict[str, list[tuple[float, Any]]]
AROUND = PlannedDesign(workers=12, clients=6, sessions=8, rate=0.4, missed=0.1, dropout=0.02)


@pytest.fixture(scope="module")
def found() -> Found:
    """The curves around one design, made once: each test looks at them from another side."""
    return curves(AROUND, Variation(), 0.2, alpha=0.05, seed=1)


def test_every_factor_has_a_curve_through_the_designs_own_value(found: Found) -> None:
    assert set(found) == set(FACTORS) <= set(asdict(AROUND))
    own = {round(one.power or 0.0, 12) for name, points in found.items() for at, one in points if at == asdict(AROUND)[name]}
    assert len(own) == 1


@pytest.mark.parametrize(
    ("name", "better"), [("workers", 1), ("clients", 1), ("sessions", 1), ("missed", -1), ("dropout", -1)]
)
def test_more_of_what_helps_helps_and_gaps_cost(found: Found, name: str, better: int) -> None:
    powers = [one.power or 0.0 for _, one in found[name]]
    assert all(better * (later - earlier) > -0.02 for earlier, later in pairwise(powers))
    assert better * (powers[-1] - powers[0]) > 0.05


def test_small_designs_have_values_that_can_carry_a_model() -> None:
    assert min(values(PlannedDesign(3, 2, 4), "sessions")) >= 4
    assert values(AROUND, "dropout") == [0.0, 0.02, 0.05, 0.1, 0.2]
