"""Answers to the WAI-SR and the SRS: whole numbers with a floor and a ceiling.

Every item has a target in points. An answer is the target, held within 1 to 5, and rounded up or down at random so that its
expected value is the target exactly. So the expected score moves by an effect one to one, save where floor or ceiling cut.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from pipeline.simulate.truth import Truth

SUBSCALES = ("goal", "task", "bond")


class Items:
    """The WAI-SR's items: how many, the subscale of each (in item order), and how easily each is agreed to (points)."""

    COUNT = 12
    LOW, HIGH = 1.0, 5.0
    SUBSCALE = np.array([1, 1, 2, 0, 2, 0, 2, 0, 2, 1, 0, 1])
    EASE = np.array([-0.15, -0.05, 0.2, 0.05, 0.25, 0.0, 0.1, -0.1, 0.15, -0.2, -0.1, -0.15])


def draw_answers(
    level: np.ndarray,
    added: np.ndarray,
    joint: np.ndarray,
    subscale: np.ndarray,
    items: np.ndarray,
    truth: Truth,
    rng: Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Answers (ratings by items, NaN where left out) and what joint episodes added to the expected subscale scores.

    `level` in points a rating; `added` and `joint` what all episodes, and the joint ones, add to goal, task, bond;
    `subscale` and `items` the clients' own deviations.
    """
    shape = (len(level), Items.COUNT)
    own = level[:, None] + subscale[:, Items.SUBSCALE] + items + Items.EASE + truth.item_sd * rng.standard_normal(shape)
    target = own + added[:, Items.SUBSCALE]
    held = np.clip(target, Items.LOW, Items.HIGH)
    without = np.clip(target - joint[:, Items.SUBSCALE], Items.LOW, Items.HIGH)
    answers = np.floor(held + rng.random(shape))
    answers = np.minimum(answers, Items.HIGH)
    answers[rng.random(shape) < truth.skipped_item] = np.nan
    return answers, subscale_means(held - without)


def subscale_means(values: np.ndarray) -> np.ndarray:
    """The mean over the items of goal, task and bond (ratings by three)."""
    return np.stack([values[:, k == Items.SUBSCALE].mean(axis=1) for k in range(len(SUBSCALES))], axis=1)
