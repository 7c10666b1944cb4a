"""What each column of a study's own tables holds: how many rows have a value, which codes, and how many people that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from pipeline.description.tables import PEOPLE, StudyTables, as_codes
from pipeline.results.description import ColumnFacts, Held
from pipeline.tables import by_name
from pipeline.tables.column import CODES_SEPARATOR

CODED = ("code", "codes", "band", "boolean")


def codebook_of(study: StudyTables) -> tuple[ColumnFacts, ...]:
    """The facts of every canonical column that the study's clients, workers, sessions and advocacy have, in their order."""
    tables = {"clients": study.clients, "workers": study.workers, "sessions": study.sessions, "advocacy": study.advocacy}
    return tuple(facts for name, table in tables.items() if table is not None for facts in _table(name, table))


def _table(name: str, table: pd.DataFrame) -> Iterator[ColumnFacts]:
    people = table[[key for key in PEOPLE if key in table]]
    for column, declared in by_name()[name].columns.items():
        if column not in table:
            continue
        known = table[column].notna()
        codes = _codes(table, column, declared.kind == "codes") if declared.kind in CODED else ()
        clients, workers = _people(people[known])
        yield ColumnFacts(
            table=name, column=column, rows=len(table), known=int(known.sum()), codes=codes, clients=clients, workers=workers
        )


def _codes(table: pd.DataFrame, column: str, are_lists: bool) -> tuple[Held, ...]:
    people = table[[key for key in PEOPLE if key in table]]
    codes: pd.Series[Any] = as_codes(table[column]).dropna()
    if are_lists:
        codes = codes.str.split(CODES_SEPARATOR).explode()
    rows = codes[codes != ""]
    found = []
    for code in sorted(rows.unique()):
        clients, workers = _people(people.loc[rows.index[rows == code]])
        found.append(Held(code=str(code), clients=clients, workers=workers))
    return tuple(found)


def _people(rows: pd.DataFrame) -> tuple[int, int | None]:
    """The clients behind rows, and the workers; a table of workers is about no client."""
    workers = int(rows["worker_id"].nunique()) if "worker_id" in rows else None
    return (int(rows["client_id"].nunique()) if "client_id" in rows else 0), workers
