"""Which counts of a release are hidden: the small ones, and those one could work the small ones out from."""

from __future__ import annotations

from pipeline.disclosure.audit import Component, components, weak
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
        if whole is not None and whole.count - cell.count < rules.min_cell:
            found.add(key)
    return frozenset(found)


def suppressed(census: Census, rules: Rules) -> frozenset[Key]:
    """All counts to hide: none in an internal release.

    Small counts first; then, as long as a linear program over the whole release pins a hidden count down to an interval
    narrower than the smallest cell, one more count of a sum it stands in.
    """
    if rules.exact:
        return frozenset()
    hidden, nearly = primary(census, rules), nearly_whole(census, rules)
    for component in components(census):
        while exposed := weak(component, census, hidden, nearly - hidden, rules):
            hidden |= _second(exposed, component, census, hidden)
    return hidden


def _second(exposed: list[Key], component: Component, census: Census, hidden: frozenset[Key]) -> frozenset[Key]:
    """One more count to hide for each exposed one; fewer where one count serves several."""
    chosen: set[Key] = set()
    for key in exposed:
        sums = [entry for entry in component.sums if key in (entry.total, *entry.parts)]
        around = {other for entry in sums for other in (entry.total, *entry.parts)} - {key}
        if not around & chosen:
            chosen.add(_cheapest(around - hidden or set(component.keys) - hidden, component, census, hidden))
    return frozenset(chosen)


def _cheapest(candidates: set[Key], component: Component, census: Census, hidden: frozenset[Key]) -> Key:
    """A part before a total, a count whose other sums have hidden counts already, then the smallest."""
    totals = {entry.total for entry in component.sums}

    def cost(key: Key) -> tuple[bool, int, int, Key]:
        alone = sum(key in entry.parts and not hidden & {*entry.parts, entry.total} for entry in component.sums)
        return key in totals, alone, census.cells[key].count, key

    return min(candidates, key=cost)
