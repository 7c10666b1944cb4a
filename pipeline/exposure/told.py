"""Doses told beside the session (`dose_joint`: joint visits since the last one) as episodes of the window they fall into.

Nothing but their number is known: no day, no order on a day, no setting. What was not told is unknown, and so is the dose of
its window; it is not zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.column_names import dose_column
from pipeline.exposure.visits import Floats, Integers, in_order

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "dose_unknown"  # the reason of a ledger row that stands for a window whose dose was not told
MODES = ("joint", "worker_solo", "client_solo", "concrete")


def modes_told(sessions: pd.DataFrame) -> tuple[str, ...]:
    """The modes whose doses stand beside the sessions."""
    return tuple(mode for mode in MODES if dose_column(mode) in sessions and sessions[dose_column(mode)].notna().any())


def episodes(sessions: pd.DataFrame) -> pd.DataFrame | None:
    """One row an episode that was told: episode_id, client_id, worker_id, day (missing), mode; None where none could be."""
    rows = _rows(sessions)
    return None if rows is None else rows[~rows["unknown"]].drop(columns=["unknown", "session_id"]).reset_index(drop=True)


def build(sessions: pd.DataFrame, occasions: pd.DataFrame, has_days: bool) -> pd.DataFrame:
    """The ledger of told doses: each episode, and each dose that was not told, with the rating whose window it belongs to.

    What was told at a session counts for the client's first rating at that session or after it. What was told at sessions
    before the first window opens counts for none.
    """
    import pandas as pd

    rows = _rows(sessions)
    if rows is None:
        return pd.DataFrame()
    ordered = in_order(sessions, has_days)
    place = pd.Index(ordered["session_id"].astype("object"))
    at = place.get_indexer(rows["session_id"].astype("object"))
    day = ordered["day"].to_numpy(dtype=np.float64, na_value=np.nan)[at]
    parts = []
    for instrument, rater in occasions[["instrument", "rater"]].drop_duplicates().itertuples(index=False):
        own = occasions[(occasions["instrument"] == instrument) & (occasions["rater"] == rater)]
        rated = place.get_indexer(own["session_id"].astype("object"))
        occasion, reason = _assign(rows, at, day, own, np.asarray(rated, dtype=np.int64))
        part = rows.drop(columns=["unknown", "session_id"])
        part.insert(1, "instrument", instrument)
        part.insert(2, "rater", rater)
        part["occasion_id"] = pd.array(occasion, dtype="Int64")
        part.loc[occasion < 0, "occasion_id"] = pd.NA
        part["reason"] = pd.Series(reason, index=part.index, dtype="str")
        parts.append(part[(part["reason"] != UNKNOWN) | part["occasion_id"].notna()])
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return table.astype({"instrument": occasions["instrument"].dtype, "rater": occasions["rater"].dtype}) if parts else table


def unknown_windows(ledger: pd.DataFrame, ids: Integers) -> Integers:
    """The places among occasion ids (sorted) of the windows whose dose was not told."""
    if "reason" not in ledger:
        return np.zeros(0, dtype=np.int64)
    hit = (ledger["reason"] == UNKNOWN).to_numpy(dtype=bool)
    return np.asarray(np.searchsorted(ids, ledger.loc[hit, "occasion_id"].to_numpy(dtype=np.int64)), dtype=np.int64)


def _rows(sessions: pd.DataFrame) -> pd.DataFrame | None:
    """Told episodes one by one, and one `unknown` row for each dose that was not told; by mode and session."""
    import pandas as pd

    modes = modes_told(sessions)
    if not modes:
        return None
    parts = []
    for mode in modes:
        dose = sessions[dose_column(mode)].to_numpy(dtype=np.float64, na_value=np.nan)
        times = np.where(np.isnan(dose), 1, dose).astype(np.int64)
        part = (
            sessions[["session_id", "client_id", "worker_id"]].loc[np.repeat(sessions.index, times)].reset_index(drop=True)
        )
        number = np.arange(len(part)) - np.repeat(np.cumsum(times) - times, times) + 1
        part["mode"] = mode
        part["unknown"] = np.repeat(np.isnan(dose), times)
        part.insert(0, "episode_id", [f"{s}.{mode}.{n}" for s, n in zip(part["session_id"], number, strict=True)])
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    table["mode"] = pd.Categorical(table["mode"], categories=list(modes))
    table["day"] = pd.array([pd.NA] * len(table), dtype="Int64")
    table["duration_min"] = np.full(len(table), np.nan)
    return table


def _assign(
    rows: pd.DataFrame, at: Integers, day: Floats, own: pd.DataFrame, rated: Integers
) -> tuple[Integers, np.ndarray]:
    """For each row its occasion_id in one series (-1: none) and the reason; `at`, `rated`: places of sessions in order."""
    import pandas as pd

    clients = pd.Index(own["client_id"].drop_duplicates().astype("object"))
    of_rating = clients.get_indexer(own["client_id"].astype("object")).astype(np.int64)
    of_row = clients.get_indexer(rows["client_id"].astype("object")).astype(np.int64)
    span = int(max(at.max(initial=0), rated.max(initial=0))) + 2
    order = np.argsort(of_rating * span + rated, kind="stable")
    keys = (of_rating * span + rated)[order]
    place = np.minimum(np.searchsorted(keys, of_row * span + at, "left"), max(len(keys) - 1, 0))
    found = order[place]
    right = (of_row >= 0) & (of_rating[found] == of_row) & (rated[found] >= at)
    start = own["previous_day"].to_numpy(dtype=np.float64)[found]
    early = right & ~np.isnan(day) & (day <= start)
    occasion = np.where(right & ~early, own["occasion_id"].to_numpy(dtype=np.int64)[found], -1)
    reason = np.full(len(rows), "counted", dtype=object)
    reason[~right] = "after_last_rating"
    reason[early] = "before_first_window"
    reason[of_row < 0] = "no_rating_for_client"
    reason[rows["unknown"].to_numpy(dtype=bool)] = UNKNOWN
    return occasion, reason
