"""What the tables say of each client, pseudonyms left out, in a form that is the same whenever the same is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipeline.disclosure.record import Content

if TYPE_CHECKING:
    import pandas as pd

PSEUDONYMS = ("client_id", "worker_id", "agency_id", "session_id", "episode_id")
WHEN = ("day", "session_number", "rater")  # what tells a client's rows apart where pseudonyms do not
CELL, ROW = "\x1f", "\x1e"  # separators of information, which no code or number holds


def client_contents(tables: Mapping[str, pd.DataFrame]) -> dict[str, Content]:
    """What each column says of each client, by pseudonym, from the validated tables by name.

    Of every column of every table the client's values, each with when it was; of workers those of the client's own. Ratings
    are tied to clients by their session.
    """
    sessions = tables["sessions"]
    said: dict[str, dict[str, list[str]]] = {client: {} for client in map(str, tables["clients"]["client_id"])}
    workers: dict[str, set[str]] = {client: set() for client in said}
    for name, table in sorted(tables.items()):
        if name != "workers":
            _gather(said, name, table if "client_id" in table else _with_session(table, sessions))
    for table in (tables[name] for name in ("sessions", "advocacy") if name in tables):
        held = table[table["worker_id"].notna()]  # of a session that did not take place, a worker may be unknown
        for client, worker in zip(held["client_id"].astype("str"), held["worker_id"].astype("str"), strict=True):
            workers.setdefault(client, set()).add(worker)
    if "workers" in tables:
        pairs = [(client, worker) for client, own in sorted(workers.items()) for worker in sorted(own)]
        table = tables["workers"].assign(worker_id=tables["workers"]["worker_id"].astype("str")).set_index("worker_id")
        known = [pair for pair in pairs if pair[1] in table.index]
        rows = table.loc[[worker for _, worker in known]].assign(client_id=[client for client, _ in known])
        _gather(said, "workers", rows)
    return {
        client: (
            {column: ROW.join(sorted(cells)) for column, cells in columns.items()},
            tuple(sorted(workers.get(client, ()))),
        )
        for client, columns in said.items()
    }


def _gather(said: dict[str, dict[str, list[str]]], name: str, table: pd.DataFrame) -> None:
    """Add the values of every column of a table to what is said of their clients."""
    clients = list(table["client_id"].astype("str"))
    when = _texts([table[column] for column in WHEN if column in table], len(table))
    for column in sorted(set(table.columns) - set(PSEUDONYMS)):
        for client, moment, value in zip(clients, when, map(str, table[column].astype("object")), strict=True):
            said.setdefault(client, {}).setdefault(f"{name}.{column}", []).append(f"{moment}{CELL}{value}")


def _texts(columns: list[pd.Series], rows: int) -> list[str]:
    if not columns:
        return [""] * rows
    return [CELL.join(map(str, cells)) for cells in zip(*(column.astype("object") for column in columns), strict=True)]


def _with_session(table: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """Ratings with the client and the time of their session."""
    wanted = [name for name in ("client_id", "day", "session_number") if name in sessions and name not in table]
    known = (
        sessions[["session_id", *wanted]]
        .drop_duplicates("session_id")
        .assign(session_id=sessions["session_id"].astype("str"))
    )
    return table.assign(session_id=table["session_id"].astype("str")).merge(known, on="session_id", how="inner")
