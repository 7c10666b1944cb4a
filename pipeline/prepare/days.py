"""Calendar dates to whole days since a client's intake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.base.errors import Problem
from pipeline.prepare.moments import Dates

LOWEST, HIGHEST = -366, 7305  # what the gate on the way in takes


@dataclass(frozen=True)
class DayColumn:
    """A column of days: its cells as text, the rows that cannot be used, and what it is made of in counts."""

    cells: tuple[str, ...]
    unusable: frozenset[int]
    filled: int
    before: int


def notation_problems(where: str, cells: Sequence[str], read: Dates, set_aside: bool) -> list[Problem]:
    """What keeps a column from being read as dates: no notation fits, day or month first, a zone, cells that are none."""
    problems = []
    if read.ambiguous:
        what = f"day and month cannot be told apart in {read.ambiguous:,} different dates"
        problems.append(Problem(where, what, "say which comes first: --order COLUMN=day_first (or month_first)"))
    if read.offsets:
        what = f"{read.offsets:,} different times carry an offset from UTC: their day depends on the time zone"
        problems.append(Problem(where, what, "say where it was: --zone America/New_York"))
    if read.ambiguous:
        return problems
    strange = sum(1 for cell in cells if cell.strip() and cell not in read.days)
    if strange and not set_aside:
        what = f"{strange:,} cells are no date in the notation of their column"
        problems.append(Problem(where, what, "mend them, or leave their rows out and count them: --set-aside", rows=strange))
    return problems


def intakes(clients: Sequence[str], cells: Sequence[str], read: Dates) -> tuple[dict[str, dt.date], int]:
    """Client -> day of intake, and how many clients have two different ones."""
    found: dict[str, set[dt.date]] = {}
    for client, cell in zip(clients, cells, strict=True):
        if client.strip() and cell in read.days:
            found.setdefault(client.strip(), set()).add(read.days[cell])
    twice = sum(len(days) > 1 for days in found.values())
    return {client: min(days) for client, days in found.items()}, twice


def to_days(clients: Sequence[str], cells: Sequence[str], read: Dates, intake: Mapping[str, dt.date]) -> DayColumn:
    """Each cell as days since its client's intake; a cell that is not blank and has none makes its row unusable."""
    made, unusable, filled, before = [], set(), 0, 0
    for row, (client, cell) in enumerate(zip(clients, cells, strict=True)):
        day, start = read.days.get(cell), intake.get(client.strip())
        days = (day - start).days if day is not None and start is not None else None
        if days is not None and LOWEST <= days <= HIGHEST:
            made.append(str(days))
            filled += 1
            before += days < 0
        else:
            made.append("")
            if cell.strip():
                unusable.add(row)
    return DayColumn(tuple(made), frozenset(unusable), filled, before)
