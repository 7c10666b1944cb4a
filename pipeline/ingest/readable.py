"""Pseudonyms that say what they should hide: a date of birth or visit, or a number that hashing only seems to hide."""

from __future__ import annotations

import hashlib
import re
import zlib
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING

from pipeline.base.at_once import at_once
from pipeline.base.person_names import known

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
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
MORE = 100_000  # numbers whose hashes are tried where those of small ones are not found
YEARS = (1930, 2020)  # of birth
WIDTHS = range(2, 7)  # digits they are filled up to
FEW_HASHED = 0.8  # the share of few ids that must be such hashes: one in thirty looks like one by chance
LETTERS = re.compile("[a-z]{1,4}[-_]?")
HEX_ONLY = re.compile("[0-9a-f]+")
HEXADECIMAL = "^[A-Za-z]{0,4}[-_]?[0-9a-fA-F]{6,}$"
SHORTEST = 6  # hexadecimal digits of a hash that are no chance
HASHES = (hashlib.md5, hashlib.sha1, hashlib.sha256)


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
    """How many ids are, behind what all begin with, the beginning of an unsalted hash of a number, a date or a name."""
    import numpy as np
    import pyarrow.compute as pc

    texts = [text.lower() for text in ids.filter(pc.match_substring_regex(ids, HEXADECIMAL)).to_pylist()]
    if len(texts) < DATED * len(ids):
        return 0
    starts = sorted({0, *(len(match[0]) for text in texts[:1] if (match := LETTERS.match(text))), _shared(texts)})
    digits = min(8, max(SHORTEST, min(map(len, texts)) - max(starts)))
    share = DATED if len(ids) >= FEW_SHORT else FEW_HASHED
    for start in starts:
        heads = [text[start : start + digits] for text in texts]
        values = np.array(
            [int(head, 16) for head in heads if len(head) == digits and HEX_ONLY.fullmatch(head)], dtype=np.uint64
        )
        values = np.unique(values)  # beginnings that many share are no hashes of different things
        if len(values) < share * len(ids):
            continue
        for more in (False, True):
            shorter = _shortened(more, digits)
            at = np.minimum(np.searchsorted(shorter, values), len(shorter) - 1)
            if np.count_nonzero(shorter[at] == values) >= share * len(ids):
                return len(texts)
    return 0


def _shared(texts: list[str]) -> int:
    low, high = min(texts), max(texts)
    return next((place for place, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), 0)


@cache
def _shortened(more: bool, digits: int) -> np.ndarray:
    """The first hexadecimal digits of the hashes, sorted."""
    import numpy as np

    shorter: np.ndarray = _beginnings(more) >> np.uint64(4 * (8 - digits))
    return shorter


@cache
def _beginnings(more: bool) -> np.ndarray:
    """The first 32 bits of hashes of small spaces: numbers first, then (`more`) larger ones, dates of birth and names."""
    import numpy as np

    texts = _more_texts() if more else _numbers()
    heads = b"".join(at_once([partial(_heads, make, texts) for make in HASHES]))
    others = np.array([zlib.crc32(text) for text in texts], dtype=np.uint64)
    return np.unique(np.concatenate([np.frombuffer(heads, dtype=">u4").astype(np.uint64), others]))


def _heads(make: Callable[[bytes], hashlib._Hash], texts: list[bytes]) -> bytes:
    return b"".join([make(text).digest()[:4] for text in texts])


def _numbers() -> list[bytes]:
    filled = (f"{number:0{width}d}" for width in WIDTHS for number in range(min(COUNTED, 10 ** (width - 1))))
    return [text.encode() for text in {*map(str, range(COUNTED)), *filled}]


def _more_texts() -> list[bytes]:
    """Numbers up to MORE, days of YEARS in the usual notations, names in the usual cases."""
    first, last = (date(year, 1, 1).toordinal() for year in YEARS)
    days = [date.fromordinal(day).isoformat().split("-") for day in range(first, last)]
    texts = [text for y, m, d in days for text in (f"{y}-{m}-{d}", f"{y}{m}{d}", f"{m}/{d}/{y}")]
    texts += [form(name) for name in known() for form in (str.lower, str.upper, str.title)]
    return [text.encode() for text in (*texts, *map(str, range(COUNTED, MORE)))]
