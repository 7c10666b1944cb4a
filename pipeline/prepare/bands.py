"""Ages as bands and ZIP codes as areas: what 45 CFR 164.514(b)(2) leaves of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from pipeline.prepare.plan import TOP

OLDEST = 120
AGE = re.compile(r"([0-9]{1,3})(?:[.,][0-9]+)?")
ZIP = re.compile(r"([0-9]{3,5})(?:-?[0-9]{4})?(?:\.0)?")
# Three-digit areas of at most 20,000 people (censuses of 2000 and 2010): all written 000.
AREAS = """036 059 063 102 203 205 369 556 692 753 772 790 821 823 830 831 878 879 884 890 893"""
SMALL_AREAS = frozenset(AREAS.split())


def age_band(age: int, bounds: Sequence[int]) -> str:
    """The band of an age in full years, `bounds` being where bands begin; 90 and older is one band."""
    if age >= TOP:
        return f"{TOP}+"
    edges = sorted({bound for bound in bounds if 0 < bound < TOP})
    below = [edge for edge in edges if edge <= age]
    above = [edge for edge in edges if edge > age]
    if not below:
        return f"under_{above[0]}" if above else f"0-{TOP - 1}"
    return f"{below[-1]}-{(above[0] if above else TOP) - 1}"


def age_in_years(text: str) -> int | None:
    """A cell that is an age in years."""
    match = AGE.fullmatch(text.strip())
    return int(match[1]) if match and int(match[1]) <= OLDEST else None


def age_at(birth: dt.date, day: dt.date) -> int | None:
    """Full years from birth to a day; None where that is no age."""
    years = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return years if 0 <= years <= OLDEST else None


def zip_area(text: str) -> str | None:
    """The first three digits of a ZIP code (zeros lost in front put back), 000 where few people live there."""
    match = ZIP.fullmatch(text.strip())
    if match is None:
        return None
    first = match[1] if len(match[1]) == 3 else match[1].zfill(5)[:3]
    return "000" if first in SMALL_AREAS else first
