"""Ids that say what they hide in another writing: base64, hexadecimal, letters moved along the alphabet or turned round."""

from __future__ import annotations

import base64
import binascii
import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

from pipeline.base.person_names import known
from pipeline.ingest.bodies import Bodies

MOST = 400  # ids looked at
SHARE = 0.5  # of ids that can be read from which on they were written so
NAMED = 0.2  # of ids in which a name stands from which on it is no chance; of few ids at least LEAST
LEAST = 2
READABLE = re.compile(r"[A-Za-z0-9 .,'/_@-]{3,}")
LEET = str.maketrans("431057", "aeiost")
LETTERS = string.ascii_lowercase
TO_A = {first: str.maketrans(LETTERS[n:] + LETTERS[:n], LETTERS) for n, first in enumerate(LETTERS)}


def writing_found(ids: Bodies) -> str:
    """How the ids are written over; empty where nothing can be read in them."""
    for texts in dict.fromkeys((ids.ids[:MOST], ids.bodies[:MOST])):
        for name, decode in DECODERS.items():
            if _can_be_read(texts, decode):
                return f"readable as {name}"
    return "names of people" if _named(ids) else ""


def _can_be_read(texts: Sequence[str], decode: Callable[[str], bytes]) -> bool:
    """Whether enough texts say something in another writing; asks no further than until too many do not."""
    left = len(texts) - max(4, SHARE * len(texts))  # so many may say nothing
    for text in texts:
        left -= not _decoded(text, decode)
        if left < 0:
            return False
    return True


def _named(ids: Bodies) -> bool:
    """Whether the letters of many ids are names, as they stand, moved along the alphabet or turned round."""
    needed = max(LEAST, NAMED * min(MOST, len(ids.ids)))
    for part in (ids.bodies[:MOST], ids.ids[:MOST]):
        words = [word for text in part if (word := _letters(text))]
        if len(words) < needed:
            continue
        for turned in (words, [word[::-1] for word in words]):
            hits = Counter(shift for word in turned for shift in _name_shifts(word))
            if any(count >= (needed if shift == 0 else max(4, needed)) for shift, count in hits.items()):
                return True
    return False


def _letters(text: str) -> str:
    """The longest run of letters of an id, digits that stand for letters turned back; empty where it is short."""
    plain = text.lower()
    runs = re.findall(r"[a-z]+", plain) + re.findall(r"[a-z]+", plain.translate(LEET))
    longest = max(runs, key=len, default="")
    return longest if len(longest) >= 4 else ""


def _name_shifts(word: str) -> set[int]:
    """By how many letters a word must be moved to be a name, by itself or behind or before an initial, or two names."""
    shifts = _shifts(word) | _shifts(word[1:]) | _shifts(word[:-1])
    for cut in range(3, len(word) - 2):
        if first := _shifts(word[:cut]):
            shifts |= first & _shifts(word[cut:])
    return shifts


def _shifts(word: str) -> set[int]:
    here = ord(word[0])
    return {(first - here) % 26 for first in _names_by_form().get(_form(word), ())}


@cache
def _names_by_form() -> dict[str, list[int]]:
    """The names' first letters by the form that stays when letters are moved: the name moved so that it begins with a."""
    found: dict[str, list[int]] = {}
    for name in known():
        found.setdefault(_form(name), []).append(ord(name[0]))
    return found


def _form(word: str) -> str:
    return word.translate(TO_A[word[0]])


def _decoded(text: str, decode: Callable[[str], bytes]) -> str:
    """What a text says in another writing, if that is text itself."""
    try:
        found = decode(text).decode("ascii")
    except (ValueError, binascii.Error, UnicodeError):
        return ""
    return found if READABLE.fullmatch(found) and found != text else ""


def _padded(text: str, size: int) -> str:
    return text + "=" * (-len(text) % size)


def _base64(text: str) -> bytes:
    return base64.b64decode(_padded(text.replace("-", "+").replace("_", "/"), 4), validate=True)


def _base32(text: str) -> bytes:
    return base64.b32decode(_padded(text, 8), casefold=True)


def _base85(text: str) -> bytes:
    return base64.b85decode(text)


def _hex(text: str) -> bytes:
    return bytes.fromhex(text)


DECODERS: dict[str, Callable[[str], bytes]] = {
    "hexadecimal": _hex,
    "base64": _base64,
    "base32": _base32,
    "base85": _base85,
}
