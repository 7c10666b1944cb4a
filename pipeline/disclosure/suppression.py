"""Which counts of a release are hidden: the small ones, and those one could work the small ones out from."""

from __future__ import annotations

from pipeline.disclosure.audit import Component, census_components, exposed_counts
from pipeline.disclosure.census import Key
from pipeline.disclosure.draft import Draft


def suppressed(draft: Draft) -> frozenset[Key]:
    """All counts to hide: none in an internal release.

    Small counts first; then, as long as a linear program over the whole release pins a hidden count down to an interval
    narrower than the smallest cell, one more count of a sum it stands in. Where the solver gives up, in the end all of them.
    """
    if draft.rules.exact:
        return frozenset()
    hidden = draft.small
    for component in census_components(draft.census):
        while not hidden.issuperset(component.keys) and (exposed := exposed_counts(component, draft, hidden)):
            hidden |= _second(exposed, component, draft, hidden)
    return hidden


def _second(exposed: list[Key], component: Component, draft: Draft, hidden: frozenset[Key]) -> frozenset[Key]:
    """One more count to hide for each exposed one; fewer where one count serves several."""
    chosen: set[Key] = set()
    for key in exposed:
        sums = [entry for entry in component.sums if key in (entry.total, *entry.parts)]
        around = {other for entry in sums for other in (entry.total, *entry.parts)} - {key}
        if not around & chosen:
            chosen.add(_cheapest(around - hidden or set(component.keys) - hidden, component, draft, hidden))
    return frozenset(chosen)


def _cheapest(candidates: set[Key], component: Component, draft: Draft, hidden: frozenset[Key]) -> Key:
    """A part before a total, a count whose other sums have hidden counts already, then the smallest."""
    totals = {entry.total for entry in component.sums}

    def cost(key: Key) -> tuple[bool, int, int, Key]:
        alone = sum(key in entry.parts and not hidden & {*entry.parts, entry.total} for entry in component.sums)
        return key in totals, alone, draft.census.cells[key].count, key

    return min(candidates, key=cost)
