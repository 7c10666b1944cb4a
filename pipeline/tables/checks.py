"""Rules over rows: each a function from the reduced tables of links.py, or a table's blocks, to the rows that break it.

A mask is a boolean array over a table's rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.base.column_names import is_item, is_ratings_table
from pipeline.tables.column import Table
from pipeline.tables.schema import out_of_range, schema
from pipeline.tables.stored import Stored

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FEW = 20  # rows below which a column that never changes means nothing
NO_DAY = -1e6  # below every day, so that a session without one never makes another run backwards
EARLY, LATE = -60, 120  # days from intake between which a client's first session nearly always lies
MOST, FEW_CLIENTS = (
    0.5,
    10,
)  # the share of clients beyond from which on it is the counting; with fewer clients nothing is said
APART = 1e8  # more than any two days can lie apart: keeps clients apart in one running maximum


@dataclass
class Scan:
    """What one pass over a table's blocks finds: rows out of bounds and in which columns, odd ratings, extremes."""

    beyond: np.ndarray
    columns: list[str] = field(default_factory=list)
    not_whole: np.ndarray | None = None
    straight: np.ndarray | None = None
    extremes: dict[str, tuple[float, float]] = field(default_factory=dict)
    with_missing: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)

    def constant(self, rows: int) -> list[str]:
        """Numeric columns, and flags, with one and the same value on every row."""
        same = [name for name, (low, high) in self.extremes.items() if low == high and name not in self.with_missing]
        return same if rows >= FEW else []

    def other_base(self, low: float, high: float) -> int:
        """-1 or 1 where the answers look like a scale that starts one lower or higher: beyond one end, not at the other."""
        items = [extreme for name, extreme in self.extremes.items() if is_item(name)]
        lowest = min((least for least, _ in items), default=low)
        highest = max((most for _, most in items), default=high)
        return int(highest == high + 1 and lowest >= low + 1) - int(lowest == low - 1 and highest <= high - 1)


def scan_table(stored: Stored, declared: type[Table]) -> Scan:
    """Go once over a table's blocks; TableError where a block is not of the declared make."""
    import numpy as np

    found = Scan(np.zeros(stored.rows, dtype=bool))
    is_ratings = is_ratings_table(declared.name)
    if is_ratings:
        found.not_whole, found.straight = np.zeros(stored.rows, dtype=bool), np.zeros(stored.rows, dtype=bool)
    model = schema(declared)
    for start, block in stored.blocks():
        for name, places in out_of_range(block, declared, model).items():
            found.beyond[start + places] = True
            found.columns += [name] * (name not in found.columns)
        _extend(found, block)
        if found.not_whole is not None and found.straight is not None:
            items = [block[name].to_numpy() for name in block.columns if is_item(name)]
            found.not_whole[start : start + len(block)] = _any_fraction(items, len(block))
            found.straight[start : start + len(block)] = _all_alike(items, len(block))
    return found


def repeated_rows(stored: Stored, key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that repeat an earlier row whole, and rows that share their key with a row of other content."""
    import numpy as np
    import pandas as pd

    copies, conflicts = np.zeros(stored.rows, dtype=bool), np.zeros(stored.rows, dtype=bool)
    twins = pd.Series(key).duplicated(keep=False).to_numpy()
    if twins.any():
        rows = stored.at(twins)
        copied = rows.duplicated()
        copies[copied.index[copied]] = True
        different = pd.Series(key[rows.index[~copied]])
        unlike = different[different.duplicated()]
        conflicts[rows.index[np.isin(key[rows.index], unlike)]] = True
    return copies, conflicts


def days_backwards(sessions: pd.DataFrame) -> np.ndarray:
    """Sessions on an earlier day than a session of the same client and worker with a lower number."""
    import numpy as np

    order = np.lexsort((sessions["number"], sessions["worker"], sessions["client"]))
    pair = np.cumsum(_starts(sessions["client"].to_numpy()[order], sessions["worker"].to_numpy()[order]))
    day = sessions["day"].to_numpy()[order]
    shifted = np.where(np.isnan(day), NO_DAY, day) + pair * APART
    backwards = np.zeros(len(sessions), dtype=bool)
    backwards[order] = ~np.isnan(day) & (shifted < np.maximum.accumulate(shifted))
    return backwards


def repeated_numbers(sessions: pd.DataFrame) -> np.ndarray:
    """Sessions that share their number with another session of the same client and worker."""
    named = sessions["worker_known"].to_numpy(dtype=bool)
    twice: np.ndarray = sessions.duplicated(["client", "worker", "number"], keep=False).to_numpy() & named
    return twice


def two_agencies(sessions: pd.DataFrame, agency_of_worker: np.ndarray) -> np.ndarray:
    """Attended sessions of a client who on the same day attended with a worker of another agency."""
    import numpy as np

    places = np.flatnonzero(sessions["attended"] & sessions["day"].notna() & (sessions["worker"] >= 0))
    seen = sessions.iloc[places][["client", "day"]].assign(agency=agency_of_worker[sessions["worker"].to_numpy()[places]])
    apart = np.zeros(len(sessions), dtype=bool)
    crowded = seen[seen.duplicated(["client", "day"], keep=False).to_numpy()]
    agencies = crowded.groupby(["client", "day"])["agency"].transform("nunique")
    apart[places[seen.index.get_indexer(agencies.index[agencies > 1])]] = True
    return apart


def rare_clients(clients: pd.DataFrame, quasi_identifiers: list[str], k: int) -> np.ndarray:
    """Rows of clients who share their quasi-identifiers with fewer than k; a missing value is a class of its own.

    A client counts once, however many rows there are of it.
    """
    import numpy as np

    if not quasi_identifiers:
        return np.zeros(len(clients), dtype=bool)
    sizes = clients.groupby(quasi_identifiers, dropna=False, observed=True)["client_id"].transform("nunique")
    return (sizes < k).to_numpy(dtype=bool)


def first_days(sessions: pd.DataFrame) -> pd.Series:
    """Client (the code of links.py) -> the day of the first session that has one."""
    return sessions[sessions["day"].notna()].groupby("client")["day"].min()


def far_from_intake(sessions: pd.DataFrame) -> int:
    """How many clients are first seen far from the day of intake, where most are: then days are not counted from it.

    Few first sessions lie more than LATE days after intake or before EARLY: nearly all clients are seen between.
    """
    first = first_days(sessions)
    far = int(((first > LATE) | (first < EARLY)).sum())
    return far if len(first) >= FEW_CLIENTS and far > MOST * len(first) else 0


def several_agencies(sessions: pd.DataFrame, agency_of_worker: np.ndarray, agency_of_client: np.ndarray | None) -> int:
    """How many clients attended with workers of more than one agency, or of another than the client's own.

    Agencies are texts by place of the worker's or client's row; missing ones say nothing.
    """
    import numpy as np
    import pandas as pd

    seen = sessions[sessions["attended"] & (sessions["worker"] >= 0) & (sessions["client"] >= 0)]
    agency = pd.Series(agency_of_worker[seen["worker"].to_numpy()], index=seen.index, dtype="object")
    pairs = pd.DataFrame({"client": seen["client"], "agency": agency}).dropna().drop_duplicates()
    if agency_of_client is not None:
        own = pd.DataFrame({"client": np.arange(len(agency_of_client)), "agency": agency_of_client}).dropna()
        pairs = pd.concat([pairs, own[own["client"].isin(pairs["client"])]]).drop_duplicates()
    return int((pairs.groupby("client").size() > 1).sum())


def _starts(*columns: np.ndarray) -> np.ndarray:
    """Where a sorted run of equal rows begins."""
    import numpy as np

    starts = np.zeros(len(columns[0]), dtype=bool)
    for column in columns:
        starts[1:] |= column[1:] != column[:-1]
    return starts


def _extend(found: Scan, block: pd.DataFrame) -> None:
    numbers = block.select_dtypes(["number", "boolean"])
    for name in block.columns:
        if block[name].notna().any():
            found.filled.add(name)
    for name in numbers.columns:
        there = numbers[name].dropna()
        if len(there) < len(block):
            found.with_missing.add(name)
        if len(there):
            least, most = float(there.min()), float(there.max())
            low, high = found.extremes.get(name, (least, most))
            found.extremes[name] = (min(low, least), max(high, most))


def _any_fraction(items: list[np.ndarray], rows: int) -> np.ndarray:
    import numpy as np

    found = np.zeros(rows, dtype=bool)
    for item in items:
        found |= (item % 1) > 0
    return found


def _all_alike(items: list[np.ndarray], rows: int) -> np.ndarray:
    import numpy as np

    alike = np.full(rows, len(items) > 1)
    for item in items:
        alike &= item == items[0]
    return alike
