"""Doses: the ledger summed into one number a rating, shifted by whole ratings for a lag or a lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.specs import half_life_of
from pipeline.exposure.told import UNKNOWN, unknown_windows
from pipeline.exposure.visits import Booleans, Floats, Integers, client_days

if TYPE_CHECKING:
    import pandas as pd

FILTERS = ("setting", "level", "initiated_by", "debriefed", "planned")


def chosen_episodes(ledger: pd.DataFrame, mode: str, filters: dict[str, str | bool]) -> pd.DataFrame:
    """The ledger rows of one mode that carry the wanted setting, level ... (a blank never matches)."""
    keep = _equal(ledger["mode"], mode)
    for name, wanted in filters.items():
        if name not in ledger:
            return ledger.iloc[:0]
        keep &= _equal(ledger[name], wanted)
    return ledger[keep]


def _equal(column: pd.Series, wanted: str | bool) -> Booleans:
    return (column == wanted).astype("boolean").fillna(False).to_numpy(dtype=bool)


def doses(episodes: pd.DataFrame, occasions: pd.DataFrame, dose: str) -> Floats:
    """The dose in the window of each occasion of one series, in the occasions' order.

    `dose`: count of episodes; any (0 or 1); minutes (missing where an episode's duration is); decay(h): over all past
    episodes the sum of 2^(-(days since) / h), whether or not they fell into a window. Missing where a dose was not told.
    """
    ids = occasions["occasion_id"].to_numpy(dtype=np.int64)
    if len(unknown := unknown_windows(episodes, ids)):
        known = episodes[(episodes["reason"] != UNKNOWN).to_numpy(dtype=bool)]
        found = doses(known, occasions, dose)
        found[unknown] = np.nan
        return found
    occasion = episodes["occasion_id"].to_numpy(dtype=np.int64, na_value=-1)
    place = np.searchsorted(ids, occasion[occasion >= 0])
    days = half_life_of(dose)
    if days is not None and episodes["day"].isna().any():
        return np.full(len(ids), np.nan)  # how long ago an episode was that was only counted, nobody knows
    if days is not None:
        return _decayed(episodes, occasions, occasion, days)
    if dose == "minutes":
        minutes = episodes["duration_min"].to_numpy(dtype=np.float64, na_value=np.nan)
        return np.bincount(place, weights=minutes[occasion >= 0], minlength=len(ids)).astype(np.float64)
    count = np.bincount(place, minlength=len(ids)).astype(np.float64)
    return np.minimum(count, 1.0) if dose == "any" else count


def shifted_values(values: Floats, occasion: Integers, by: int) -> Floats:
    """The value `by` ratings earlier of the same client (later, where `by` is negative); NaN where there is none.

    `occasion` counts the ratings of each client from 1, clients one after the other.
    """
    if by == 0:
        return values
    out = np.full(len(values), np.nan)
    first = starts_of_clients(occasion)
    person = np.cumsum(first)
    if by > 0:
        same = person[by:] == person[:-by]
        out[by:][same] = values[:-by][same]
    else:
        same = person[:by] == person[-by:]
        out[:by][same] = values[-by:][same]
    return out


def starts_of_clients(occasion: Integers) -> Booleans:
    """True in each client's first row: a count of ratings that does not rise starts a new client."""
    first = np.ones(len(occasion), dtype=bool)
    first[1:] = occasion[1:] <= occasion[:-1]
    return first


def _decayed(episodes: pd.DataFrame, occasions: pd.DataFrame, occasion: Integers, half: float) -> Floats:
    ids = occasions["occasion_id"].to_numpy(dtype=np.int64)
    day = occasions["day"].to_numpy(dtype=np.float64, na_value=np.nan)
    entry = np.where(occasion >= 0, np.searchsorted(ids, occasion), _first_later(episodes, occasions))
    enters = entry >= 0
    age = day[entry[enters]] - episodes["day"].to_numpy(dtype=np.float64, na_value=np.nan)[enters]
    total = np.bincount(entry[enters], weights=np.exp2(-age / half), minlength=len(ids)).astype(np.float64)
    number = occasions["occasion"].to_numpy(dtype=np.int64)
    kept = np.exp2(-np.maximum(np.diff(day, prepend=np.nan), 0) / half)  # a next client may begin on an earlier day
    for step in range(2, int(number.max(initial=1)) + 1):
        rows = np.flatnonzero(number == step)
        total[rows] += total[rows - 1] * kept[rows]
    return total


def _first_later(episodes: pd.DataFrame, occasions: pd.DataFrame) -> Integers:
    """For each episode the row of the client's first rating on a later day, or -1: from there on it is past."""
    on = client_days(occasions, episodes)
    place = np.searchsorted(on.ratings, on.episodes, "right")
    at = np.minimum(place, max(len(on.ratings) - 1, 0))
    own = (on.of_episode >= 0) & (place < len(on.ratings))
    own[own] = on.of_rating[at[own]] == on.of_episode[own]
    return np.where(own, at, -1)
