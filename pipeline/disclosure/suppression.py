"""Which counts of a release are hidden: the small ones, and those one could solve the small ones from."""

from __future__ import annotations

from pipeline.disclosure.census import Census, Key
from pipeline.disclosure.rules import Rules


def primary(census: Census, rules: Rules) -> frozenset[Key]:
    """The counts with fewer clients behind them than a release may show."""
    return frozenset(key for key, cell in census.cells.items() if cell.clients < rules.min_cell)


def nearly_whole(census: Census, rules: Rules) -> frozenset[Key]:
    """Counts so close to what they are a part of that the rest would be a small cell."""
    found = set()
    for key, cell in census.cells.items():
        whole = census.cells.get(cell.part_of) if cell.part_of else None
        if whole is not None and whole.clients - cell.clients < rules.min_cell:
            found.add(key)
    return frozenset(found)


def suppressed(census: Census, rules: Rules) -> frozenset[Key]:
    """All counts to hide: none in an internal release."""
    return frozenset() if rules.exact else primary(census, rules)
