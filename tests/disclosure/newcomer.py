"""A study before and after one client joined, and somebody with both releases who knows that just one has, and a solver.

The attacker is written apart from the gate: it sees what was shown and which counts add up to which, never a count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from pipeline.description.tables import StudyTables
from pipeline.disclosure.census import Census
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.disclosure.shown import Shown
from pipeline.report.counts import census_of
from pipeline.results.description import Description

STEP, MIN_CELL = 5, 10
SOLVER = 1e-6  # HiGHS keeps constraints to 1e-7
Limits = tuple[float, float | None]
Released = int | str


def without(study: StudyTables, client: str) -> StudyTables:
    """The study before a client joined."""
    sessions = study.sessions[study.sessions["client_id"] != client]

    def rest(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["client_id"] != client]

    return replace(
        study,
        clients=rest(study.clients),
        sessions=sessions,
        advocacy=None if study.advocacy is None else rest(study.advocacy),
        scores=study.scores[study.scores["session_id"].isin(sessions["session_id"])],
        occasions=rest(study.occasions),
        ledger=rest(study.ledger),
    )


def released(description: Description) -> tuple[dict[str, Released], Census]:
    """Every count of a release as shown, and the census behind it."""
    rules = Rules()
    census = census_of(description, {}, rules.min_cell)
    gate = Gate(rules, census)
    return {census.name(key): _told(gate.count(key)) for key in census.cells}, census


def _told(shown: Shown) -> Released:
    return shown.text if shown.value is None else int(shown.value)


def told(
    first: Mapping[str, Released],
    one: Census,
    second: Mapping[str, Released],
    two: Census,
) -> int:
    """Of how many codes of clients the two releases tell for sure whether the newcomer has them.

    The total is known to grow by one; every other count of clients by none or one. Unknowns are the counts of the first
    release and their growth.
    """
    names = [name for name in (two.name(key) for key in two.cells) if _is_of_clients(name) and name in first]
    at = {name: i for i, name in enumerate(names)}
    rows = [row for census in (one, two) for row in _sums(census, at)]
    size = len(names)
    before, grown = np.hstack([rows, np.zeros((len(rows), size))]), np.hstack([np.zeros((len(rows), size)), rows])
    fixed = np.zeros((1, 2 * size))
    fixed[0, size + at["clients"]] = 1
    equal = np.vstack([before, grown, fixed])
    right = np.r_[np.zeros(2 * len(rows)), 1.0]
    upper, most = _second_limits(names, first, second)
    limits = [_limits(first[name]) for name in names] + [(0.0, 1.0)] * size
    growth = _Growth(size, equal, right, upper, most, limits)
    return sum(growth.is_sure(i) for i, name in enumerate(names) if name != "clients")


class _Growth:
    """How much each count may have grown; every solution found is a witness for all counts at once."""

    def __init__(self, size: int, equal: Any, right: Any, upper: Any, most: Any, limits: list[Limits]) -> None:
        self.size = size
        self.program: dict[str, Any] = {"A_ub": upper, "b_ub": most, "A_eq": equal, "b_eq": right, "bounds": limits}
        self.low, self.high = np.ones(size), np.zeros(size)

    def is_sure(self, i: int) -> bool:
        """Whether growth by none or growth by one is impossible."""
        for sign, seen in ((1.0, self.low[i] < 1 - SOLVER), (-1.0, self.high[i] > SOLVER)):
            if not seen:
                cost = np.zeros(2 * self.size)
                cost[self.size + i] = sign
                found = linprog(cost, method="highs", **self.program)
                assert found.status == 0, found.message
                grown = found.x[self.size :]
                self.low, self.high = np.minimum(self.low, grown), np.maximum(self.high, grown)
        return bool(self.low[i] >= 1 - SOLVER or self.high[i] <= SOLVER)


def _second_limits(
    names: list[str], first: Mapping[str, Released], second: Mapping[str, Released]
) -> tuple[np.ndarray, np.ndarray]:
    """Count + growth within what the second release says of it."""
    size, rows, most = len(names), [], []
    for i, name in enumerate(names):
        low, high = _limits(second.get(name, "withheld"))
        both = np.zeros(2 * size)
        both[[i, size + i]] = 1
        rows.append(-both)
        most.append(-low)
        if high is not None:
            rows.append(both)
            most.append(high)
    return np.array(rows), np.array(most)


def _limits(shown: Released) -> Limits:
    """What one release says of a count."""
    if isinstance(shown, str):
        return 0.0, None
    return float(max(MIN_CELL, shown - STEP // 2)), float(shown + STEP // 2)


def _sums(census: Census, at: Mapping[str, int]) -> list[np.ndarray]:
    found = []
    for entry in census.sums:
        keys = [census.name(key) for key in (entry.total, *entry.parts)]
        if all(name in at for name in keys):
            row = np.zeros(len(at))
            row[at[keys[0]]] = 1
            for name in keys[1:]:
                row[at[name]] -= 1
            found.append(row)
    return found


def _is_of_clients(name: str) -> bool:
    return name.split(" / ")[0] == "clients" and " / staying" not in name and " / step" not in name
