"""Answers to the WAI-SR: whole numbers from 1 to 5, with a floor and a ceiling.

Every item has a target in points. The answer is the target, held within 1 to 5, and rounded up or down at random so that its
expected value is the target exactly. So an effect moves the expected score one to one, save where floor or ceiling cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipeline.simulate.arrays import Floats
from pipeline.simulate.truth import Truth

SUBSCALES = ("goal", "task", "bond")
ITEMS = 12
LOW, HIGH = 1.0, 5.0
SUBSCALE_OF = np.array([1, 1, 2, 0, 2, 0, 2, 0, 2, 1, 0, 1])  # by item, an index into SUBSCALES
EASE = np.array([-0.05, 0.15, 0.05, -0.15, 0.15, 0.05, -0.15, 0.15, -0.05, -0.15, -0.05, 0.05])  # points, by item
AVERAGE = (SUBSCALE_OF[:, None] == np.arange(len(SUBSCALES))) / np.bincount(SUBSCALE_OF)  # items -> subscale means


@dataclass(frozen=True)
class SimulatedAnswers:
    """Ratings by items (NaN: left out), and by name what was added to the expected goal, task and bond scores."""

    given: Floats
    gain: dict[str, Floats]


def draw_answers(
    own: Floats, subscale: Floats, items: Floats, removed: Mapping[str, Floats], truth: Truth, rng: Generator
) -> SimulatedAnswers:
    """Answers, one rating a row, from targets in points: `own` (ratings), `subscale` and `items` (beside it) and noise.

    A gain is the difference `removed` makes to the expected answers when it is taken away from goal, task and bond: what is
    left of it after floor and ceiling.
    """
    shape = (len(own), ITEMS)
    noise = truth.item_sd * rng.standard_normal(shape)
    ease = EASE + truth.bond_ease * (SUBSCALES.index("bond") == SUBSCALE_OF)
    target = own[:, None] + subscale[:, SUBSCALE_OF] + items + ease + noise
    expected = np.clip(target, LOW, HIGH)
    gain = {
        name: (expected - np.clip(target - points[:, SUBSCALE_OF], LOW, HIGH)) @ AVERAGE
        for name, points in removed.items()
        if points.any()
    }
    given = np.minimum(np.floor(expected + rng.random(shape)), HIGH)
    given[rng.random(shape) < truth.skipped_item] = np.nan
    return SimulatedAnswers(given, gain)
