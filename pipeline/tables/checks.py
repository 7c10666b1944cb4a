"""Rules over the rows of the canonical tables, each a function from tables to the rows that break it.

A mask is a boolean array over the table's rows. Nothing here looks at a value for longer than it takes to compare it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FEW = 20  # rows below which a column that never changes means nothing


def repeated_rows(table: pd.DataFrame, _key: list[str]) -> np.ndarray:
    """Rows that repeat an earlier row in every column."""
    return _array(table.duplicated())


def repeated_keys(table: pd.DataFrame, key: list[str]) -> np.ndarray:
    """Rows whose key stands on several rows that differ from each other."""
    twins = table.duplicated(key, keep=False)
    if not twins.any():
        return _array(twins)
    different = table[twins].drop_duplicates()
    keys = different[different.duplicated(key, keep=False)][key].drop_duplicates()
    marked = table[key].merge(keys, on=key, how="left", indicator="side", validate=None)["side"] == "both"
    return _array(marked)


def orphans(table: pd.DataFrame, column: str, parents: pd.Series) -> np.ndarray:
    """Rows whose id in `column` is not among the parents'."""
    return _array(~table[column].isin(parents))


def days_backwards(sessions: pd.DataFrame) -> np.ndarray:
    """Sessions on an earlier day than a session of the same client and worker with a lower number."""
    import numpy as np

    order = sessions.sort_values(["client_id", "worker_id", "session_number"], kind="stable")
    day = order["day"].astype("float64")
    latest = day.groupby([order["client_id"], order["worker_id"]], observed=True).cummax()
    backwards = np.zeros(len(sessions), dtype=bool)
    backwards[sessions.index.get_indexer(order.index[_array(day < latest)])] = True
    return backwards


def repeated_numbers(sessions: pd.DataFrame) -> np.ndarray:
    """Sessions that share their number with another session of the same client and worker."""
    return _array(sessions.duplicated(["client_id", "worker_id", "session_number"], keep=False))


def days_missing(sessions: pd.DataFrame) -> np.ndarray:
    """Sessions without a day in a study that has days."""
    missing = sessions["day"].isna()
    return _none(sessions) if missing.all() else _array(missing)


def unattended(ratings: pd.DataFrame, sessions: pd.DataFrame) -> np.ndarray:
    """Ratings of sessions that did not take place."""
    held = sessions.loc[sessions["attendance"] == "attended", "session_id"]
    known = ratings["session_id"].isin(sessions["session_id"])
    return _array(known & ~ratings["session_id"].isin(held))


def straight_lines(ratings: pd.DataFrame) -> np.ndarray:
    """Ratings that give one and the same answer to every item."""
    items = _items(ratings)
    return _array((items.nunique(axis=1) == 1) & items.notna().all(axis=1)) if items.shape[1] > 1 else _none(ratings)


def not_whole(ratings: pd.DataFrame) -> np.ndarray:
    """Ratings with an answer between two whole numbers."""
    items = _items(ratings)
    return _array(((items % 1) > 0).any(axis=1))


def has_other_base(ratings: pd.DataFrame, low: float, high: float) -> bool:
    """Whether the answers look like a scale that starts one lower or one higher: one end reached beyond, the other never."""
    items = _items(ratings).to_numpy(dtype="float64")
    answered = items[items == items]
    if not len(answered):
        return False
    lowest, highest = float(answered.min()), float(answered.max())
    return bool((lowest == low - 1 and highest <= high - 1) or (highest == high + 1 and lowest >= low + 1))


def constant_columns(table: pd.DataFrame) -> list[str]:
    """Numeric columns that hold one and the same value on every row."""
    numbers = table.select_dtypes("number") if len(table) >= FEW else table.iloc[:, :0]
    return [name for name in numbers.columns if numbers[name].nunique() == 1 and numbers[name].notna().all()]


def two_agencies(sessions: pd.DataFrame, workers: pd.DataFrame) -> np.ndarray:
    """Sessions of a client who on the same day had a session with a worker of another agency."""
    if "agency_id" not in workers or sessions["day"].isna().all():
        return _none(sessions)
    agencies = workers.drop_duplicates("worker_id").set_index("worker_id")["agency_id"]
    seen = sessions[["client_id", "day"]].assign(agency=sessions["worker_id"].map(agencies))
    seen = seen[_array((sessions["attendance"] == "attended") & sessions["day"].notna())]
    apart = seen.groupby(["client_id", "day"], observed=True)["agency"].transform("nunique") > 1
    return _array(apart.reindex(sessions.index, fill_value=False))


def rare_clients(clients: pd.DataFrame, quasi_identifiers: list[str], k: int) -> np.ndarray:
    """Clients who share their quasi-identifiers with fewer than k; a missing value is a class of its own."""
    held = [name for name in quasi_identifiers if name in clients]
    if not held:
        return _none(clients)
    sizes = clients.groupby(held, dropna=False, observed=True)["client_id"].transform("size")
    return _array(sizes < k)


def _items(ratings: pd.DataFrame) -> pd.DataFrame:
    return ratings[[name for name in ratings.columns if str(name).startswith("item_")]]


def _array(mask: Any) -> np.ndarray:
    array: np.ndarray = mask.to_numpy(dtype=bool, na_value=False) if hasattr(mask, "to_numpy") else mask
    return array


def _none(table: pd.DataFrame) -> np.ndarray:
    import numpy as np

    return np.zeros(len(table), dtype=bool)
