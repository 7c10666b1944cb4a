"""The gate: the only maker of Shown, and the record of what it held back and by which rule."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter

from pipeline.disclosure.census import Census, Key
from pipeline.disclosure.draft import Draft
from pipeline.disclosure.former import NEARLY_ALL, WITHHELD, Former, Released
from pipeline.disclosure.rules import Rules, rounded
from pipeline.disclosure.shown import Shown
from pipeline.disclosure.suppression import suppressed

DIGITS = re.compile(r"[\d][\d.,]*")
MISSING = "–"  # nothing to show
# Numbers of items and of answers are no counts of anything in the data, and neither are thresholds, years, decimals or
# percentages; any other whole number may be one.
ITEMS = r"(?i:\bitems? \d+(?:(?:, and |, | and | to |–)\d+)*)|\b\d+(?:-item\b| items?\b)"
COUNT = re.compile(
    rf"(?P<items>{ITEMS})|"
    r"(?<![\w.,\[/-])(?<!at least )(?<!fewer than )(?!(?:19|20)\d\d\))\d[\d,]*(?![\w%]|\.\d|,\d| evaluations)"
)


class Gate:
    """Clears the numbers of one release; counts known to the census are hidden or shown as a whole release needs it."""

    def __init__(self, rules: Rules, census: Census, former: Former | None = None) -> None:
        self.rules = rules
        self.census = census
        self.former = former or Former()
        self._draft = Draft(census, rules, self.former)
        self._hidden = suppressed(self._draft)
        self._nearly = frozenset[Key]() if rules.exact else self._draft.nearly_whole
        self.held_back: Counter[tuple[str, str]] = Counter()
        self.released: dict[str, Released] = {}

    def count(self, key: Key, where: str = "") -> Shown:
        """A count of the census: rounded, hidden, or said to be nearly all of what it is a part of."""
        if self.rules.exact:
            return _counted(self.census.cells[key].count)
        name = self.census.name(key)
        if key in self._hidden:
            self.held_back[where, "small cell, or one that would tell of one"] += 1
            return self._withheld(name)
        if key in self._nearly:
            return self._nearly_all(name, where)
        return self._counted(self._draft.value(key), name)

    def names(self, key: Key, where: str = "") -> bool:
        """Whether a row may be headed by a code of the data: not where its count is withheld, as that somebody has the code
        tells of few. Nothing of it goes into the record, which has the code in its names.
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

    def rows(self, count: int, where: str = "", key: Key | None = None, clients: int = 0) -> Shown:
        """A count of rows with no clients known behind it: rounded; below the smallest cell only none is told from some.

        With a `key`, one for each count, a number stays as the release before showed it while that still holds; a withheld
        one does not, as prose says of it "fewer than", which must be true.
        """
        if self.rules.exact:
            return _counted(count)
        name = self.census.name(key) if key else ""
        if 0 < count < self.rules.min_cell:
            self.held_back[where, "small cell"] += 1
            return self._withheld(name)
        kept = self.former.kept(name, count, clients or count, self.rules)
        return self._counted(rounded(count, self.rules.round_to) if kept is None else kept, name)

    def backed(self, count: int, clients: int, where: str, key: Key) -> Shown:
        """A count of rows of so many clients: as `rows`, but withheld where these are too few, whatever their rows."""
        if self.rules.exact or not count or clients >= self.former.least(self.census.name(key), self.rules):
            return self.rows(count, where, key, clients)
        self.held_back[where, "small cell"] += 1
        return self._withheld(self.census.name(key))

    def part(self, count: int, whole: int, clients: int, where: str, key: Key) -> Shown:
        """A count of rows out of others; one whose rest is small is only said to be nearly all, and stays so for a while."""
        name = self.census.name(key)
        if self.rules.exact or whole - count >= self.former.least_rest(name, self.rules):
            return self.backed(count, clients, where, key)
        return self._nearly_all(name, where)

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
        form, places = DIGITS.sub("#", text), itertools.count(1)

        def cleared(found: re.Match[str]) -> str:
            return (
                found[0] if found["items"] else self._in_prose(found[0], where, ("sentence", where, form, str(next(places))))
            )

        return COUNT.sub(cleared, text)

    def _in_prose(self, number: str, where: str, key: Key) -> str:
        shown = self.rows(int(number.replace(",", "")), where, key)
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

    def _withheld(self, name: str) -> Shown:
        if name:
            self.released[name] = WITHHELD
        return Shown(self.mark, None, hidden=True)

    def _nearly_all(self, name: str, where: str) -> Shown:
        self.held_back[where, "rest too small"] += 1
        self.released[name] = NEARLY_ALL
        return Shown(self.nearly_all, None, hidden=True)

    def _counted(self, value: int, name: str) -> Shown:
        if name:
            self.released[name] = value
        return _counted(value)


def _counted(value: int) -> Shown:
    return Shown(f"{value:,}", value)


def fact(value: float, digits: int = 0) -> Shown:
    """A number that is about no client: a setting, a threshold, a level of a scale."""
    value = round(value, digits) + 0.0
    text = f"{value:,.{digits}f}".replace("-", "−")
    return Shown(text, int(value) if digits == 0 else value)
