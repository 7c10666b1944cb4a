"""The gate: the only maker of Shown, and the record of what it held back and by which rule."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.disclosure.census import Census, Key
from pipeline.disclosure.draft import Draft
from pipeline.disclosure.precision import (
    COARSEST,
    LEAST_P,
    digits_for,
    std_error_of_correlation,
    std_error_of_portion,
    std_error_of_std_error,
    std_error_of_variance,
    unit_of,
    unit_of_mean,
    unit_of_p,
    unit_of_spread,
)
from pipeline.disclosure.rules import Rules, rounded
from pipeline.disclosure.shown import Shown
from pipeline.disclosure.steps import as_backing, count_shown, in_steps, p_shown, scaled_error, setting_shown, width_of
from pipeline.disclosure.suppression import suppressed
from pipeline.results.backing import Backing
from pipeline.results.manifests import HeldBack

UPWARDS = 0.499  # of a step, which makes the nearest one the next above
PLACES = 5  # places held back are counted in steps of this, upwards
MISSING = "–"  # nothing to show
WITHHELD = "count withheld"  # one rule for small counts and those that would tell of them: which is which bounds them
Screen = Callable[[str], str | None]
WITHHELD_TEXT = "(This text is withheld: it looks as if it named somebody. Change it where it was written.)"


class Gate:
    """Clears the numbers of one release; counts known to the census are hidden or shown as a whole release needs it."""

    def __init__(self, rules: Rules, census: Census, screen: Screen | None = None) -> None:
        """`screen` names what a text looks as if it held of a person (a date, a phone number ...), or gives None."""
        self.rules = rules
        self._screen = screen or (lambda _: None)
        self.census = census
        self._draft = Draft(census, rules)
        self._hidden = suppressed(self._draft)
        self._nearly = frozenset[Key]() if rules.exact else self._draft.nearly_whole
        self.held_back: Counter[tuple[str, str]] = Counter()

    def count(self, key: Key, where: str = "") -> Shown:
        """A count of the census: rounded, hidden, or said to be nearly all of what it is a part of."""
        if self.rules.exact:
            return count_shown(self.census.cells[key].count)
        if key in self._hidden:
            return self._withheld(where)
        if key in self._nearly:
            return self._nearly_all(where)
        return count_shown(self._draft.value(key))

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
            return count_shown(count)
        if count < self.rules.min_cell or not self.group(behind):
            return self._withheld(where)
        return count_shown(rounded(count, self.rules.round_to))

    def part(self, count: int, whole: int, behind: Backing | int, where: str = "") -> Shown:
        """A count of rows out of others; one whose rest is small is only said to be nearly all."""
        if self.rules.exact or whole - count >= self.rules.min_cell:
            return self.rows(count, behind, where)
        return self._nearly_all(where)

    def text(self, text: str, where: str = "") -> str:
        """A text that somebody wrote (a claim, a title, a reason): unaltered, or not at all."""
        if self.rules.exact or self._screen(text) is None:
            return text
        self.held_back[where, "text"] += 1
        return WITHHELD_TEXT

    def group(self, behind: Backing | int) -> bool:
        """Whether a number over these people may be shown."""
        return not self.rules.refuses(as_backing(behind), self.census.workers)

    def workers(self, count: int, where: str = "") -> Shown:
        """A count of workers, who are people too: rounded, or withheld below their own threshold."""
        if self.rules.exact:
            return count_shown(count)
        if count < self.rules.min_workers:
            return self._withheld(where)
        return count_shown(rounded(count, self.rules.round_to))

    def statistic(
        self, value: float | None, std_error: float | None, behind: Backing | int, where: str = "", digits: int | None = None
    ) -> Shown:
        """An estimate, or a limit of its interval, or its standard error: to no finer unit than one client can move it by.

        `digits`: no more decimals than these (default: as the standard error asks for). One without a standard error is
        shown inside the team only: nobody could say how much of it a single client is.
        """
        most = digits_for(std_error) if digits is None else digits
        if value is None or not math.isfinite(value):
            return Shown(MISSING)
        if self.rules.exact:
            return setting_shown(value, most)
        if std_error is None or not math.isfinite(std_error) or std_error <= 0 or not self.group(behind):
            return self._unshown(where)
        return in_steps(value, unit_of(std_error, as_backing(behind)), most)

    def std_error(self, value: float | None, behind: Backing | int, where: str = "") -> Shown:
        """A standard error: one client moves it far less than the estimate it is about."""
        own = None if value is None else std_error_of_std_error(value, as_backing(behind))
        return self.statistic(value, own, behind, where, digits_for(value))

    def interval(
        self,
        estimate: float | None,
        ends: Sequence[float | None],
        std_error: float | None,
        behind: Backing | int,
        where: str = "",
        scale: Callable[[float], float] = float,
    ) -> tuple[Shown, ...]:
        """An estimate, and the ends of its intervals made from the estimate as shown: rounded by themselves, they would
        narrow it down between them. `scale` shows all of them on another scale (an odds ratio, SDs).
        """
        if estimate is None or std_error is None or self.rules.exact:
            given = (estimate, *ends)
            moved = [None if value is None else scale(value) for value in given]
            return tuple(self.statistic(value, scaled_error(estimate, std_error, scale), behind, where) for value in moved)
        first = self.statistic(estimate, std_error, behind, where)
        if first.value is None:
            return (first, *(first for _ in ends))
        own = scaled_error(estimate, std_error, scale) or std_error
        unit, digits = unit_of(own, as_backing(behind)), digits_for(own)
        null = scale(0.0)
        found = []
        for end in (estimate, *ends):
            if end is None:
                found.append(Shown(MISSING))
                continue
            shown = in_steps(scale(first.value + (end - estimate)), unit, digits)
            crossed = (float(shown.value or 0.0) - null) * (scale(end) - null) < 0  # never on the other side of no effect
            found.append(setting_shown(null, len(shown.text.partition(".")[2])) if crossed else shown)
        return tuple(found)

    def span(
        self, estimate: float, std_error: float, behind: Backing | int, scale: Callable[[float], float] = float
    ) -> tuple[Shown, Shown] | None:
        """From where to where estimates are all shown as no difference, as this one is, in steps longer than its error.

        None where it is not shown as that, or in finer steps. It tells what the rule and the shown number tell already.
        """
        first = self.statistic(estimate, std_error, behind)
        unit = unit_of(std_error, as_backing(behind))
        if self.rules.exact or first.value is None or first.value or unit <= std_error:
            return None
        ends = [scale(first.value + half) for half in (-unit / 2, unit / 2)]
        digits = max(0, 1 - math.floor(math.log10(abs(ends[1] - ends[0]))))
        return setting_shown(ends[0], digits), setting_shown(ends[1], digits)

    def mean(
        self,
        value: float | None,
        spread: float | None,
        behind: Backing | int,
        where: str = "",
        ends: tuple[float, float] | None = None,
        digits: int = 2,
    ) -> Shown:
        """A mean of values with this SD, on a scale with these ends (None: not known).

        Withheld where all say the same, or all but fewer than the smallest cell can be at one end of the scale: it would
        tell of everybody in the group.
        """
        if value is None or not math.isfinite(value):
            return Shown(MISSING)
        if self.rules.exact:
            return setting_shown(value, digits)
        if not spread or not self.group(behind) or self._is_at_an_end(value, ends, as_backing(behind)):
            return self._unshown(where)
        return in_steps(value, unit_of_mean(spread, as_backing(behind), width_of(ends)), digits)

    def spread(
        self,
        value: float | None,
        behind: Backing | int,
        where: str = "",
        ends: tuple[float, float] | None = None,
        digits: int = 2,
    ) -> Shown:
        """An SD of values on a scale with these ends; withheld where it could not be told from 0."""
        if value is None or not math.isfinite(value):
            return Shown(MISSING)
        if self.rules.exact:
            return setting_shown(value, digits)
        unit = unit_of_spread(value, as_backing(behind), width_of(ends))
        if not self.group(behind) or not value or unit > value:
            return self._unshown(where)
        return in_steps(value, unit, digits)

    def correlation(
        self, value: float | None, behind: Backing | int, where: str = "", digits: int = 2, up: bool = False
    ) -> Shown:
        """A correlation, a reliability, a standardized loading, an index of fit: what lies between -1 and 1.

        `up`: to the next step upwards, for what must be at least so large.
        """
        if value is None or not math.isfinite(value):
            return Shown(MISSING)
        people, least = as_backing(behind), 10.0**-digits
        if not self.group(people):
            return self._unshown(where)
        unit = least if self.rules.exact else max(unit_of(std_error_of_correlation(value, people), people), least)
        if unit > COARSEST and not self.rules.exact:
            return self._unshown(where)
        return in_steps(value + UPWARDS * unit if up else value, unit, digits)

    def variance(self, value: float | None, behind: Backing | int, where: str = "", digits: int = 4) -> Shown:
        """A variance between people, of workers where `behind` has them, or a covariance given as such."""
        return self._of_groups(value, std_error_of_variance, behind, where, digits)

    def portion(self, value: float | None, behind: Backing | int, where: str = "", digits: int = 2) -> Shown:
        """A share of variance, from 0 to 1."""
        return self._of_groups(value, std_error_of_portion, behind, where, digits)

    def df(self, value: float | None, behind: Backing | int, where: str = "") -> Shown:
        """Degrees of freedom: many of them tell the number of rows, few of them the number of workers."""
        if value is None or not math.isfinite(value):
            return Shown(MISSING)
        if self.rules.exact:
            return setting_shown(value, 1 if value < 30 else 0)
        if value < self.rules.min_cell or not self.group(behind):
            self.held_back[where, "few degrees of freedom"] += 1
            return Shown(f"< {self.rules.min_cell}", None, hidden=True)
        unit = max(
            self.rules.round_to, unit_of(std_error_of_variance(value, as_backing(behind).clients), as_backing(behind))
        )
        return in_steps(value, unit, 0)

    def p_value(self, value: float | None, behind: Backing | int, where: str = "", alpha: float = 0.05) -> Shown:
        """A p value as APA writes it, no finer than one client can move it by, and on its own side of `alpha`."""
        if value is None or not math.isfinite(value):
            return Shown(MISSING)
        if not self.group(behind):
            return self._unshown(where)
        unit = LEAST_P if self.rules.exact else unit_of_p(value, as_backing(behind))
        return p_shown(value, unit, alpha)

    @property
    def mark(self) -> str:
        """What stands in place of a hidden count."""
        return "·"

    @property
    def nearly_all(self) -> str:
        """What stands in place of a count whose rest would be a small cell."""
        return "nearly all"

    def record(self) -> list[HeldBack]:
        """What was held back, where, by which rule: about how many places, as a number could tell of rare codes."""
        kept = sorted((where, rule, n) for (where, rule), n in self.held_back.items() if where and n)
        return [HeldBack(where=where, rule=rule, places=-(-n // PLACES) * PLACES) for where, rule, n in kept]

    def _of_groups(
        self,
        value: float | None,
        std_error: Callable[[float, int], float],
        behind: Backing | int,
        where: str,
        digits: int,
    ) -> Shown:
        if value is None or not math.isfinite(value):
            return Shown(MISSING)
        if self.rules.exact:
            return setting_shown(value, digits)
        people = as_backing(behind)
        if self.rules.refuses(people):
            return self._unshown(where)
        groups = people.clients if people.workers is None else min(people.workers, people.clients)
        return in_steps(value, unit_of(std_error(value, groups), replace(people, clients=groups)), digits)

    def _is_at_an_end(self, value: float, ends: tuple[float, float] | None, behind: Backing) -> bool:
        return ends is not None and min(value - ends[0], ends[1] - value) * behind.clients < self.rules.min_cell

    def _unshown(self, where: str) -> Shown:
        self.held_back[where, "number over too few"] += 1
        return Shown(self.mark, None, hidden=True)

    def _withheld(self, where: str) -> Shown:
        self.held_back[where, WITHHELD] += 1
        return Shown(self.mark, None, hidden=True)

    def _nearly_all(self, where: str) -> Shown:
        self.held_back[where, "rest too small"] += 1
        return Shown(self.nearly_all, None, hidden=True)
