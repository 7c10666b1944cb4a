"""What somebody with the whole release and a linear program could learn about its hidden counts.

Every published count stands for the counts that round to it, every sum of the census holds, and a hidden count is at least
0. The smallest and the largest value a hidden count can then take is its feasible interval (Fischetti & Salazar-González
2000, attacker's problems). The program is relaxed to real numbers, which the sums of a table do not make any narrower.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.disclosure.census import Census, Key, Sum
from pipeline.disclosure.rules import Rules, preimage, rounded

INFINITE = float("inf")
SLACK = 1e-6  # the solver's own feasibility tolerance is 1e-7


@dataclass(frozen=True)
class Component:
    """Counts tied to each other by sums, and to no others."""

    keys: tuple[Key, ...]
    sums: tuple[Sum, ...]


def components(census: Census) -> list[Component]:
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


def weak(component: Component, census: Census, hidden: frozenset[Key], nearly: frozenset[Key], rules: Rules) -> list[Key]:
    """The hidden counts whose feasible interval is narrower than the smallest cell."""
    exposed = [key for key in component.keys if key in hidden]
    if not exposed:
        return []
    attack = _Attack(component, census, hidden, nearly, rules)
    return [key for key in exposed if attack.width(key) < rules.min_cell - SLACK]


def interval(key: Key, census: Census, hidden: frozenset[Key], nearly: frozenset[Key], rules: Rules) -> tuple[float, float]:
    """The feasible interval of one count."""
    for component in components(census):
        if key in component.keys:
            return _Attack(component, census, hidden, nearly, rules).interval(key)
    return bounds(key, census, hidden, nearly, rules)


def bounds(key: Key, census: Census, hidden: frozenset[Key], nearly: frozenset[Key], rules: Rules) -> tuple[float, float]:
    """What the release says about a count by itself."""
    cell = census.cells[key]
    if key in hidden:
        return 0.0, INFINITE
    if key in nearly and cell.part_of:
        low, high = bounds(cell.part_of, census, hidden, nearly, rules)
        return max(0.0, low - rules.min_cell + 1), high
    low, high = preimage(rounded(cell.count, rules.round_to), rules.round_to)
    return float(low), float(high)


class _Attack:
    """Linear programs over one component; solutions found on the way widen what is known of all counts."""

    def __init__(
        self, component: Component, census: Census, hidden: frozenset[Key], nearly: frozenset[Key], rules: Rules
    ) -> None:
        self.place = {key: i for i, key in enumerate(component.keys)}
        self.limits = [bounds(key, census, hidden, nearly, rules) for key in component.keys]
        self.needed = float(rules.min_cell)
        self.low = [float(census.cells[key].count) for key in component.keys]
        self.high = list(self.low)
        self.sums = component.sums

    def width(self, key: Key) -> float:
        """The width of a count's interval, or of a part of it that is wide enough."""
        at = self.place[key]
        for sign in (-1.0, 1.0):
            if self.high[at] - self.low[at] < self.needed:
                self._reach(at, sign)
        return self.high[at] - self.low[at]

    def interval(self, key: Key) -> tuple[float, float]:
        """The whole interval."""
        at = self.place[key]
        self._reach(at, -1.0)
        self._reach(at, 1.0)
        return self.low[at], self.high[at]

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
