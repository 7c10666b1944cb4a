"""What must hold for any log: nothing after a rating enters it, and no episode is unaccounted for."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from pipeline.base.params import Exposure
from pipeline.exposure.dose import chosen_episodes, doses
from pipeline.exposure.link import link
from pipeline.exposure.parts import decompose, detrended
from pipeline.exposure.visits import codes_of

ROUNDING = 1e-9  # sums of at most a few hundred doses of size one
ORDERS = ["before_session", "after_session", pd.NA]
EFFORT = effort(max_examples=60, deadline=None, derandomize=True)


@st.composite
def logs(draw: st.DrawFn) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    clients = [f"c{i}" for i in range(draw(st.integers(1, 4)))]
    visits = draw(st.lists(st.tuples(st.sampled_from(clients), st.integers(0, 60), st.booleans()), min_size=1, max_size=25))
    sessions = pd.DataFrame(sorted(visits), columns=["client_id", "day", "rated"])
    sessions["session_number"] = sessions.groupby("client_id").cumcount() + 1
    sessions["session_id"] = [f"s{i:03d}" for i in range(len(sessions))]
    sessions["worker_id"] = draw(st.lists(st.sampled_from(["v", "w"]), min_size=len(sessions), max_size=len(sessions)))
    sessions["attendance"] = "attended"
    rated = sessions[sessions.pop("rated")]
    scores = pd.DataFrame({"session_id": rated["session_id"], "instrument": "srs", "rater": "client", "score": "total"})
    episode = st.tuples(st.sampled_from([*clients, "c9"]), st.integers(-20, 80), st.sampled_from(ORDERS))
    rows = draw(st.lists(episode, max_size=25))
    log = pd.DataFrame(rows, columns=["client_id", "day", "order"]).assign(worker_id="w", mode="joint", duration_min=10.0)
    log["episode_id"] = [f"e{i:03d}" for i in range(len(log))]
    return {"sessions": sessions, "advocacy": log.astype({"day": "int64"})}, scores.assign(value=1.0)


@EFFORT
@given(logs(), st.sampled_from(["by_order", "exclude"]))
def test_no_episode_after_its_rating_and_none_unaccounted(content, same_day):
    tables, scores = content
    exposure = Exposure(same_day=same_day)
    occasions, ledger, summary = link(tables, scores, exposure)
    log = tables["advocacy"]
    assert len(ledger) == (len(log) if len(occasions) else 0)
    if not len(occasions):
        return
    assert sum(summary.series[0].episodes.values()) == summary.episodes.total == len(log)
    counted = ledger[ledger["reason"] == "counted"].merge(log[["episode_id", "order"]], on="episode_id")
    held = counted.merge(occasions, on="occasion_id", suffixes=("", "_rating"))
    assert (held["client_id"] == held["client_id_rating"]).all()
    assert (held["day"] <= held["day_rating"]).all()
    assert not ((held["day"] == held["day_rating"]) & (held["order"] != "before_session")).any()
    inside = held["day"] > held["previous_day"]
    assert (inside | ((held["day"] == held["previous_day"]) & (held["order"] == "after_session"))).all()
    assert doses(chosen_episodes(ledger, "joint", {}), occasions, "count").sum() == len(counted)


@EFFORT
@given(logs(), st.integers(0, 2**16))
def test_order_of_rows_does_not_matter(content, seed):
    tables, scores = content
    shuffled = {name: table.sample(frac=1, random_state=seed) for name, table in tables.items()}
    shuffled["advocacy"] = tables["advocacy"]
    first = link(tables, scores, Exposure())
    second = link(shuffled, scores.sample(frac=1, random_state=seed), Exposure())
    pd.testing.assert_frame_equal(first[0], second[0])
    pd.testing.assert_frame_equal(first[1], second[1])


@EFFORT
@given(st.integers(1, 60), st.integers(0, 2**16))
def test_parts_add_up_and_are_within_client_means_zero(rows, seed):
    random = np.random.default_rng(seed)
    x = random.poisson(1.0, rows).astype(float)
    client, worker = np.unique(random.integers(0, 9, rows), return_inverse=True)[1], random.integers(0, 3, rows)
    worker = np.unique(worker, return_inverse=True)[1]
    parts = decompose(x, client, worker)
    np.testing.assert_allclose(parts.within + parts.between + parts.worker + x.mean(), x, atol=ROUNDING)
    np.testing.assert_allclose(np.bincount(client, weights=parts.within), 0, atol=ROUNDING)
    line = detrended(x + 3.0 * client * np.arange(rows), np.arange(rows, dtype=float), client)
    np.testing.assert_allclose(np.bincount(client, weights=line), 0, atol=ROUNDING * 1e3)


@EFFORT
@given(st.lists(st.sampled_from(["b", "a", "é", "B", "10", "9", None]), min_size=1, max_size=20))
def test_codes_of_ids_are_the_same_for_text_and_categories(ids: list[str | None]) -> None:
    """In whatever order categories stand, and with some that no row has: the codes follow the ids that occur, sorted."""
    text = pd.Series(ids, dtype="str")
    expected = codes_of(text)
    present = sorted({one for one in ids if one is not None})
    assert expected.tolist() == [-1 if one is None else present.index(one) for one in ids]
    categories = [*reversed(present), "unused"]
    assert codes_of(text.astype(pd.CategoricalDtype(categories))).tolist() == expected.tolist()
