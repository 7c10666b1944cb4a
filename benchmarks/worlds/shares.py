"""Shares with their Monte Carlo intervals, and what they allow to be said of a bound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Z = 1.959963984540054  # of a 95% interval
FEWEST = 20  # below, the interval is too rough to decide anything
Standing = Literal["met", "missed", "not decided"]


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """The share itself; NaN of nothing."""
        return self.count / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval (Wilson 1927): 0 to 1 of nothing."""
        if not self.of:
            return 0.0, 1.0
        n, p = self.of, self.count / self.of
        middle = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
        half = Z / (1 + Z**2 / n) * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
        return (0.0 if self.count == 0 else middle - half), (1.0 if self.count == n else middle + half)

    def standing(self, low: float = 0.0, high: float = 1.0) -> Standing:
        """Whether the true share is known to lie within bounds: not decided while the interval holds one of them."""
        bottom, top = self.interval
        if self.of < FEWEST:
            return "not decided"
        if bottom >= low and top <= high:
            return "met"
        return "missed" if top < low or bottom > high else "not decided"

    def __str__(self) -> str:
        if not self.of:
            return "–"
        low, high = self.interval
        return f"{self.value:.1%} [{low:.1%}, {high:.1%}]"


def pooled(shares: Sequence[Share]) -> Share:
    """Several shares as one."""
    return Share(sum(share.count for share in shares), sum(share.of for share in shares))
