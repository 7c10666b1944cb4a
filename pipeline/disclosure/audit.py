"""What somebody with the whole release and a linear program could learn about its hidden counts.

Every published count stands for the counts that round to it and has the smallest cell's clients behind it, every sum of the
census holds, and a hidden count is at least 0, or at least the clients shown behind it. The smallest and the largest value a
hidden count can then take is its feasible interval (Fischetti & Salazar-González 2000, attacker's problems). The program is
relaxed to real numbers, which the sums of a table do not make any narrower.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.disclosure.census import Census, Key, Sum
from pipeline.disclosure.draft import Draft

INFINITE = float("inf")
SLACK = 1e-6  # the solver's own feasibility tolerance is 1e-7


@dataclass(frozen=True)
class Component:
    """Counts tied to each other by sums, and to no others."""

    keys: tuple[Key, ...]
    sums: tuple[Sum, ...]


def census_components(census: Census) -> list[Component]:
    """The census in parts that can be attacked one by one; counts in no sum are left out."""
    leader: dict[Key, Key] = {}

    def find(key: Key) -> Key:
        while leader.setdefault(key, key) != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for entry in census.sums:
        for part in entry.parts:
            leader[find(part)] = find(entry.total)
    groups: dict[Key, tuple[list[Key], list[Sum]]] = {}
    for key in sorted(leader):
        groups.setdefault(find(key), ([], []))[0].append(key)
    for entry in census.sums:
        groups[find(entry.total)][1].append(entry)
    return [Component(tuple(keys), tuple(sums)) for keys, sums in groups.values()]


def exposed_counts(component: Component, draft: Draft, hidden: frozenset[Key]) -> list[Key]:
    """The hidden counts whose feasible interval is narrower than the smallest cell."""
    exposed = [key for key in component.keys if key in hidden]
    if not exposed:
        return []
    attack = _Attack(component, draft, hidden)
    return [key for key in exposed if attack.width(key) < draft.rules.min_cell - SLACK]


def released_bounds(key: Key, draft: Draft, hidden: frozenset[Key]) -> tuple[float, float]:
    """What the release says about a count by itself."""
    cell = draft.census.cells[key]
    if key in hidden:
        fewest = cell.at_least
        return (0.0 if fewest is None or fewest in hidden else released_bounds(fewest, draft, hidden)[0]), INFINITE
    if key in draft.nearly_whole and cell.part_of:
        low, high = released_bounds(cell.part_of, draft, hidden)
        return max(0.0, min(low - draft.rules.min_cell + 1, cell.count)), high
    return draft.limits(key)


class _Attack:
    """Linear programs over one component; solutions found on the way widen what is known of all counts."""

    def __init__(self, component: Component, draft: Draft, hidden: frozenset[Key]) -> None:
        self.place = {key: i for i, key in enumerate(component.keys)}
        self.limits = [released_bounds(key, draft, hidden) for key in component.keys]
        self.needed = float(draft.rules.min_cell)
        self.low = [float(draft.census.cells[key].count) for key in component.keys]
        self.high = list(self.low)
        self.sums = component.sums

    def width(self, key: Key) -> float:
        """The width of a count's interval, or of a part of it that is wide enough."""
        at = self.place[key]
        for sign in (-1.0, 1.0):
            if self.high[at] - self.low[at] < self.needed:
                self._reach(at, sign)
        return self.high[at] - self.low[at]

    def _reach(self, at: int, sign: float) -> None:
        """Go as far as possible in one direction: up for -1 (the solver minimizes), down for 1."""
        from scipy.optimize import linprog

        cost = [0.0] * len(self.limits)
        cost[at] = sign
        matrix, right = self._equalities()
        found = linprog(cost, A_eq=matrix, b_eq=right, bounds=self.limits, method="highs")
        if found.status == 3:  # unbounded
            self.high[at] = INFINITE
        elif found.status == 0:
            self._learn(found.x)

    def _learn(self, point: Iterable[float]) -> None:
        for i, value in enumerate(point):
            self.low[i] = min(self.low[i], value)
            self.high[i] = max(self.high[i], value)

    def _equalities(self) -> tuple[list[list[float]], list[float]]:
        rows = []
        for entry in self.sums:
            row = [0.0] * len(self.limits)
            row[self.place[entry.total]] = 1.0
            for part in entry.parts:
                row[self.place[part]] -= 1.0
            rows.append(row)
        return rows, [0.0] * len(rows)
