"""The gate: the only maker of Shown, and the record of what it held back and by which rule."""

from __future__ import annotations

import math
import re
from collections import Counter

from pipeline.disclosure.census import Census, Key
from pipeline.disclosure.rules import Rules, rounded
from pipeline.disclosure.shown import Shown
from pipeline.disclosure.suppression import nearly_whole, suppressed

MISSING = "–"  # nothing to show
# A whole number that may count something in the data: not a threshold, a year, an item, a decimal or a percentage.
COUNT = re.compile(
    r"(?<![\w.,\[/-])(?<!at least )(?<!fewer than )(?!(?:19|20)\d\d\))\d[\d,]*(?![\w%]|\.\d|,\d| evaluations)"
)


class Gate:
    """Clears the numbers of one release; counts known to the census are hidden or shown as a whole release needs it."""

    def __init__(self, rules: Rules, census: Census) -> None:
        self.rules = rules
        self.census = census
        self._hidden = suppressed(census, rules)
        self._nearly = frozenset[Key]() if rules.exact else nearly_whole(census, rules)
        self.held_back: Counter[tuple[str, str]] = Counter()

    def count(self, key: Key, where: str = "") -> Shown:
        """A count of the census: rounded, hidden, or said to be nearly all of what it is a part of."""
        cell = self.census.cells[key]
        if self.rules.exact:
            return Shown(f"{cell.count:,}", cell.count)
        if key in self._hidden:
            small = cell.clients < self.rules.min_cell
            self.held_back[where, "small cell" if small else "second cell"] += 1
            return Shown(self.mark, None, hidden=True)
        if key in self._nearly:
            self.held_back[where, "rest too small"] += 1
            return Shown(self.nearly_all, None, hidden=True)
        return self._rounded(cell.count)

    def share(self, key: Key, whole: Key) -> Shown:
        """A percentage from the two counts as released; empty where either is hidden."""
        part, base = self.count(key, ""), self.count(whole, "")
        if part.value is None or not base.value:
            return Shown("", None, hidden=part.hidden)
        percent = 100 * part.value / base.value
        return Shown(f"{percent:.0f}%", round(percent))

    def rows(self, count: int, where: str = "") -> Shown:
        """A count of rows with no clients known behind it: rounded; below the smallest cell only none is told from some."""
        if self.rules.exact:
            return Shown(f"{count:,}", count)
        if 0 < count < self.rules.min_cell:
            self.held_back[where, "small cell"] += 1
            return Shown(self.mark, None, hidden=True)
        return self._rounded(count)

    def group(self, clients: int) -> bool:
        """Whether a mean over so many clients may be shown."""
        return self.rules.exact or clients >= self.rules.min_cell

    def number(self, value: float | None, digits: int, clients: int, where: str = "") -> Shown:
        """A mean, spread or estimate over `clients` clients, to `digits` decimals."""
        if value is None or not math.isfinite(value):
            return Shown(MISSING)
        if not self.group(clients):
            self.held_back[where, "mean over too few"] += 1
            return Shown(self.mark, None, hidden=True)
        return fact(value, digits)

    def prose(self, text: str, where: str = "") -> str:
        """A sentence of another stage with the counts in it rounded, and the small ones only bounded."""
        return text if self.rules.exact else COUNT.sub(lambda found: self._in_prose(found[0], where), text)

    def _in_prose(self, number: str, where: str) -> str:
        shown = self.rows(int(number.replace(",", "")), where)
        return f"fewer than {self.rules.min_cell}" if shown.hidden else shown.text

    @property
    def mark(self) -> str:
        """What stands in place of a hidden count."""
        return "·"

    @property
    def nearly_all(self) -> str:
        """What stands in place of a count whose rest would be a small cell."""
        return "nearly all"

    def record(self) -> list[dict[str, str | int]]:
        """What was held back, where, and by which rule: the number of places only."""
        kept = sorted((where, rule, n) for (where, rule), n in self.held_back.items() if where)
        return [{"where": where, "rule": rule, "places": n} for where, rule, n in kept]

    def _rounded(self, count: int) -> Shown:
        value = rounded(count, self.rules.round_to)
        return Shown(f"{value:,}", value)


def fact(value: float, digits: int = 0) -> Shown:
    """A number that is about no client: a setting, a threshold, a level of a scale."""
    value = round(value, digits) + 0.0
    text = f"{value:,.{digits}f}".replace("-", "−")
    return Shown(text, int(value) if digits == 0 else value)
