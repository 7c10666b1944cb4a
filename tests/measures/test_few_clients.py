"""Intervals over repeated ratings of few clients: they hold the truth about as often as they say (METHODS.md)."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.measures.alpha import GROUPS, alpha_by_client, cronbach_alpha
from pipeline.measures.correlation import correlate, fisher_interval

ROUNDS = 400
BOUND = 4.0  # binomial standard errors that a share may be off


def share_at_least(share: float, hits: int) -> bool:
    return hits / ROUNDS > share - BOUND * np.sqrt(share * (1 - share) / ROUNDS)


def ratings(rng: np.random.Generator, clients: int, sessions: int, items: int = 6) -> tuple[np.ndarray, np.ndarray]:
    common = rng.normal(size=(clients, 1, 1)) + 0.6 * rng.normal(size=(clients, sessions, 1))
    own = 0.5 * rng.normal(size=(clients, 1, items)) + 0.8 * rng.normal(size=(clients, sessions, items))
    return (common + own).reshape(-1, items), np.repeat(np.arange(clients), sessions)


def test_fishers_interval_is_rs() -> None:
    """cor.test in R: r = .5 over 20 pairs."""
    assert fisher_interval(0.5, 20, 0.95) == pytest.approx((0.073810574, 0.771760706), abs=1e-8)
    assert np.isnan(fisher_interval(0.5, 3, 0.95)).all()


def test_changes_of_five_clients() -> None:
    rng, hits = np.random.default_rng(41), 0
    for _ in range(ROUNDS):
        pairs = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=(5, 7))
        changes = np.diff(pairs, axis=1).reshape(-1, 2)
        found = correlate(changes[:, :1], changes[:, 1:], np.repeat(np.arange(5), 6), 0.95)
        hits += found.conf_low[0] < 0.5 < found.conf_high[0]
    assert share_at_least(0.94, hits)


def test_alpha_of_twenty_clients_who_rate_often() -> None:
    rng, hits, feldt = np.random.default_rng(42), 0, 0
    truth = cronbach_alpha(ratings(rng, 100_000, 2)[0]).alpha
    for _ in range(ROUNDS):
        answers, clients = ratings(rng, 20, 8)
        found, plain = alpha_by_client(answers, clients), cronbach_alpha(answers)
        hits += found.conf_low < truth < found.conf_high
        feldt += plain.conf_low < truth < plain.conf_high
        assert found.alpha == plain.alpha
    assert share_at_least(0.92, hits)
    assert not share_at_least(0.85, feldt)


def test_without_repeats_alpha_keeps_feldts_interval() -> None:
    answers = ratings(np.random.default_rng(43), 60, 1)[0]
    assert alpha_by_client(answers, np.arange(60)) == cronbach_alpha(answers)


def test_many_clients_are_left_out_by_groups() -> None:
    answers, clients = ratings(np.random.default_rng(44), 3 * GROUPS, 4)
    found = alpha_by_client(answers, clients)
    assert found.conf_low < found.alpha < found.conf_high
    assert found.conf_high - found.conf_low < 0.03


def test_one_client_has_no_interval() -> None:
    answers, clients = ratings(np.random.default_rng(45), 1, 12)
    assert np.isnan(alpha_by_client(answers, clients).conf_low)
