"""A release before anything is hidden for another's sake: what every count would be shown as, and what that would tell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipeline.disclosure.census import Census, Key
from pipeline.disclosure.rules import Rules, counts_behind, rounded


@dataclass(frozen=True)
class Draft:
    """A census under the rules of a release."""

    census: Census
    rules: Rules

    def value(self, key: Key) -> int:
        """The count as it would be shown."""
        return rounded(self.census.cells[key].count, self.rules.round_to)

    def limits(self, key: Key) -> tuple[float, float]:
        """The counts a shown value can stand for; it has the smallest cell's clients behind it, and no count is less."""
        low, high = counts_behind(self.value(key), self.rules.round_to)
        return float(max(low, self.rules.min_cell)), float(high)

    @cached_property
    def small(self) -> frozenset[Key]:
        """Counts with too few people behind them, or one that stands for nearly all of it."""
        return frozenset(
            key for key, cell in self.census.cells.items() if self.rules.refuses(cell.backing, self.census.workers)
        )

    @cached_property
    def nearly_whole(self) -> frozenset[Key]:
        """Counts so close to what they are a part of that the rest would be a small cell."""
        return frozenset(key for key in self.census.cells if self._is_nearly_whole(key))

    def _is_nearly_whole(self, key: Key) -> bool:
        cell = self.census.cells[key]
        whole = self.census.cells.get(cell.part_of) if cell.part_of else None
        return whole is not None and whole.count - cell.count < self.rules.min_cell
