"""Tries: versions of a hypothesis that were looked at beside the declared one; recorded, so that trying stays honest."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.results.record import Record


class Try(Record):
    """One version that was tried: of which hypothesis, which keys were set to what (as text), and when (ISO day)."""

    hypothesis: str
    changes: Mapping[str, str]
    date: str = ""


class Tries(Record):
    """All versions that were tried in this study; a version tried twice stands once."""

    tries: tuple[Try, ...] = ()

    def with_one(self, new: Try) -> Tries:
        """The same with one more, unless it is there already."""
        known = {(one.hypothesis, tuple(sorted(one.changes.items()))) for one in self.tries}
        if (new.hypothesis, tuple(sorted(new.changes.items()))) in known:
            return self
        return Tries(tries=(*self.tries, new))

    def number(self, of: Try) -> int:
        """The place of a version among the tries, from 1."""
        same = [(one.hypothesis, dict(one.changes)) for one in self.tries]
        return same.index((of.hypothesis, dict(of.changes))) + 1

    def counts(self) -> dict[str, int]:
        """How many further versions of each hypothesis were tried."""
        found: dict[str, int] = {}
        for one in self.tries:
            found[one.hypothesis] = found.get(one.hypothesis, 0) + 1
        return found
