"""The gate: the only maker of Shown, and the record of what it held back and by which rule."""

from __future__ import annotations

import math
import re
from collections import Counter

from pipeline.disclosure.census import Census, Key
from pipeline.disclosure.draft import Draft
from pipeline.disclosure.rules import Rules, rounded
from pipeline.disclosure.shown import Shown
from pipeline.disclosure.suppression import suppressed
from pipeline.results.backing import Backing

DIGITS = re.compile(r"[\d][\d.,]*")
MISSING = "–"  # nothing to show
WITHHELD = "count withheld"  # one rule for small counts and those that would tell of them: which is which bounds them
# Numbers of items and of answers are no counts of anything in the data, and neither are thresholds, years, decimals or
# percentages; any other whole number may be one.
ITEMS = r"(?i:\bitems? \d+(?:(?:, and |, | and | to |–)\d+)*)|\b\d+(?:-item\b| items?\b)"
COUNT = re.compile(
    rf"(?P<items>{ITEMS})|"
    r"(?<![\w.,\[/-])(?<!at least )(?<!fewer than )(?!(?:19|20)\d\d\))\d[\d,]*(?![\w%]|\.\d|,\d| evaluations)"
)


class Gate:
    """Clears the numbers of one release; counts known to the census are hidden or shown as a whole release needs it."""

    def __init__(self, rules: Rules, census: Census) -> None:
        self.rules = rules
        self.census = census
        self._draft = Draft(census, rules)
        self._hidden = suppressed(self._draft)
        self._nearly = frozenset[Key]() if rules.exact else self._draft.nearly_whole
        self.held_back: Counter[tuple[str, str]] = Counter()

    def count(self, key: Key, where: str = "") -> Shown:
        """A count of the census: rounded, hidden, or said to be nearly all of what it is a part of."""
        if self.rules.exact:
            return _counted(self.census.cells[key].count)
        if key in self._hidden:
            return self._withheld(where)
        if key in self._nearly:
            return self._nearly_all(where)
        return _counted(self._draft.value(key))

    def names(self, key: Key, where: str = "") -> bool:
        """Whether a row may be headed by a code of the data: not where its count is withheld, as that somebody has the code
        tells of few. The record does not name it either.
        """
        if self.rules.exact or key not in self._hidden:
            return True
        self.held_back[where, "code that few have"] += 1
        return False

    def share(self, key: Key, whole: Key) -> Shown:
        """A percentage from the two counts as released; empty where either is hidden."""
        part, base = self.count(key, ""), self.count(whole, "")
        if part.value is None or not base.value:
            return Shown("", None, hidden=part.hidden)
        percent = 100 * part.value / base.value
        return Shown(f"{percent:.0f}%", round(percent))

    def rows(self, count: int, behind: Backing | int, where: str = "") -> Shown:
        """A count of rows outside the census, of so many clients: rounded, or withheld; none is told like few."""
        if self.rules.exact:
            return _counted(count)
        if count < self.rules.min_cell or self.rules.refuses(_backing(behind)):
            return self._withheld(where)
        return _counted(rounded(count, self.rules.round_to))

    def part(self, count: int, whole: int, behind: Backing | int, where: str = "") -> Shown:
        """A count of rows out of others; one whose rest is small is only said to be nearly all."""
        if self.rules.exact or whole - count >= self.rules.min_cell:
            return self.rows(count, behind, where)
        return self._nearly_all(where)

    def group(self, clients: int) -> bool:
        """Whether a mean over so many clients may be shown."""
        return self.rules.exact or clients >= self.rules.min_cell

    def number(self, value: float | None, digits: int, clients: int, where: str = "", spread: float | None = None) -> Shown:
        """A mean, spread or estimate over `clients` clients, to `digits` decimals.

        With the `spread` of single values (their SD) a mean has so few decimals that its rounding, times the clients, is no
        less than one SD: two means with one client in between then tell no more of that client than the SD does.
        """
        if value is None or not math.isfinite(value):
            return Shown(MISSING)
        if not self.group(clients):
            self.held_back[where, "mean over too few"] += 1
            return Shown(self.mark, None, hidden=True)
        if spread and not self.rules.exact:
            digits = max(0, min(digits, math.floor(math.log10(clients / spread))))
        return fact(value, digits)

    def prose(self, text: str, where: str = "") -> str:
        """A sentence of another stage with the counts in it rounded, and the small ones only bounded."""
        if self.rules.exact:
            return text

        def cleared(found: re.Match[str]) -> str:
            return found[0] if found["items"] else self._in_prose(found[0], where)

        return COUNT.sub(cleared, text)

    def _in_prose(self, number: str, where: str) -> str:
        count = int(number.replace(",", ""))
        shown = self.rows(count, count, where)
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

    def _withheld(self, where: str) -> Shown:
        self.held_back[where, WITHHELD] += 1
        return Shown(self.mark, None, hidden=True)

    def _nearly_all(self, where: str) -> Shown:
        self.held_back[where, "rest too small"] += 1
        return Shown(self.nearly_all, None, hidden=True)


def _backing(behind: Backing | int) -> Backing:
    return behind if isinstance(behind, Backing) else Backing(behind)


def _counted(value: int) -> Shown:
    return Shown(f"{value:,}", value)


def fact(value: float, digits: int = 0) -> Shown:
    """A number that is about no client: a setting, a threshold, a level of a scale."""
    value = round(value, digits) + 0.0
    text = f"{value:,.{digits}f}".replace("-", "−")
    return Shown(text, int(value) if digits == 0 else value)
