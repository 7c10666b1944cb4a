"""The two hundred small designs, bit for bit as tests/reference/engine/small_designs.R draws them: nothing is stored.

Only +, -, *, / and sqrt in a fixed order, which IEEE 754 makes the same in R and here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor, sqrt
from typing import Any

import pandas as pd

MULTIPLIER, MODULUS = 48271, 2147483647
KINDS = ("intercept", "slope", "nested", "crossed", "nested_slope")
RANDOM: dict[str, dict[str, list[str]]] = {
    "intercept": {"group": ["1"]},
    "slope": {"group": ["1", "x"]},
    "nested": {"group": ["1"], "other": ["1"]},
    "crossed": {"group": ["1"], "other": ["1"]},
    "nested_slope": {"group": ["1", "x"], "other": ["1"]},
}


@dataclass(frozen=True)
class SmallDesign:
    data: pd.DataFrame
    kind: str
    method: str

    @property
    def model(self) -> dict[str, Any]:
        return {"outcome": "y", "fixed": ["x"], "random": RANDOM[self.kind], "method": self.method}


def uniform(seed: int) -> Callable[[], float]:
    state = seed

    def draw() -> float:
        nonlocal state
        state = MULTIPLIER * state % MODULUS
        return state / MODULUS

    return draw


def normal(u: Callable[[], float]) -> float:
    total = -6.0
    for _ in range(12):
        total += u()
    return total


def between(u: Callable[[], float], low: int, high: int) -> int:
    return low + floor(u() * (high - low + 1))


def small_design(number: int) -> SmallDesign:
    u = uniform(7919 * number + 17)
    for _ in range(20):
        u()
    kind, edge = KINDS[number % 5], number % 2 == 0
    groups, others = between(u, 4, 12), between(u, 3, 6)
    sd_1 = 0.0 if edge and u() < 0.5 else 0.2 + u()
    sd_2 = (0.0 if u() < 0.6 else 0.05) if edge else 0.2 + u()
    rho = 1.0 if edge and u() < 0.4 else u() - 0.5
    a, b = [], []
    for _ in range(groups):
        z_1, z_2 = normal(u), normal(u)
        a.append(sd_1 * z_1)
        b.append(sd_2 * (rho * z_1 + sqrt(1 - rho * rho) * z_2))
    o = [sd_2 * normal(u) for _ in range(others)]
    rows = []
    for g in range(groups):
        for _ in range(between(u, 2, 6)):
            other = between(u, 1, others) - 1 if kind == "crossed" else g % others
            x = normal(u)
            slope = b[g] * x if kind in ("slope", "nested_slope") else 0.0
            second = o[other] if kind in ("nested", "crossed", "nested_slope") else 0.0
            rows.append((g + 1, other + 1, x, 1 + 0.5 * x + a[g] + slope + second + normal(u)))
    data = pd.DataFrame(rows, columns=["group", "other", "x", "y"])
    return SmallDesign(data, kind, "REML" if number % 3 else "ML")
