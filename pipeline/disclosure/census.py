"""Every count a release is about to make, in one place, with the sums that tie them together.

Suppression cannot be decided table by table: a cell hidden in one can be solved for from another. So all counts are
gathered here first, under keys that mean the same count wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.results.backing import Backing

Key = tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One count: `count` of whatever unit, the people behind it, and the key of the count it is a part of, if any.

    `at_least` is the key of a count that cannot be larger: the clients behind episodes are no more than the episodes.
    A `label` stands in a row headed by a code of the data, which a release leaves out where the count is withheld.
    """

    key: Key
    count: int
    backing: Backing
    part_of: Key | None = None
    at_least: Key | None = None
    label: bool = False


@dataclass(frozen=True)
class Sum:
    """`total` is the sum of `parts`, which do not overlap."""

    total: Key
    parts: tuple[Key, ...]


class Census:
    """The counts of one release and their sums; a key stands for one count only.

    `workers`: how many workers the study has, as no number can rest on more of them; None where nobody says.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers
        self.cells: dict[Key, Cell] = {}
        self.sums: list[Sum] = []
        self.aliases: dict[str, str] = {}

    def add(
        self,
        key: Key,
        count: int,
        clients: int | Backing | None = None,
        part_of: Key | None = None,
        at_least: Key | None = None,
        label: bool = False,
    ) -> Key:
        """Enter a count; without `clients` it is itself a count of clients. ValueError where the key has another count.

        `clients` is their number, or all that is known of the people behind the count.
        """
        behind = count if clients is None else clients
        backing = behind if isinstance(behind, Backing) else Backing(behind)
        cell = Cell(key, count, backing, part_of, at_least, label)
        known = self.cells.setdefault(key, cell)
        if (known.count, known.backing) != (cell.count, cell.backing):
            raise ValueError("one key stands for two counts")
        return key

    def tie(self, total: Key, parts: Iterable[Key]) -> None:
        """State that a total is the sum of its parts. ValueError where it is not, or where a key is unknown."""
        entry = Sum(total, tuple(parts))
        if any(key not in self.cells for key in (total, *entry.parts)):
            raise ValueError("a sum over a count that was never entered")
        if self.cells[total].count != sum(self.cells[key].count for key in entry.parts):
            raise ValueError("the parts do not add up to their total")
        if entry not in self.sums:
            self.sums.append(entry)

    def name(self, key: Key) -> str:
        """A key as text for the record of a release; codes that no release shows give way to their aliases."""
        return " / ".join(self.aliases.get(part, part) for part in key)
