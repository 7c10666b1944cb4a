"""Occasions: one row a rating of one client by one rater on one instrument, in order, with its window and covariates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.column_names import score_column, score_columns
from pipeline.base.errors import Problem, TableError
from pipeline.exposure.visits import Booleans, Integers, codes_of, day_numbers, in_order, starts_of

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Exposure

ORDER_ONLY = ("attendance", "visit", "attended_that_day")


def has_days(sessions: pd.DataFrame) -> bool:
    """Whether every session has a day; TableError where only some have."""
    present = int(sessions["day"].notna().sum())
    if 0 < present < len(sessions):
        missing = len(sessions) - present
        raise TableError(Problem("sessions.day", f"missing in {missing} of {len(sessions)} rows", "give all days or none"))
    return present > 0


def build(tables: Mapping[str, pd.DataFrame], scores: pd.DataFrame, exposure: Exposure) -> pd.DataFrame:
    """All occasions, sorted by instrument, rater, client and time (day, session number, session id).

    `day` and `previous_day` bound the window (previous_day, day]; the first window of a client is `first_window` days long.
    `gap` is True where an attended session without rating lies inside the window, or where it is longer than `gap_after`.
    """
    sessions = tables["sessions"]
    days = has_days(sessions)
    visits = in_order(sessions, days)
    ratings = wide_ratings(scores)
    place = visits_of(ratings, visits)
    ratings, place = ratings[place >= 0], place[place >= 0]
    rows = visits.drop(columns=["session_id"]).take(place).reset_index(drop=True)
    rows.insert(0, "session_id", ratings["session_id"].to_numpy())
    ratings = ratings.drop(columns=["session_id"]).reset_index(drop=True)
    order = np.lexsort((place, codes_of(rows["client_id"]), codes_of(ratings["rater"]), codes_of(ratings["instrument"])))
    rows, ratings = rows.take(order).reset_index(drop=True), ratings.take(order).reset_index(drop=True)
    return _assemble(rows, ratings, tables, exposure, days)


def wide_ratings(scores: pd.DataFrame) -> pd.DataFrame:
    """One row a rating: session_id, instrument, rater, and `score_<name>` for each score, missing where not scored."""
    keys = [codes_of(scores[name]) for name in ("instrument", "rater", "session_id")]
    sizes = [int(codes.max()) + 1 if len(codes) else 1 for codes in keys]
    joint = (keys[0] * sizes[1] + keys[1]) * sizes[2] + keys[2]
    _, first, rating = np.unique(joint, return_index=True, return_inverse=True)
    table = scores[["session_id", "instrument", "rater"]].take(first).reset_index(drop=True)
    values = scores["value"].to_numpy(dtype=np.float64, na_value=np.nan)
    score_names = scores["score"].astype("object").to_numpy()
    for name in sorted(set(score_names)):
        column = np.full(len(first), np.nan)
        chosen = score_names == name
        column[rating[chosen]] = values[chosen]
        table[score_column(name)] = column
    return table


def visits_of(ratings: pd.DataFrame, visits: pd.DataFrame) -> Integers:
    """For each rating the row of its session in `visits`, or -1."""
    import pandas as pd

    places = pd.Index(visits["session_id"].astype("object")).get_indexer(ratings["session_id"].astype("object"))
    return np.asarray(places, dtype=np.int64)


def _assemble(
    rows: pd.DataFrame, ratings: pd.DataFrame, tables: Mapping[str, pd.DataFrame], exposure: Exposure, days: bool
) -> pd.DataFrame:
    import pandas as pd

    person = codes_of(ratings["instrument"]) * 1_000 + codes_of(ratings["rater"])
    client = codes_of(rows["client_id"])
    first = starts_of(client) | starts_of(person)
    day = day_numbers(rows, days).astype(np.float64)
    previous = np.where(first, day - exposure.first_window, np.roll(day, 1))
    came = (rows["attendance"] == "attended").to_numpy(dtype=np.int64)  # a rating may come from a session nobody attended
    missed = ~first & (np.diff(rows["visit"].to_numpy(), prepend=0) > came)
    worker = codes_of(rows["worker_id"])
    head: dict[str, object] = {
        "occasion_id": np.arange(len(rows), dtype=np.int64),
        "instrument": ratings["instrument"],
        "rater": ratings["rater"],
        "client_id": rows["client_id"],
        "worker_id": rows["worker_id"],
        "session_id": rows["session_id"],
        "occasion": _position(first),
        "day": pd.array(day.astype(np.int64) if days else [None] * len(rows), dtype="Int64"),
        "previous_day": previous if days else np.full(len(rows), np.nan),
        "session_number": rows["session_number"],
        "gap": missed | (~first & days & (day - previous > exposure.gap_after)),
        "worker_changed": ~first & (worker != np.roll(worker, 1)),
        "several_that_day": rows["attended_that_day"].to_numpy() > 1 if days else np.zeros(len(rows), dtype=bool),
    }
    scored: dict[str, object] = {name: ratings[name] for name in score_columns(ratings.columns)}
    return pd.DataFrame({**head, **scored, **_covariates(rows, tables, set(head))})


def _position(first: Booleans) -> Integers:
    index = np.arange(len(first), dtype=np.int64)
    return index - np.maximum.accumulate(np.where(first, index, 0)) + 1 if len(first) else index


def _covariates(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], taken: set[str]) -> dict[str, object]:
    found: dict[str, object] = {name: rows[name] for name in rows.columns if name not in {*taken, *ORDER_ONLY}}
    for unit, key in (("client", "client_id"), ("worker", "worker_id")):
        people = tables.get(f"{unit}s")
        if people is None:
            continue
        looked_up = people.set_index(key).reindex(rows[key])
        for name in looked_up.columns:
            unique = name if name not in found and name not in taken else f"{unit}_{name}"
            found[unique] = looked_up[name].reset_index(drop=True)
    return found
