"""Random studies and the releases one could make of them, and an attacker who has the whole release and a solver.

The attacker is written apart from the gate: it sees what was shown, never the census. To attack 1,000 tables and 300
releases of several tables: `python -m tests.disclosure.random_releases`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from pipeline.disclosure.census import Census, Key
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import Rules
from pipeline.disclosure.shown import Shown

MIN_CELL, ROUND_TO = 10, 5
SOLVER = 1e-6  # HiGHS keeps constraints to 1e-7


@dataclass(frozen=True)
class Release:
    """What is shown under each key, and the sums everybody can see."""

    shown: dict[Key, Shown]
    sums: list[tuple[Key, tuple[Key, ...]]]


def study(rng: np.random.Generator, clients: int) -> dict[str, np.ndarray]:
    """Clients with a group and a few characteristics, some of their codes rare."""
    variables = {"group": int(rng.integers(1, 6))} | {
        f"v{i}": int(rng.integers(2, 7)) for i in range(int(rng.integers(1, 4)))
    }
    return {
        name: rng.choice(levels, clients, p=rng.dirichlet(np.full(levels, 0.7))) for name, levels in variables.items()
    }  # fmt: skip


def census_of(columns: dict[str, np.ndarray]) -> Census:
    """Table 1 by group: every variable's levels in all and by group, tied by all their sums."""
    census, group = Census(), columns["group"]
    groups = sorted(set(group.tolist()))
    census.add(("n",), len(group))
    for g in groups:
        census.add(("n", str(g)), int((group == g).sum()))
    census.tie(("n",), [("n", str(g)) for g in groups])
    for name, codes in columns.items():
        if name == "group":
            continue
        levels = sorted(set(codes.tolist()))
        for level in levels:
            census.add((name, str(level)), int((codes == level).sum()))
            for g in groups:
                census.add((name, str(level), str(g)), int(((codes == level) & (group == g)).sum()))
            census.tie((name, str(level)), [(name, str(level), str(g)) for g in groups])
        census.tie(("n",), [(name, str(level)) for level in levels])
        for g in groups:
            census.tie(("n", str(g)), [(name, str(level), str(g)) for level in levels])
    return census


def release_of(census: Census) -> Release:
    gate = Gate(Rules(MIN_CELL, ROUND_TO), census)
    shown = {key: gate.count(key) for key in census.cells}
    return Release(shown, [(entry.total, entry.parts) for entry in census.sums])


def attack(release: Release) -> dict[Key, tuple[float, float]]:
    """The feasible interval of every hidden count, by two linear programs each over all that was released."""
    keys = list(release.shown)
    at = {key: i for i, key in enumerate(keys)}
    matrix = np.zeros((len(release.sums), len(keys)))
    for row, (total, parts) in enumerate(release.sums):
        matrix[row, at[total]] += 1
        for part in parts:
            matrix[row, at[part]] -= 1
    limits = [_limits(release.shown[key]) for key in keys]
    found = {}
    for key in keys:
        if release.shown[key].hidden:
            ends = []
            for sign in (1, -1):
                cost = np.zeros(len(keys))
                cost[at[key]] = sign
                solved = linprog(cost, A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=limits, method="highs")
                assert solved.status in (0, 3), solved.message
                ends.append(sign * solved.fun if solved.status == 0 else np.inf)
            found[key] = (ends[0], ends[1])
    return found


def _limits(shown: Shown) -> tuple[float, float | None]:
    if shown.value is None:
        return 0.0, None
    return max(MIN_CELL, shown.value - ROUND_TO // 2), shown.value + ROUND_TO // 2  # what is shown is no small cell


def narrow(release: Release) -> list[float]:
    """The widths of feasible intervals narrower than the smallest cell."""
    return [high - low for low, high in attack(release).values() if high - low < MIN_CELL - SOLVER]


def tables(seed: int, count: int) -> Iterator[Census]:
    """Random tables of one variable by group."""
    rng = np.random.Generator(np.random.PCG64(seed))
    for _ in range(count):
        columns = study(rng, int(rng.integers(5, 400)))
        yield census_of({name: columns[name] for name in ("group", "v0")})


def releases(seed: int, count: int) -> Iterator[Census]:
    """Random releases of several tables of one study."""
    rng = np.random.Generator(np.random.PCG64(seed))
    for _ in range(count):
        yield census_of(study(rng, int(rng.integers(5, 400))))


def main() -> None:
    for name, made in (("tables", tables(1, 1000)), ("releases", releases(2, 300))):
        hidden = cells = bad = 0
        for census in made:
            release = release_of(census)
            bad += len(narrow(release))
            hidden += sum(shown.hidden for shown in release.shown.values())
            cells += len(release.shown)
        print(f"{name}: {cells} counts, {hidden} hidden, {bad} of them with an interval below {MIN_CELL}")


if __name__ == "__main__":
    main()
