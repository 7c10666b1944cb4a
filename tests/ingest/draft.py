"""The words that the cases are written in: each makes one change to the small study."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.ingest.small_study import ids


@dataclass
class Draft:
    """A study about to be changed: rows of cells, bytes that replace a file, params, and what was planted."""

    rows: dict[str, list[list[str]]]
    params: dict[str, Any]
    blobs: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    planted: list[str] = field(default_factory=list)


Change = Callable[[Draft], None]


@dataclass(frozen=True)
class Case:
    name: str
    codes: frozenset[str]
    changes: tuple[Change, ...]


def case(name: str, codes: str, *changes: Change) -> Case:
    return Case(name, frozenset(codes.split()), changes)


def cell(file: str, column: str, text: str, row: int = 3) -> Change:
    def change(draft: Draft) -> None:
        rows = draft.rows[f"{file}.csv"]
        rows[row][rows[0].index(column)] = text
        draft.planted.append(text)

    return change


def each(file: str, column: str, make: Callable[[int, str], str]) -> Change:
    def change(draft: Draft) -> None:
        rows = draft.rows[f"{file}.csv"]
        place = rows[0].index(column)
        for number, row in enumerate(rows[1:]):
            row[place] = make(number, row[place])

    return change


def header(file: str, column: str, text: str) -> Change:
    def change(draft: Draft) -> None:
        line = draft.rows[f"{file}.csv"][0]
        line[line.index(column)] = text
        draft.planted.append(text)

    return change


def column(file: str, name: str, text: str | Callable[[int], str]) -> Change:
    """A further column, with the same text on every row."""

    def change(draft: Draft) -> None:
        rows = draft.rows[f"{file}.csv"]
        rows[0].append(name)
        for number, row in enumerate(rows[1:]):
            row.append(text if isinstance(text, str) else text(number))
        draft.planted.append(text if isinstance(text, str) else text(0))

    return change


def row(file: str, make: Callable[[list[list[str]]], list[str]]) -> Change:
    return lambda draft: draft.rows[f"{file}.csv"].append(make(draft.rows[f"{file}.csv"]))


def rows(file: str, make: Callable[[list[list[str]]], list[list[str]]]) -> Change:
    return lambda draft: draft.rows.update({f"{file}.csv": make(draft.rows[f"{file}.csv"])})


def blob(file: str, make: Callable[[bytes], bytes]) -> Change:
    return lambda draft: draft.blobs.update({f"{file}.csv": make})


def gone(file: str) -> Change:
    return lambda draft: draft.removed.append(f"{file}.csv")


def params(path: str, value: Any) -> Change:
    def change(draft: Draft) -> None:
        here = draft.params
        *parents, last = path.split("/")
        for part in parents:
            here = here.setdefault(part, {})
        here[last] = value

    return change


def without(path: str) -> Change:
    def change(draft: Draft) -> None:
        here = draft.params
        *parents, last = path.split("/")
        for part in parents:
            here = here[part]
        del here[last]

    return change


def rename(file: str, relation: dict[str, str]) -> Change:
    """Other ids throughout one column of one file."""
    return each(file, next(iter(relation)), lambda _, text: relation.get(text, text))


def new_ids(name: str, make: Callable[[int], str]) -> Change:
    """Other client or worker ids in every file that holds them, in the order of their first appearance."""

    def change(draft: Draft) -> None:
        fresh: dict[str, str] = {}
        for table in draft.rows.values():
            if name in table[0]:
                place = table[0].index(name)
                for line in table[1:]:
                    line[place] = fresh.setdefault(line[place], make(len(fresh)))

    return change


def zipped(content: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ratings.csv", content)
    return sink.getvalue()


def ignore(file: str, kind: str, *names: str) -> Change:
    return params(f"sources/{kind}/ignore", list(names))


CLIENTS, SESSIONS, ADVOCACY = "sources/tables/clients", "sources/tables/sessions", "sources/tables/advocacy"
RATINGS = "sources/ratings/mini_client"
HEX = ids("Q", 400, 99)


def more(make: Callable[[list[str]], list[list[str]]]) -> Change:
    """A second file of the sessions, joined by the visit."""

    def change(draft: Draft) -> None:
        visits = [line[0] for line in draft.rows["sessions.csv"][1:]]
        draft.rows["more.csv"] = [["visit", "where"], *make(visits)]
        draft.params["sources"]["tables"]["sessions"]["joins"] = [{"file": "more.csv", "key": "visit"}]
        draft.params["sources"]["tables"]["sessions"]["columns"]["modality"] = "where"

    return change
