"""What a session id is made of, so that sessions and ratings find each other; told by the rows themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.start.blocks import INSTANCE, SESSION
from pipeline.start.items import headers_of
from pipeline.start.result import Plain
from pipeline.start.roles import Role

GOOD = 0.9  # the share of ratings that must find their session for a key to be proposed


@dataclass(frozen=True)
class SessionKey:
    """A session id: one header, or several to be joined; for the sessions and for the ratings."""

    sessions: tuple[str, ...]
    ratings: tuple[str, ...]
    found: float

    def shown(self) -> str:
        """The key in words."""
        return " + ".join(self.sessions)


def keys(sessions: Role, ratings: Role) -> list[SessionKey]:
    """The keys under which sessions are unique and at least some ratings find theirs, the best first."""
    mine, theirs = _named(sessions), _named(ratings)
    found = []
    for names in (("session_id",), ("client_id", INSTANCE), ("client_id", "session_number"), ("client_id", "day")):
        if all(name in mine and name in theirs for name in names):
            left, right = tuple(mine[name] for name in names), tuple(theirs[name] for name in names)
            if sessions.block.unique(*left):
                share = _share(_rows(ratings, right), set(_rows(sessions, left)))
                found.append(SessionKey(left, right, share))
    return sorted((key for key in found if key.found > 0), key=lambda key: -key.found)


def own_key(role: Role) -> tuple[str, ...]:
    """The headers that make a row of sessions unique; empty where none do."""
    named = _named(role)
    for names in (("session_id",), ("client_id", INSTANCE), ("client_id", "session_number"), ("client_id", "day")):
        headers = tuple(named[name] for name in names if name in named)
        if len(headers) == len(names) and role.block.unique(*headers):
            return headers
    return ()


def rated_rows(sessions: Role, rated: Sequence[Role], key: SessionKey | None) -> list[bool]:
    """Whether each row of the sessions has a rating, and somebody who held it."""
    found = has_rating(sessions, rated, key)
    worker = sessions.ids().get("worker_id")
    held = sessions.block.columns[worker].cells if worker is not None else ()
    return [is_found and bool(held[row].strip()) for row, is_found in enumerate(found)] if held else found


def has_rating(sessions: Role, rated: Sequence[Role], key: SessionKey | None) -> list[bool]:
    """Whether each row of the sessions has a rating."""
    found = [False] * sessions.block.rows
    if key is None:
        return found
    for role in rated:
        headers = [*(header for run in role.items for header in headers_of(run)), *role.scores.values()]
        filled = [any(row) for row in _rows(role, headers)]
        names = key.sessions if role.block is sessions.block else key.ratings
        if not all(name in role.block.columns for name in names):
            continue
        known = {row for row, is_filled in zip(_rows(role, names), filled, strict=True) if is_filled}
        found = [is_found or row in known for is_found, row in zip(found, _rows(sessions, key.sessions), strict=True)]
    return found


def _named(role: Role) -> dict[str, str]:
    named = role.ids()
    for columns in role.tables.values():
        if "day" in columns:
            named.setdefault("day", columns["day"])
    if INSTANCE in role.block.columns:
        named[INSTANCE] = INSTANCE
    if SESSION in role.block.columns:
        named["session_number"] = SESSION
    return named


def _rows(role: Role, headers: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(role.block.columns[header].cells for header in headers), strict=True))


def _share(rows: Sequence[tuple[str, ...]], known: set[tuple[str, ...]]) -> float:
    return sum(row in known for row in rows) / len(rows) if rows else 0.0


def mapped(headers: Sequence[str]) -> Plain:
    """What stands in `columns:` for an id of these headers."""
    return headers[0] if len(headers) == 1 else {"columns": [*headers]}
