"""Who is in the data: Table 1 of clients by agency or program, workers, and attendance."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.description.tables import as_codes, levels_of, people_behind
from pipeline.results.description import Attendance, GroupMean, LevelCount, TableOne, Variable, WorkerLoad

CODED = ("age_band", "gender", "race_ethnicity", "language", "program", "mandated", "referral_source")
NUMBERS = ("need_index",)
MOST_GROUPS = 6  # more columns than this no longer fit a page, and their cells get too small to show
MISSING = "missing"


def table_one(clients: pd.DataFrame, sessions: pd.DataFrame) -> TableOne:
    """Table 1: clients by each coded column and each number, in all and by agency or program.

    Takes one row a client, and the sessions for who sees them.
    """
    by = grouping_column(clients)
    groups = _groups(clients, by)
    variables = [_coded(clients[name], name, groups) for name in CODED if name in clients and name != by]
    variables += [_number(clients[name], name, groups) for name in NUMBERS if name in clients]
    if "barriers" in clients:
        variables.append(_multiple(clients["barriers"], "barriers", groups))
    counts = {name: int(rows.sum()) for name, rows in groups.items()}
    return TableOne(
        by=by,
        groups=tuple(groups),
        clients=len(clients),
        group_clients=counts,
        group_workers={name: _workers_of(clients[rows], sessions) for name, rows in groups.items()},
        variables=tuple(variables),
    )


def grouping_column(clients: pd.DataFrame) -> str | None:
    """The column Table 1 is split by: the agency, else the program, where it has two to six codes."""
    for name in ("agency_id", "program"):
        if name in clients and 2 <= clients[name].nunique() <= MOST_GROUPS:
            return name
    return None


def attendance(sessions: pd.DataFrame) -> tuple[Attendance, ...]:
    """Sessions and clients by attendance, in the declared order of its codes."""
    if "attendance" not in sessions:
        return ()
    return tuple(_attended(sessions, code) for code in levels_of(sessions["attendance"]))


def workers_of(sessions: pd.DataFrame) -> WorkerLoad:
    """How many workers hold sessions, their mean number of clients, and clients seen by more than one worker."""
    pairs = sessions[["worker_id", "client_id"]].drop_duplicates()
    by_worker = pairs.groupby("worker_id", observed=True)["client_id"].nunique()
    by_client = pairs.groupby("client_id", observed=True)["worker_id"].nunique()
    return WorkerLoad(
        workers=len(by_worker),
        clients_per_worker=float(by_worker.mean()) if len(by_worker) else None,
        clients_who_changed=int((by_client > 1).sum()),
    )


def _workers_of(clients: pd.DataFrame, sessions: pd.DataFrame) -> int:
    """Workers who hold a session with one of these clients."""
    return int(sessions.loc[sessions["client_id"].isin(clients["client_id"]), "worker_id"].nunique())


def _groups(clients: pd.DataFrame, by: str | None) -> dict[str, pd.Series[bool]]:
    if by is None:
        return {}
    codes = as_codes(clients[by])
    present = sorted(codes.dropna().unique())
    groups = {str(code): (codes == code).fillna(False).astype(bool) for code in present}
    if codes.isna().any():
        groups[MISSING] = codes.isna()
    return groups


def _coded(column: pd.Series[Any], name: str, groups: dict[str, pd.Series[bool]]) -> Variable:
    codes = as_codes(column).fillna(MISSING)
    wanted = levels_of(column) if not pd.api.types.is_bool_dtype(column.dtype) else ["yes", "no"]
    present = [code for code in [*wanted, MISSING] if (codes == code).any()]
    levels = []
    for code in present:
        rows = codes == code
        split = {group: int((rows & members).sum()) for group, members in groups.items()}
        levels.append(LevelCount(level=code, clients=int(rows.sum()), groups=split))
    return Variable(name=name, kind="codes", levels=tuple(levels))


def _number(column: pd.Series[Any], name: str, groups: dict[str, pd.Series[bool]]) -> Variable:
    summary = {group: _mean(column[members]) for group, members in groups.items()}
    return Variable(name=name, kind="number", overall=_mean(column), means=summary)


def _multiple(column: pd.Series[Any], name: str, groups: dict[str, pd.Series[bool]]) -> Variable:
    """A column whose cell may hold several codes, joined by `;` `|` or spaces: its counts do not add up to all clients."""
    lists = as_codes(column).fillna("").str.replace(r"[;|,]", " ", regex=True).str.split()
    codes = sorted({code for entry in lists for code in entry})
    levels = []
    for code in codes:
        rows = lists.map(lambda entry, code=code: code in entry).astype(bool)
        split = {group: int((rows & members).sum()) for group, members in groups.items()}
        levels.append(LevelCount(level=code, clients=int(rows.sum()), groups=split))
    return Variable(name=name, kind="several", levels=tuple(levels))


def _mean(column: pd.Series[Any]) -> GroupMean:
    values = column.dropna().astype("float64")
    spread = float(values.std()) if len(values) > 1 else None
    return GroupMean(clients=len(values), mean=float(values.mean()) if len(values) else None, sd=spread)


def _attended(sessions: pd.DataFrame, code: str) -> Attendance:
    rows = sessions[sessions["attendance"].astype("str") == code]
    return Attendance(attendance=code, sessions=len(rows), **people_behind(rows))
