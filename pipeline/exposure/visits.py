"""Sessions in their order: the n-th visit of a client, what came next, and whether a client came back at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


def codes_of(column: pd.Series) -> Integers:
    """Whole numbers that stand for the values of an id column, in their sorted order (equal in every locale)."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return _codes_of_categories(np.asarray(column.cat.codes, dtype=np.int64), column.cat.categories)
    codes, _ = pd.factorize(column.astype("object"), sort=True)
    return codes.astype(np.int64)


def _codes_of_categories(codes: Integers, categories: pd.Index) -> Integers:
    """As of the values themselves: only categories that occur are counted, and a missing value is -1."""
    occurs = np.zeros(len(categories), dtype=bool)
    occurs[codes[codes >= 0]] = True
    order = np.argsort(categories.to_numpy(dtype=object), kind="stable")
    order = order[occurs[order]]
    place = np.full(len(categories) + 1, -1, dtype=np.int64)  # the last one stands for missing
    place[order] = np.arange(len(order))
    return place[codes]


@dataclass(frozen=True)
class ClientDays:
    """Client and day of each rating and each episode as one whole number, which rises as ratings do.

    `of_rating`, `of_episode`: whose; -1 where the client has no rating.
    """

    ratings: Integers
    episodes: Integers
    of_rating: Integers
    of_episode: Integers


def client_days(ratings: pd.DataFrame, episodes: pd.DataFrame) -> ClientDays:
    """Ratings (clients one after the other, by day) and episodes on one line, so that one is found among the others."""
    import pandas as pd

    clients = pd.Index(ratings["client_id"].drop_duplicates().astype("object"))
    of_rating = clients.get_indexer(ratings["client_id"].astype("object"))
    of_episode = clients.get_indexer(episodes["client_id"].astype("object"))
    day, when = ratings["day"].to_numpy(dtype=np.int64), episodes["day"].to_numpy(dtype=np.int64)
    base = min(int(day.min(initial=0)), int(when.min(initial=0)))
    span = max(int(day.max(initial=0)), int(when.max(initial=0))) - base + 2
    return ClientDays(of_rating * span + (day - base), of_episode * span + (when - base), of_rating, of_episode)


def in_order(sessions: pd.DataFrame, has_days: bool) -> pd.DataFrame:
    """Sessions sorted by client, day, session number and id, with the columns that depend on their order.

    Adds `visit` (attended sessions of this client up to and with this one), `attended_that_day` (of this client),
    `missed_next` (the next scheduled session was not attended; missing where none is scheduled) and `dropped_out` (none
    attended after this one; missing where nobody can leave any more: the study's last session number, or evaluation).
    """
    client = codes_of(sessions["client_id"])
    day = day_numbers(sessions, has_days)
    order = np.lexsort((codes_of(sessions["session_id"]), sessions["session_number"].to_numpy(), day, client))
    ordered = sessions.iloc[order].reset_index(drop=True)
    client, day = client[order], day[order]
    attended = (ordered["attendance"] == "attended").to_numpy(dtype=bool)
    ordered["visit"] = _running_count(attended, client)
    ordered["attended_that_day"] = _per_day(attended, client, day)
    return ordered.assign(**_what_followed(ordered, attended, client))


def day_numbers(table: pd.DataFrame, has_days: bool) -> Integers:
    """Days as whole numbers; zero throughout in a study that has none."""
    if not has_days:
        return np.zeros(len(table), dtype=np.int64)
    return table["day"].to_numpy(dtype=np.int64, na_value=0)


def starts_of(sorted_codes: Integers) -> Booleans:
    """True in the first row of each run of equal codes."""
    first = np.ones(len(sorted_codes), dtype=bool)
    first[1:] = sorted_codes[1:] != sorted_codes[:-1]
    return first


def _running_count(flags: Booleans, sorted_codes: Integers) -> Integers:
    total = np.cumsum(flags, dtype=np.int64)
    first = starts_of(sorted_codes)
    before = np.where(first, total - flags, 0)
    return total - np.maximum.accumulate(before) if len(flags) else total


def _per_day(attended: Booleans, client: Integers, day: Integers) -> Integers:
    if not len(day):
        return np.zeros(0, dtype=np.int64)
    first = starts_of(client)
    first[1:] |= day[1:] != day[:-1]
    group = np.cumsum(first) - 1
    return np.asarray(np.bincount(group, weights=attended)[group], dtype=np.int64)


def _what_followed(ordered: pd.DataFrame, attended: Booleans, client: Integers) -> dict[str, pd.Series]:
    import pandas as pd

    if not len(ordered):
        empty = pd.Series([], dtype="boolean")
        return {"missed_next": empty, "dropped_out": empty}
    last = np.append(starts_of(client)[1:], True)
    missed = pd.Series(np.append(~attended[1:], False), dtype="boolean").mask(pd.Series(last))
    visits = ordered["visit"].to_numpy()
    all_visits = np.zeros(client.max() + 1, dtype=np.int64)
    np.maximum.at(all_visits, client, visits)
    number = ordered["session_number"].to_numpy()
    ended = number >= number.max()
    if "phase" in ordered:
        ended |= (ordered["phase"] == "evaluation").fillna(False).to_numpy(dtype=bool)
    gone = pd.Series(attended & (visits == all_visits[client]), dtype="boolean").mask(pd.Series(ended))
    return {"missed_next": missed, "dropped_out": gone}
