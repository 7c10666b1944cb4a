"""Occasions, ledger and doses against the rules written a second time, on logs with everything that logs are like."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import Exposure
from pipeline.exposure.dose import chosen_episodes, doses, shifted_values
from pipeline.exposure.link import link
from tests.exposure import brute

LOGS = 40  # a thousand more: python -m tests.exposure.test_brute
MODES = ("joint", "worker_solo")
SERIES = (("wai_sr", "client"), ("wai_sr", "worker"), ("srs", "client"))
DOSES = ("count", "any", "minutes", "decay(5)", "decay(0.5)")
LAGS = (0, 1, 2, 3, -1)
ROUNDING = 1e-9  # sums of a few dozen powers of two


def log(random: np.random.Generator) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Up to five clients, several visits a day, other workers, missed sessions, three series that rate when they like."""
    clients = [f"c{i}" for i in range(int(random.integers(1, 6)))]
    n = int(random.integers(1, 30))
    span = int(random.choice([6, 25, 90]))
    sessions = pd.DataFrame({"client_id": random.choice(clients, n), "day": random.integers(-5, span, n)})
    sessions["session_number"] = random.integers(1, 9, n)
    sessions["session_id"] = random.permutation([f"s{i:03d}" for i in range(n)])
    sessions["worker_id"] = random.choice(["v", "w", "x"], n, p=[0.7, 0.2, 0.1])
    sessions["attendance"] = random.choice(["attended", "no_show", "cancelled"], n, p=[0.8, 0.1, 0.1])
    share = random.choice([0.3, 0.7, 1.0], len(SERIES))
    parts = [
        pd.DataFrame({"session_id": sessions["session_id"][random.random(n) < chance], "instrument": name, "rater": rater})
        for (name, rater), chance in zip(SERIES, share, strict=True)
    ]
    scores = pd.concat(parts, ignore_index=True).assign(score="total", value=1.0)
    m = int(random.integers(0, 60))
    episodes = pd.DataFrame({"client_id": random.choice([*clients, "nobody"], m), "day": random.integers(-25, span + 10, m)})
    episodes["episode_id"] = [f"e{i:03d}" for i in range(m)]
    episodes["worker_id"] = "w"
    episodes["mode"] = random.choice(MODES, m)
    episodes["order"] = random.choice(np.array(["before_session", "after_session", None], dtype=object), m)
    episodes["duration_min"] = np.where(random.random(m) < 0.2, np.nan, random.integers(5, 90, m))
    return {"sessions": sessions.astype({"day": "Int64"}), "advocacy": episodes.astype({"day": "Int64"})}, scores


@pytest.mark.parametrize("seed", range(LOGS))
def test_as_the_rules_say(seed: int) -> None:
    random = np.random.default_rng(seed)
    tables, scores = log(random)
    exposure = Exposure(
        first_window=float(random.choice([0.5, 3, 14, 100])),
        same_day=str(random.choice(["by_order", "exclude"])),
        gap_after=float(random.choice([5, 28])),
    )
    rules = brute.Rules(exposure.first_window, exposure.same_day, exposure.gap_after)
    occasions, ledger, summary = link(tables, scores, exposure)
    sessions, episodes = (tables[name].to_dict("records") for name in ("sessions", "advocacy"))
    for instrument, rater in SERIES:
        own = (scores["instrument"] == instrument) & (scores["rater"] == rater)
        clients = brute.series(sessions, set(scores["session_id"][own]), rules)
        reasons = brute.account(episodes, clients, rules)
        of_series = {"instrument": instrument, "rater": rater}
        rows = occasions[(occasions[list(of_series)] == pd.Series(of_series)).all(axis=1)].reset_index(drop=True)
        book = ledger[(ledger[list(of_series)] == pd.Series(of_series)).all(axis=1)]
        ratings = [(client, position) for client in clients for position in range(len(clients[client]))]
        _same_occasions(rows, clients, ratings)
        if not len(rows):
            continue
        assert dict(zip(book["episode_id"], book["reason"], strict=True)) == reasons
        assert len(book) == len(episodes)  # each episode once
        _same_doses(rows, book, clients, ratings)
        told = next(one for one in summary.series if (one.instrument, one.rater) == (instrument, rater))
        assert sum(told.episodes.values()) == summary.episodes.total == len(episodes)


def _same_occasions(rows: pd.DataFrame, clients: dict[str, list[brute.Rating]], ratings: list[tuple[str, int]]) -> None:
    wanted = [clients[client][position] for client, position in ratings]
    assert list(rows["session_id"]) == [rating.session["session_id"] for rating in wanted]
    assert list(rows["occasion"]) == [position + 1 for _, position in ratings]
    assert list(rows["gap"]) == [rating.gap for rating in wanted]
    assert list(rows["worker_changed"]) == [rating.worker_changed for rating in wanted]


def _same_doses(
    rows: pd.DataFrame, book: pd.DataFrame, clients: dict[str, list[brute.Rating]], ratings: list[tuple[str, int]]
) -> None:
    for mode in MODES:
        found = chosen_episodes(book, mode, {})
        for kind in DOSES:
            window = doses(found, rows, kind)
            for lag in LAGS:
                wanted = [brute.dose(clients[client], position, kind, mode, lag) for client, position in ratings]
                moved = shifted_values(window, rows["occasion"].to_numpy(), lag)
                np.testing.assert_allclose(moved, wanted, rtol=ROUNDING, atol=ROUNDING)


if __name__ == "__main__":
    for number in range(1_000):
        test_as_the_rules_say(number)
