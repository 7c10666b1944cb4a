"""A release before anything is hidden for another's sake: what every count would be shown as, and what that would tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from pipeline.disclosure.census import Census, Key
from pipeline.disclosure.former import Former
from pipeline.disclosure.rules import Rules, preimage, rounded


@dataclass(frozen=True)
class Draft:
    """A census under the rules of a release, after a former one (or none)."""

    census: Census
    rules: Rules
    former: Former = field(default_factory=Former)

    def value(self, key: Key) -> int:
        """The count as it would be shown: as before where that still holds, else rounded."""
        cell = self.census.cells[key]
        kept = self.former.kept(self.census.name(key), cell.count, cell.clients, self.rules)
        return rounded(cell.count, self.rules.round_to) if kept is None else kept

    def limits(self, key: Key) -> tuple[float, float]:
        """The counts a shown value can stand for, at their narrowest.

        A kept value v only says that the count is less than two steps away; the interval taken here is that of v freshly
        rounded, stretched to hold the count. Whatever holds against this attacker holds against one who knows less. What
        is shown has the smallest cell's clients behind it, and a count is never less than its clients.
        """
        count = self.census.cells[key].count
        low, high = preimage(self.value(key), self.rules.round_to)
        return float(min(count, max(low, self.rules.min_cell))), float(max(high, count))

    @cached_property
    def small(self) -> frozenset[Key]:
        """Counts with too few clients behind them; a withheld one stays so until it is well above the smallest cell."""
        cells = self.census.cells.items()
        return frozenset(
            key for key, cell in cells if cell.clients < self.former.least(self.census.name(key), self.rules, cell.label)
        )

    @cached_property
    def nearly_whole(self) -> frozenset[Key]:
        """Counts so close to what they are a part of that the rest would be a small cell; likewise with room to spare."""
        return frozenset(key for key in self.census.cells if self._is_nearly_whole(key))

    @cached_property
    def withheld_before(self) -> frozenset[Key]:
        """Counts the release before withheld."""
        cells = self.census.cells.items()
        return frozenset(key for key, cell in cells if self.former.is_withheld(self.census.name(key), cell.label))

    def _is_nearly_whole(self, key: Key) -> bool:
        cell = self.census.cells[key]
        whole = self.census.cells.get(cell.part_of) if cell.part_of else None
        least = self.former.least_rest(self.census.name(key), self.rules)
        return whole is not None and whole.count - cell.count < least
