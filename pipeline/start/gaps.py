"""What a set-up lacks before anything is written: columns every study needs, and rows of a file that would be lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.start.result import Setup
from pipeline.start.roles import Role
from pipeline.start.unused import shown_headers
from pipeline.tables import by_name

TABLES = ("sessions", "advocacy")
SAID = ("session_id", "session_number", "worker_id", "attendance", "episode_id")  # lacking, they are told otherwise
MOST_SHARED = 0.1  # of the rows of a second file that the first may hold, too, for it to hold others


def unmapped(setup: Setup) -> Iterator[str]:
    """A line for each column that a table must have and that nothing was recognized as."""
    for table in TABLES:
        source = setup.tables.get(table, {})
        given: set[str] = set()
        for part in ("columns", "constants"):
            held = source.get(part)
            given |= set(held) if isinstance(held, dict) else set()
        needed = [name for name in by_name()[table].required() if name not in SAID] if source else []
        if table == "sessions" and "advocacy" in setup.tables:
            needed = [*dict.fromkeys((*needed, "day"))]
        for name in needed:
            if name not in given:
                yield f"no column was recognized as {table}.{name}: name it, --answer 'columns={table}.{name}=HEADER'"


def left_out(roles: Sequence[Role]) -> Iterator[str]:
    """A line for each file that holds more rows of a table under other headers, so that leaving it out would lose them."""
    for table in TABLES:
        feeding = [role for role in roles if table in role.tables]
        for first, other in ((feeding[0], other) for other in feeding[1:]):
            if _holds_others(first, other, table):
                here, there = set(first.block.columns), set(other.block.columns)
                names = [column for header, column in other.block.columns.items() if header not in here]
                lacks = [column for header, column in first.block.columns.items() if header not in there]
                said = f"{other.block.name()} holds more {table}, but not under the headers of {first.block.name()}"
                said += f" (only there: {shown_headers(names)})" * bool(
                    names
                ) + f" (it lacks {shown_headers(lacks)})" * bool(lacks)
                yield f"{said}: give both the same headers, and they are stacked; or leave one out"


def _holds_others(first: Role, other: Role, table: str) -> bool:
    """Whether hardly a row of a second file is one of the first's, by the ids or the days that both have."""
    mine, theirs = first.tables[table], other.tables[table]
    own = "session_id" if table == "sessions" else "episode_id"
    for names in ((own,), ("client_id", "session_number"), ("client_id", "day")):
        if all(name in mine and name in theirs for name in names):
            left = set(zip(*(first.block.columns[mine[name]].cells for name in names), strict=True))
            right = list(zip(*(other.block.columns[theirs[name]].cells for name in names), strict=True))
            return sum(row in left for row in right) <= MOST_SHARED * len(right)
    return False
