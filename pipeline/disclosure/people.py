"""What the tables say of each client, pseudonyms left out, in a form that is the same whenever the same is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pipeline.disclosure.record import Content

if TYPE_CHECKING:
    import pandas as pd

PSEUDONYMS = ("client_id", "worker_id", "agency_id", "session_id", "episode_id")
CELL, ROW = "\x1f", "\x1e"  # separators of information, which no code or number holds


def contents(tables: Mapping[str, pd.DataFrame]) -> dict[str, Content]:
    """Each client's content by pseudonym, from the validated tables by name; ratings are tied by their session."""
    sessions = tables["sessions"]
    client_of = dict(zip(sessions["session_id"].astype("str"), sessions["client_id"].astype("str"), strict=True))
    worker_rows = dict(_rows(tables["workers"], "worker_id", {})) if "workers" in tables else {}
    said: dict[str, list[str]] = {client: [] for client in map(str, tables["clients"]["client_id"])}
    workers: dict[str, set[str]] = {client: set() for client in said}
    for name, table in sorted(tables.items()):
        if name == "workers":
            continue
        for client, text in _rows(table, "client_id" if "client_id" in table else "session_id", client_of):
            said.setdefault(client, []).append(f"{name}{CELL}{text}")
    for table in (tables[name] for name in ("sessions", "advocacy") if name in tables):
        for client, worker in zip(table["client_id"].astype("str"), table["worker_id"].astype("str"), strict=True):
            workers.setdefault(client, set()).add(worker)
    for client, behind in workers.items():
        said[client] += sorted(f"workers{CELL}{worker_rows.get(worker, '')}" for worker in behind)
    return {client: (ROW.join(sorted(rows)), tuple(sorted(workers.get(client, ())))) for client, rows in said.items()}


def _rows(table: pd.DataFrame, key: str, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Whose each row is, and the row as text, columns in the order of their names."""
    columns = sorted(set(table.columns) - set(PSEUDONYMS))
    texts = [table[name].astype("object").map(str) for name in columns]
    owners = table[key].astype("str")
    for owner, *cells in zip(owners, *texts, strict=True):
        yield known.get(owner, owner), CELL.join(f"{name}={cell}" for name, cell in zip(columns, cells, strict=True))
