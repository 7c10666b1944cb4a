"""How a column writes its dates, told by the whole column: a notation is taken only when every cell fits it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.prepare.plan import DateOrder

Shape = Literal["year_first", "numbers", "named_month", "serial", "epoch"]
Order = Literal["ymd", "dmy", "mdy"]
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WORDS: dict[tuple[Shape, Order], str] = {
    ("year_first", "ymd"): "year-month-day",
    ("numbers", "dmy"): "day-month-year",
    ("numbers", "mdy"): "month-day-year",
    ("numbers", "ymd"): "year-month-day with two digits for the year",
    ("named_month", "dmy"): "the month as a word",
    ("serial", "ymd"): "Excel's count of days",
    ("epoch", "ymd"): "seconds since 1970",
}
CLOCK = re.compile(
    r"(?:T|,? +)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)? ?(?P<offset>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?$"
)
YEAR_FIRST = re.compile(r"([0-9]{4})([-/.]?)([0-9]{2}|[0-9](?=[-/.]))\2([0-9]{1,2})")
NUMBERS = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
PACKED = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
DAY_MONTH = re.compile(
    r"(?:[A-Za-z]{2,9}\.?,? )?([0-9]{1,2})(?:st|nd|rd|th)?[-/. ]*([A-Za-z]{3,9})\.?[-/., ]*([0-9]{4}|[0-9]{2})"
)
MONTH_DAY = re.compile(r"(?:[A-Za-z]{2,9}\.?,? )?([A-Za-z]{3,9})\.?[- ]+([0-9]{1,2})(?:st|nd|rd|th)?,? +([0-9]{4})")
SERIAL = re.compile(r"([2-5][0-9]{4})(?:\.[0-9]+)?")
EPOCH = re.compile(r"(1[0-9]{9})(?:[0-9]{3})?")
YEARS = range(1900, 2101)
FIRST_SERIAL = dt.date(1899, 12, 30)


@dataclass(frozen=True)
class Dates:
    """A column's dates: text -> day (cells that are none are left out), the notations found, and what stands in the way.

    `ambiguous`: cells whose day and month could be either; `offsets`: cells with an offset where no zone was given.
    """

    days: Mapping[str, dt.date]
    notations: tuple[str, ...] = ()
    ambiguous: int = 0
    offsets: int = 0


Candidates = dict[Order, dt.datetime]


def read_dates(texts: Iterable[str], order: DateOrder | None, zone: str, *, birth: bool = False) -> Dates:
    """Read a column of dates; `order` settles day against month where the column does not, `zone` the day of a time.

    `birth`: two-digit years may lie in either century and are not read.
    """
    shapes: dict[Shape, dict[str, Candidates]] = {}
    for text in set(texts):
        shape, candidates = _candidates(text.strip(), birth)
        if candidates:
            shapes.setdefault(shape, {})[text] = candidates
    days: dict[str, dt.date] = {}
    notations, ambiguous, offsets = [], 0, 0
    for shape, found in sorted(shapes.items()):
        settled = _settle(found, order)
        if settled is None:
            ambiguous += len(found)
            continue
        notations.append(WORDS[shape, settled])
        for text, candidates in found.items():
            if settled in candidates:
                moment = candidates[settled]
                offsets += moment.tzinfo is not None and not zone
                days[text] = (moment.astimezone(ZoneInfo(zone)) if moment.tzinfo and zone else moment).date()
    return Dates(days, tuple(notations), ambiguous, offsets)


def is_date(text: str) -> bool:
    """Whether a cell is a calendar date in some notation, a count of days or seconds left aside."""
    shape, candidates = _candidates(text.strip(), birth=False)
    return bool(candidates) and shape not in ("serial", "epoch")


def _settle(found: Mapping[str, Candidates], order: DateOrder | None) -> Order | None:
    """The one order that fits all cells of a shape; where two do and differ, the one asked for; None where nobody says."""
    common = set.intersection(*(set(candidates) for candidates in found.values()))
    given: Order | None = {"day_first": "dmy", "month_first": "mdy"}.get(order or "")  # type: ignore[assignment]
    if len(common) == 1:
        return common.pop()
    if given is not None and (given in common or not common):
        return given
    if common and all(len({candidates[o] for o in common}) == 1 for candidates in found.values()):
        return min(common)
    return None


def _candidates(text: str, birth: bool) -> tuple[Shape, Candidates]:
    """The notation a cell is written in, and the day in every order of its numbers that is a day of the calendar."""
    clock = CLOCK.search(text)
    day = text[: clock.start()] if clock else text
    shape, parts = _parts(day.strip(), birth)
    found: Candidates = {}
    for order, (year, month, date) in parts.items():
        try:
            moment = dt.datetime(year, month, date)
            if year in YEARS:
                found[order] = _at(moment, clock) if clock else moment
        except ValueError:
            continue
    if match := EPOCH.fullmatch(text):
        return "epoch", {"ymd": dt.datetime.fromtimestamp(int(match[1]), dt.UTC)}
    if match := SERIAL.fullmatch(text):
        return "serial", {"ymd": dt.datetime.combine(FIRST_SERIAL + dt.timedelta(int(match[1])), dt.time())}
    return shape, found


def _parts(text: str, birth: bool) -> tuple[Shape, dict[Order, tuple[int, int, int]]]:
    if (match := YEAR_FIRST.fullmatch(text)) and (match[2] or (int(match[1]) in YEARS and len(text) == 8)):
        return "year_first", {"ymd": (int(match[1]), int(match[3]), int(match[4]))}
    if match := NUMBERS.fullmatch(text):
        first, second, last = int(match[1]), int(match[3]), match[4]
        if len(last) == 4:
            return "numbers", {"dmy": (int(last), second, first), "mdy": (int(last), first, second)}
        if birth:
            return "numbers", {}
        year = 2000 + int(last)
        return "numbers", {
            "dmy": (year, second, first),
            "mdy": (year, first, second),
            "ymd": (2000 + first, second, int(last)),
        }
    if match := PACKED.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        return "numbers", {"dmy": (year, second, first), "mdy": (year, first, second)}
    return "named_month", _named(text, birth)


def _named(text: str, birth: bool) -> dict[Order, tuple[int, int, int]]:
    day_month, month_day = DAY_MONTH.fullmatch(text), MONTH_DAY.fullmatch(text)
    if day_month is not None:
        day, word, year = day_month[1], day_month[2], day_month[3]
    elif month_day is not None:
        day, word, year = month_day[2], month_day[1], month_day[3]
    else:
        return {}
    stem = word[:3].lower()
    if stem not in MONTHS or (birth and len(year) == 2):
        return {}
    return {"dmy": (int(year) if len(year) == 4 else 2000 + int(year), MONTHS.index(stem) + 1, int(day))}


def _at(day: dt.datetime, clock: re.Match[str]) -> dt.datetime:
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"] in "Pp" else 0)
    moment = day.replace(hour=hour, minute=int(clock["minute"]), second=int(clock["second"] or 0))
    offset = clock["offset"]
    if offset is None:
        return moment
    if offset in ("Z", "UTC", "GMT"):
        return moment.replace(tzinfo=dt.UTC)
    shift = dt.timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return moment.replace(tzinfo=dt.timezone(-shift if offset[0] == "-" else shift))
