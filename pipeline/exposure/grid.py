"""The grid: every attended session as a rating that could have been, and the sessions of those who left, had they stayed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from pipeline.exposure.occasions import has_days
from pipeline.exposure.visits import Integers, codes_of, day_numbers, in_order

if TYPE_CHECKING:
    import pandas as pd

AFTER = "after_dropout_"  # how the ids of sessions begin that nobody attended because the client had left


def rated_everywhere(sessions: pd.DataFrame, scores: pd.DataFrame, instrument: str, rater: str) -> pd.DataFrame:
    """The scores of one series with a row, its value missing, for each attended session that has no rating in it.

    Clients who never rated in this series stay outside: nothing of theirs says how they use the scale. `scores` is long
    (session_id, instrument, rater, score, value); linked as they are, the rows give windows from one attended session to the
    next, the same in every imputation.
    """
    import pandas as pd

    own = scores[((scores["instrument"] == instrument) & (scores["rater"] == rater)).to_numpy(dtype=bool)]
    rated = sessions["session_id"].isin(own["session_id"])
    clients = sessions.loc[rated, "client_id"].unique()
    wanted = sessions["client_id"].isin(clients) & (sessions["attendance"] == "attended").fillna(False) & ~rated
    missing = sessions.loc[wanted.to_numpy(dtype=bool), "session_id"]
    if not len(own) or not len(missing):
        return own.reset_index(drop=True)
    added = own.iloc[np.zeros(len(missing), dtype=np.int64)].reset_index(drop=True)
    added = added.assign(session_id=missing.to_numpy(), value=np.nan)
    return pd.concat([own, added.astype(own.dtypes.to_dict())], ignore_index=True)


def never_rated(sessions: pd.DataFrame, scores: pd.DataFrame, instrument: str, rater: str) -> int:
    """How many clients attended a session and never rated in a series."""
    own = (scores["instrument"] == instrument) & (scores["rater"] == rater)
    attended = sessions[(sessions["attendance"] == "attended").fillna(False).to_numpy(dtype=bool)]
    rated = sessions[sessions["session_id"].isin(scores.loc[own, "session_id"])]
    return len(set(attended["client_id"]) - set(rated["client_id"]))


def had_they_stayed(sessions: pd.DataFrame) -> pd.DataFrame:
    """The sessions that clients who dropped out would have had: up to the study's last session number, in their own rhythm.

    Who dropped out is `visits.in_order`'s: no session attended any more, though one could have been. Their sessions after
    that have the last one's worker, phase and other codes, the client's median days from visit to visit (the study's where a
    client came once), attendance `attended`, ids that begin with `AFTER`, and nothing that was measured in a session.
    """
    days = has_days(sessions)
    visits = in_order(sessions, days)
    gone = visits["dropped_out"].fillna(False).to_numpy(dtype=bool)
    last = visits[gone].reset_index(drop=True)
    end = int(sessions["session_number"].max())
    number = last["session_number"].to_numpy(dtype=np.int64)
    more = np.maximum(end - number, 0)
    place = np.repeat(np.arange(len(last)), more)
    ahead = np.arange(len(place)) - np.repeat(np.cumsum(more) - more, more) + 1
    table = last.iloc[place].reset_index(drop=True)
    table["session_number"] = (number[place] + ahead).astype(sessions["session_number"].to_numpy().dtype)
    if days:
        table["day"] = last["day"].to_numpy(dtype=np.int64)[place] + ahead * _rhythm(visits, last)[place]
    table["session_id"] = [f"{AFTER}{position}" for position in range(len(table))]
    kept = table[[name for name in sessions.columns if name in CARRIED]]
    return kept.reindex(columns=sessions.columns).astype(sessions.dtypes.to_dict())


CARRIED = (
    "session_id",
    "client_id",
    "worker_id",
    "day",
    "session_number",
    "attendance",
    "phase",
    "modality",
)


def with_leavers(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The canonical tables with the sessions of those who left added to `sessions`."""
    import pandas as pd

    sessions = tables["sessions"]
    added = had_they_stayed(sessions)
    return {**tables, "sessions": pd.concat([sessions, added], ignore_index=True) if len(added) else sessions}


def _rhythm(visits: pd.DataFrame, last: pd.DataFrame) -> Integers:
    """For each client who left the median days from one attended session to the next, at least one."""
    attended = (visits["attendance"] == "attended").to_numpy(dtype=bool)
    client, day = codes_of(visits["client_id"])[attended], day_numbers(visits, True)[attended]
    gap = np.diff(day).astype(np.float64)
    same = client[1:] == client[:-1]
    common = float(np.median(gap[same])) if same.any() else 7.0
    order = np.lexsort((gap[same], client[1:][same]))
    of, sorted_gaps = client[1:][same][order], gap[same][order]
    number = np.bincount(of, minlength=int(client.max(initial=0)) + 1)
    start = np.cumsum(number) - number
    middle = np.full(len(number), common)
    some = number > 0
    low, high = start + (number - 1) // 2, start + number // 2
    middle[some] = (sorted_gaps[low[some]] + sorted_gaps[high[some]]) / 2.0
    leaver = np.searchsorted(np.unique(visits["client_id"].astype("object")), last["client_id"].astype("object"))
    return np.asarray(np.maximum(np.rint(middle[leaver]), 1.0), dtype=np.int64)
