"""The ledger: for each episode and series of ratings, the one rating it counts for, or the reason for none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.exposure.visits import client_days

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Exposure

Reason = Literal[
    "counted",
    "before_first_window",
    "after_last_rating",
    "same_day_order_unknown",
    "same_day_excluded",
    "no_rating_for_client",
    "dose_unknown",
]
FACTS = (
    "mode",
    "setting",
    "level",
    "initiated_by",
    "duration_min",
    "planned",
    "outcome",
    "theme",
    "disclosure",
    "debriefed",
)
KEYS = ("episode_id", "client_id", "worker_id", "day")
Integers = NDArray[np.int64]


def build(advocacy: pd.DataFrame | None, occasions: pd.DataFrame, exposure: Exposure) -> pd.DataFrame:
    """One row an episode and series (instrument, rater), sorted by series and the log's own order.

    An episode counts for the first rating whose window (previous_day, day] holds its day. On a rating's own day the
    episode's `order` decides: before the session it counts for that rating, after it for the next. It counts for none
    where the order is blank, or where the client was seen more than once that day: there `before` and `after` have no one
    session to refer to.
    """
    import pandas as pd

    if advocacy is None:
        return _empty()
    series = occasions[["instrument", "rater"]].drop_duplicates()
    parts = []
    for instrument, rater in series.itertuples(index=False):
        chosen = (occasions["instrument"] == instrument) & (occasions["rater"] == rater)
        occasion, reason = assign(advocacy, occasions[chosen], exposure)
        part = advocacy[[*KEYS, *(name for name in FACTS if name in advocacy)]].copy()
        part.insert(1, "instrument", instrument)
        part.insert(2, "rater", rater)
        part["occasion_id"] = pd.array(occasion, dtype="Int64")
        part.loc[occasion < 0, "occasion_id"] = pd.NA
        part["reason"] = pd.Series(reason, index=part.index, dtype="str")
        parts.append(part)
    if not parts:
        return _empty()
    table = pd.concat(parts, ignore_index=True)
    return table.astype({"instrument": occasions["instrument"].dtype, "rater": occasions["rater"].dtype})


@dataclass(frozen=True)
class Match:
    """Where each episode falls among one series' ratings: the first row on or after its day, the first row after it."""

    on_or_after: Integers
    after: Integers
    known_client: NDArray[np.bool_]
    own: NDArray[np.bool_]  # the rating it would count for is one of its own client
    place: Integers  # the rating it would count for
    order: NDArray[np.object_]

    @property
    def same_day(self) -> NDArray[np.bool_]:
        """The episode's day is a day of rating."""
        return self.after > self.on_or_after


def assign(advocacy: pd.DataFrame, ratings: pd.DataFrame, exposure: Exposure) -> tuple[Integers, NDArray[np.object_]]:
    """For each episode the occasion_id it counts for within one series (-1: none) and the reason, both in the log's order.

    `ratings` are one series' occasions, sorted by client and day as `occasions.build` leaves them.
    """
    match = _match(advocacy, ratings)
    reason = _reasons(match, advocacy["day"].to_numpy(dtype=np.int64), ratings, exposure)
    occasion = np.full(len(advocacy), -1, dtype=np.int64)
    counted = reason == "counted"
    occasion[counted] = ratings["occasion_id"].to_numpy(dtype=np.int64)[match.place[counted]]
    return occasion, reason


def _match(advocacy: pd.DataFrame, ratings: pd.DataFrame) -> Match:
    on = client_days(ratings, advocacy)
    first, after = np.searchsorted(on.ratings, on.episodes, "left"), np.searchsorted(on.ratings, on.episodes, "right")
    order = _orders(advocacy)
    place = np.where(order == "after_session", after, first)
    at = np.minimum(place, len(on.ratings) - 1)
    own = (place < len(on.ratings)) & (on.of_rating[at] == on.of_episode)
    return Match(first, after, on.of_episode >= 0, own, at, order)


def _orders(advocacy: pd.DataFrame) -> NDArray[np.object_]:
    if "order" not in advocacy:
        return np.full(len(advocacy), "", dtype=object)
    order = advocacy["order"].astype("object")
    return order.where(order.notna(), "").to_numpy(dtype=object)


def _reasons(match: Match, when: Integers, ratings: pd.DataFrame, exposure: Exposure) -> NDArray[np.object_]:
    start = ratings["previous_day"].to_numpy(dtype=np.float64)[match.place]
    several = ratings["several_that_day"].to_numpy(dtype=bool)[np.minimum(match.on_or_after, len(ratings) - 1)]
    ambiguous = (match.order == "") | several | (match.after - match.on_or_after > 1)
    reason = np.full(len(when), "counted", dtype=object)
    reason[~match.own] = "after_last_rating"
    reason[match.own & ~match.same_day & (when <= start)] = "before_first_window"
    reason[match.same_day & ambiguous] = "same_day_order_unknown"
    if exposure.same_day == "exclude":
        reason[match.same_day] = "same_day_excluded"
    reason[~match.known_client] = "no_rating_for_client"
    return reason


def _empty() -> pd.DataFrame:
    import pandas as pd

    names = ["episode_id", "instrument", "rater", "client_id", "worker_id", "day", *FACTS, "occasion_id", "reason"]
    table = pd.DataFrame({name: pd.Series([], dtype="str") for name in names})
    whole = dict.fromkeys(("day", "occasion_id"), "Int64")
    return table.astype({**whole, "duration_min": "float64", "planned": "boolean", "debriefed": "boolean"})
