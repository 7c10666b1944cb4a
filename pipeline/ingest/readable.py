"""Pseudonyms that say what they should hide: a date of birth or visit, or a number that hashing only seems to hide."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 2_000  # ids looked at: enough to tell a form that all of them have
FEW = 5  # fewer ids than this show no pattern
FEW_SHORT = 20  # nor fewer than this a date of six digits, which every tenth number forms by chance
DATED = 0.5  # the share of ids with a date from which on it is no chance
DAY, MONTH, YEAR, SHORT = "(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|1[0-2])", "(?:19|20)[0-9]{2}", "[0-9]{2}"
LONG_DATE = f"{YEAR}[-_]?{MONTH}[-_]?{DAY}|{DAY}[-_]?{MONTH}[-_]?{YEAR}|{MONTH}[-_]?{DAY}[-_]?{YEAR}"
SHORT_DATE = f"{SHORT}{MONTH}{DAY}|{DAY}{MONTH}{SHORT}|{MONTH}{DAY}{SHORT}"
# Eight digits anywhere; six only where they are all the digits there are, or two more count the ids of a day.
FORMS = (f"(?:^|[^0-9])(?:{LONG_DATE})", f"^[A-Za-z]*[-_]?(?:{SHORT_DATE})(?:[-_]?[0-9]{{1,2}}|[-_]?[A-Za-z]*)$")
COUNTED = 10_000  # numbers whose hashes are tried, as they are and with zeros before them
WIDTHS = range(2, 7)  # digits they are filled up to
FEW_HASHED = 0.8  # the share of few ids that must be such hashes: one in thirty looks like one by chance
PREFIX = 5  # letters and a separator that may stand before a hash
HEXADECIMAL = "^[A-Za-z]{0,4}[-_]?[0-9a-fA-F]{6,}$"
SHORTEST = 6  # hexadecimal digits of a hash that are no chance
HASHES = ("md5", "sha1", "sha256")


def readable_faults(ids: pa.Array) -> list[tuple[str, int]]:
    """The rules that a column's different ids break by what they tell, with the ids that break them."""
    if len(ids) < FEW:
        return []
    some = ids[:MOST]
    found = [("ids_dates", dated)] if (dated := _dated(some)) else []
    return [*found, ("ids_hashed", hashed)] if (hashed := _hashed(some)) else found


def _dated(ids: pa.Array) -> int:
    """How many ids hold a calendar date in one form, where at least DATED of them do."""
    import pyarrow.compute as pc

    forms = FORMS if len(ids) >= FEW_SHORT else FORMS[:1]
    most = max(int(pc.match_substring_regex(ids, form).true_count) for form in forms)
    return most if most >= DATED * len(ids) else 0


def _hashed(ids: pa.Array) -> int:
    """How many ids are, behind their prefix, the beginning of an unsalted hash of a small number."""
    import pyarrow.compute as pc

    tried = [text.lower() for text in ids.filter(pc.match_substring_regex(ids, HEXADECIMAL)).to_pylist()]
    if len(tried) < DATED * len(ids):
        return 0
    known = _beginnings()
    found = {text[cut : cut + SHORTEST] for text in tried for cut in range(PREFIX + 1)} & known
    share = DATED if len(ids) >= FEW_SHORT else FEW_HASHED
    return len(tried) if len(found) >= share * len(ids) else 0


@cache
def _beginnings() -> frozenset[str]:
    filled = (f"{number:0{width}d}" for width in WIDTHS for number in range(min(COUNTED, 10 ** (width - 1))))
    numbers = [text.encode() for text in {*map(str, range(COUNTED)), *filled}]
    return frozenset(hashlib.new(name, text).hexdigest()[:SHORTEST] for name in HASHES for text in numbers)
