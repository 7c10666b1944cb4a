"""Reliability within clients: the share of change that the items have in common."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.measures.within import FEWEST_CHANGES, within_alpha, within_covariance


def ratings(seed: int, clients: int, sessions: int, items: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Change shared by all items with variance .5, items' own with 1 each: reliability 6 * .5 / (6 * .5 + 1)."""
    rng = np.random.default_rng(seed)
    level = 3 * rng.normal(size=(clients, 1, items))
    shared = np.sqrt(0.5) * rng.normal(size=(clients, sessions, 1))
    return (level + shared + rng.normal(size=(clients, sessions, items))).reshape(-1, items), np.repeat(
        np.arange(clients), sessions
    )


def test_it_is_the_share_of_change_that_items_have_in_common() -> None:
    assert within_alpha(*ratings(1, 3000, 6)) == pytest.approx(0.75, abs=0.01)


def test_levels_of_clients_do_not_matter() -> None:
    answers, clients = ratings(2, 50, 6)
    moved = answers + 10 * np.random.default_rng(3).normal(size=(50, 6))[clients]
    assert within_alpha(moved, clients) == pytest.approx(within_alpha(answers, clients))


def test_it_equals_the_covariance_of_dummies_residuals() -> None:
    answers, clients = ratings(4, 20, 5)
    dummies = (clients[:, None] == np.arange(20)).astype(float)
    rest = answers - dummies @ np.linalg.lstsq(dummies, answers)[0]
    np.testing.assert_allclose(within_covariance(answers, clients), rest.T @ rest / 80)


@pytest.mark.parametrize(
    ("answers", "clients"),
    [
        (np.ones((60, 4)), np.repeat(np.arange(10), 6)),
        (np.random.default_rng(5).normal(size=(FEWEST_CHANGES, 4)), np.zeros(FEWEST_CHANGES, dtype=np.int64)),
        (np.random.default_rng(6).normal(size=(60, 4)), np.arange(60)),
        (np.random.default_rng(7).normal(size=(60, 1)), np.repeat(np.arange(10), 6)),
        (np.full((60, 4), np.nan), np.repeat(np.arange(10), 6)),
        (np.random.default_rng(8).normal(size=(60, 1)) * np.array([1.0, -1.0, 1.0, -1.0]), np.repeat(np.arange(10), 6)),
    ],
)
def test_where_it_cannot_be_told_there_is_none(answers: np.ndarray, clients: np.ndarray) -> None:
    assert within_alpha(answers, clients) is None
