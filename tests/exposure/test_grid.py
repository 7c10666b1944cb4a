"""The grid: every attended session of those who rate, and the sessions that leavers would have had."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.base.params import Exposure
from pipeline.exposure.grid import AFTER, had_they_stayed, never_rated, rated_everywhere, with_leavers
from pipeline.exposure.link import link


def sessions(*rows: tuple[str, int, int, str]) -> pd.DataFrame:
    """Rows of client, number, day, attendance."""
    table = pd.DataFrame(rows, columns=["client_id", "session_number", "day", "attendance"])
    table.insert(
        0, "session_id", [f"{client}{number}" for client, number in zip(table.client_id, table.session_number, strict=True)]
    )
    return table.assign(worker_id="w").astype({"day": "Int64"})


def scored(*ids: str) -> pd.DataFrame:
    rows = [(name, "wai_sr", "client", score, 3.0) for name in ids for score in ("total", "bond")]
    return pd.DataFrame(rows, columns=["session_id", "instrument", "rater", "score", "value"])


STUDY = sessions(
    ("A", 1, 7, "attended"), ("A", 2, 14, "attended"), ("A", 3, 21, "no_show"), ("A", 4, 28, "attended"),
    ("B", 1, 7, "attended"), ("B", 2, 17, "attended"),
    ("C", 1, 7, "attended"),
)  # fmt: skip


def test_attended_sessions_without_a_rating_get_a_row_without_a_value() -> None:
    grid = rated_everywhere(STUDY, scored("A1", "A4", "B2"), "wai_sr", "client")
    unknown = grid[grid["value"].isna()]
    assert sorted(unknown["session_id"]) == ["A2", "B1"]  # not the no-show, and not C, who never rated
    assert len(grid) == 8
    assert never_rated(STUDY, scored("A1", "A4", "B2"), "wai_sr", "client") == 1


def test_windows_on_the_grid_run_from_attended_session_to_attended_session() -> None:
    log = pd.DataFrame(
        {
            "episode_id": ["e1", "e2"], "client_id": "A", "worker_id": "w", "day": pd.array([10, 24], dtype="Int64"),
            "mode": "joint", "order": pd.NA,
        }
    )  # fmt: skip
    tables = {"sessions": STUDY, "advocacy": log}
    grid = rated_everywhere(STUDY, scored("A1", "A4", "B2"), "wai_sr", "client")
    rows, book, _ = link(tables, grid, Exposure())
    first = rows[rows["client_id"] == "A"]
    assert first["previous_day"].tolist() == [-7.0, 7.0, 14.0]
    counted = book.set_index("episode_id")["occasion_id"]
    assert rows.set_index("occasion_id").loc[counted, "session_id"].tolist() == ["A2", "A4"]
    assert rows["score_total"].isna().sum() == 2


def test_a_full_series_is_its_own_grid() -> None:
    full = scored("A1", "A2", "A4", "B1", "B2", "C1")
    pd.testing.assert_frame_equal(rated_everywhere(STUDY, full, "wai_sr", "client"), full)


def test_leavers_would_have_come_on_in_their_own_rhythm_to_the_end_of_the_study() -> None:
    more = had_they_stayed(STUDY)
    assert more.groupby("client_id")["session_number"].apply(list).to_dict() == {"B": [3, 4], "C": [2, 3, 4]}
    assert more.groupby("client_id")["day"].apply(list).to_dict() == {
        "B": [27, 37],
        "C": [17, 27, 37],
    }  # C: the study's median
    assert more["session_id"].str.startswith(AFTER).all()
    assert more["session_id"].is_unique
    assert (more["attendance"] == "attended").all()
    assert more.dtypes.to_dict() == STUDY.dtypes.to_dict()
    whole = with_leavers({"sessions": STUDY})["sessions"]
    assert len(whole) == len(STUDY) + 5


def test_nobody_who_left_nobody_added() -> None:
    stayed = STUDY[STUDY["client_id"] == "A"].reset_index(drop=True)
    assert len(had_they_stayed(stayed)) == 0
    assert with_leavers({"sessions": stayed})["sessions"] is stayed


@pytest.mark.parametrize("days", [True, False])
def test_a_study_without_days_has_a_grid_too(days: bool) -> None:
    table = STUDY if days else STUDY.assign(day=pd.array([None] * len(STUDY), dtype="Int64"))
    more = had_they_stayed(table)
    assert more["session_number"].tolist() == [3, 4, 2, 3, 4]
    assert more["day"].isna().all() != days
    assert np.isfinite(more["session_number"]).all()
