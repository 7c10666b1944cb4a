"""What the release before showed, so that the next one tells nobody who joined in between.

No rounding by itself can do that: a count rounded to `b` moves for one client more in 1 of `b` draws (its remainder is at
the edge), so a single count is the same in at most 1 - 1/b of them (80% for 5) and a release of many counts in far fewer.
So all counts stay as they were until the number of clients is a whole step away from what was released of it; then all are
rounded anew, for several newcomers at once. What that holds and what it does not: docs/disclosure.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.base.errors import DisclosureError, Problem
from pipeline.disclosure.rules import Rules

WITHHELD, NEARLY_ALL = "withheld", "nearly all"
SPARE = 2  # steps
WORDS = (WITHHELD, NEARLY_ALL)
Name = str
Released = int | str
RECORD = "released.json"


@dataclass(frozen=True)
class Former:
    """The counts of the release before by name: a rounded number, or one of WORDS."""

    counts: Mapping[Name, Released] = field(default_factory=dict)

    def holds(self, name: Name, clients: int, rules: Rules) -> bool:
        """Whether the number of clients is still less than a rounding step away from what was released of it."""
        value = self.counts.get(name)
        if isinstance(value, int):
            return abs(clients - value) < rules.round_to
        return value == WITHHELD and clients < rules.min_cell + rules.round_to

    def kept(self, name: Name, count: int, clients: int, rules: Rules) -> int | None:
        """The number released before, if the true count is still less than two steps away from it.

        Two, as no count of clients can grow that far before their number has grown one. A step is `round_to` clients; of a
        count of rows it is as many clients' rows, at the average of the rows counted.
        """
        value = self.counts.get(name)
        if not isinstance(value, int) or rules.exact or value % rules.round_to or not clients:
            return None
        return value if abs(count - value) < SPARE * rules.round_to * max(1.0, count / clients) else None

    def least(self, name: Name, rules: Rules, label: bool = False) -> int:
        """From how many clients on a count is shown: two steps more than usual where it was withheld before."""
        return rules.min_cell + (SPARE * rules.round_to if self.is_withheld(name, label) else 0)

    def least_rest(self, name: Name, rules: Rules) -> int:
        """From how many clients on a count's rest lets it be shown: two steps more where it was nearly all before."""
        return rules.min_cell + (SPARE * rules.round_to if self.counts.get(name) == NEARLY_ALL else 0)

    def is_withheld(self, name: Name, label: bool = False) -> bool:
        """Whether the release before withheld this count; one under a `label` it left out is not in its record at all."""
        return self.counts.get(name, WITHHELD if label and self.counts else None) == WITHHELD


def former(record: Any, rules: Rules) -> Former:
    """The release before from released.json; none where it was made by other rules. DisclosureError for another content."""
    counts = record.get("counts") if isinstance(record, Mapping) else None
    if not isinstance(counts, Mapping) or not all(_is_released(value) for value in counts.values()):
        raise DisclosureError(
            Problem(RECORD, "not a record of released counts", "take it from version control as `release` wrote it")
        )
    same = record.get("min_cell") == rules.min_cell and record.get("round_to") == rules.round_to
    return Former(dict(counts)) if same else Former()


def merged(record: Any, listed: Mapping[str, Any]) -> dict[str, Any]:
    """The record after a release: its counts over those of the releases before, which somebody may still hold."""
    rules = listed["rules"]
    same = all(record.get(name) == rules[name] for name in ("min_cell", "round_to"))
    return {**rules, "counts": {**(record["counts"] if same else {}), **listed["counts"]}}


def _is_released(value: object) -> bool:
    return (
        value in WORDS if isinstance(value, str) else isinstance(value, int) and not isinstance(value, bool) and value >= 0
    )
