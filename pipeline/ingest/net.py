"""The second net: cells that are of no declared form and look like an identifier.

Patterns are in RE2's syntax, which runs in linear time, so that no cell can stall the gate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.tables.arrays import boolean_array

if TYPE_CHECKING:
    import pyarrow as pa

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
YEAR = r"(?:18|19|20)[0-9]{2}"
WAY = r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|terrace|way|highway|hwy)"
PATTERNS = {
    "email": r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}",
    "url": r"(?i)(?:https?|ftps?|file)://|\bwww\.[a-z0-9-]+\.|\b[a-z0-9-]{2,}\.(?:com|org|net|edu|gov|info)\b",
    "ssn": r"\b[0-9]{3}[-. ][0-9]{2}[-. ][0-9]{4}\b|^[0-9]{9}$",
    "ip_address": (
        r"\b(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\b"
        r"|\b(?:[0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{1,4}\b|\b(?:[0-9a-fA-F]{1,4}:){1,6}(?::[0-9a-fA-F]{1,4}){1,6}\b"
    ),
    "date": (
        rf"\b{YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12][0-9]|3[01])(?:\b|T)"
        rf"|\b(?:0?[1-9]|[12][0-9]|3[01])[-/.](?:0?[1-9]|[12][0-9]|3[01])[-/.](?:{YEAR}|[0-9]{{2}})\b"
        rf"|^{YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:$|T)"
        rf"|^{YEAR}[-/.](?:0[1-9]|1[0-2])$|^(?:0[1-9]|1[0-2])[-/.]{YEAR}$"  # a month of a year
        r"|^1[0-9]{9}(?:[0-9]{3})?$"  # seconds or milliseconds since 1970; no phone number begins with 1 and has ten digits
        rf"|(?i:\b{MONTH}\.?[- ]?[0-9]{{1,2}}(?:st|nd|rd|th)?(?:\b|,))"
        rf"|(?i:\b[0-9]{{1,2}}(?:st|nd|rd|th)?[- ]?{MONTH}\b)|(?i:\b{MONTH}[- ,]+{YEAR}\b)"
    ),
    "phone": (
        r"(?:\+?1[-. ]?)?\(?\b[0-9]{3}\)?[-. ]?[0-9]{3}[-. ][0-9]{4}\b|^\+?[0-9]{10,13}$|^[0-9]{3}[-. ][0-9]{4}$"
        r"|\+[0-9]{1,3}[-. ]\(?[0-9]{1,4}\)?(?:[-. ]?[0-9]{2,4}){2,}"
    ),
    "handle": r"(?:^|\s)@[A-Za-z0-9_.]{2,}",
    "street_address": (
        rf"(?i)\b[0-9]{{1,6}}[a-z]? +(?:[a-z.']+ +){{1,4}}{WAY}\b|\bp\.? ?o\.? box\b|\bapt\.? *#?[0-9]"
        r"|^[0-9]{5}-[0-9]{4}$"  # ZIP+4
        r"|-?\b[0-9]{1,3}\.[0-9]{4,}[,; ]+-?[0-9]{1,3}\.[0-9]{4,}\b"  # a place on the map
    ),
    "record_number": (
        r"(?i)\b(?:mrn|ssn|dob|npi|dea|acct|account|medicaid|medicare|license|licence|passport|policy)"
        r"[-_ :#.]*[a-z]?[0-9]{4,}"
        r"|\b[0-9]{4}[- ][0-9]{4}[- ][0-9]{4}[- ][0-9]{3,4}\b|\b[A-Z]{2}[0-9]{2}(?: [A-Z0-9]{4}){3,7}\b"  # cards, accounts
    ),
    "long_text": r"^.{81,}|(?:\S+\s+){9}",
}
NAMES = tuple(PATTERNS)
_COMPILED = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
CELL = 200  # characters of one cell that Python's own `re` is given; longer cells are long text anyway


def classify(text: str) -> str | None:
    """The name of the first rule of the net that a cell breaks."""
    if len(text) > CELL:
        return "long_text"
    return next((name for name, pattern in _COMPILED.items() if pattern.search(text)), None)


def personal_rule(text: str) -> str | None:
    """The name of the first rule of the net that a sentence breaks, however long it is."""
    return next(broken_rules(text), None)


def broken_rules(text: str) -> Iterator[str]:
    """The names of all rules of the net that a sentence breaks, its length aside."""
    yield from (name for name, pattern in _COMPILED.items() if name != "long_text" and pattern.search(text))


def scan_column(column: pa.ChunkedArray) -> dict[str, tuple[int, int]]:
    """Rule -> (rows, first row) of a dictionary-encoded text column that has no declared form."""
    import pyarrow.compute as pc

    found: dict[str, tuple[int, int]] = {}
    start = 0
    for chunk in column.chunks:
        caught = [
            (name, hit)
            for name, pattern in PATTERNS.items()
            if (hit := pc.match_substring_regex(chunk.dictionary, pattern)).true_count
        ]
        left = boolean_array([True] * len(chunk.dictionary)) if caught else None
        for name, hit in caught:
            rows = pc.and_(hit, left).take(chunk.indices)
            left = pc.and_not(left, hit)
            if rows.true_count:
                count, first = found.get(name, (0, start + pc.indices_nonzero(rows)[0].as_py()))
                found[name] = (count + rows.true_count, first)
        start += len(chunk)
    return found
