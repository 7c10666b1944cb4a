"""What of a researcher's own text an error may repeat, before any net for personal data has seen it.

A name, a date or a number typed in the wrong place of params.yaml would stand in logs for good. So what is repeated is only
what can hardly be one: keys formed like ours without names or long numbers, words close to a word of ours, short numbers.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from pipeline.base.person_names import known, words_of, written_together

NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
CLOSE = 0.8  # of difflib's ratio, 0 to 1: a letter or two swapped, missing or too many
MOST_DIGITS = 4  # of a key: a year; a telephone number, a day or a number of a record has more
LARGEST = 1000  # numbers below it are told: no day, year, postal code or record
BARE = frozenset({"", "yes", "no", "on", "off", "y", "n", "true", "false", "null", "none"})
SHORT = re.compile(r"(?=(?:[^0-9]*[0-9]){1,3}$)[0-9]+(?:[:.,][0-9]+)?")  # such as `5`, `1:30`, `2,5`


def spoken(key: str) -> bool:
    """Whether a key of the researcher's own may be repeated: formed like ours, no word a known name, no long number."""
    if not re.fullmatch(NAME_PATTERN, key) or sum(one.isdigit() for one in key) > MOST_DIGITS:
        return False
    return not (known().intersection(words_of(key)) or written_together(key))


def close_to(text: str, ours: Iterable[str]) -> bool:
    """Whether a text is one of our words, misspelt: then it is no one's name, and may be repeated."""
    return bool(difflib.get_close_matches(text, list(ours), n=1, cutoff=CLOSE)) and spoken(text)


def found(value: object, ours: Iterable[str] = ()) -> str:
    """What was found, as far as it may be told: itself where it is short and nobody's, else its kind."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return f"{value:g}" if abs(value) < LARGEST and len(f"{value:g}") <= len("-0.0001") else "a number"
    if isinstance(value, dict):
        return "a section of keys"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value)
    told = text.lower() in BARE or SHORT.fullmatch(text) or close_to(text, ours)
    return f'"{text}"' if told else "some text"
