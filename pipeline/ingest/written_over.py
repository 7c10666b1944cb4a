"""Ids that say what they hide in another writing: base64, hexadecimal, letters moved along the alphabet or turned round."""

from __future__ import annotations

import base64
import binascii
import re
import string
from collections.abc import Callable

from pipeline.base.person_names import known
from pipeline.ingest.bodies import Bodies

MOST = 400  # ids looked at
SHARE = 0.5  # of ids that can be read from which on they were written so
NAMED = 0.2  # of ids in which a name stands from which on it is no chance; of few ids at least LEAST
LEAST = 2
READABLE = re.compile(r"[A-Za-z0-9 .,'/_@-]{3,}")
LEET = str.maketrans("431057", "aeiost")


def writing_found(ids: Bodies) -> str:
    """How the ids are written over; empty where nothing can be read in them."""
    for texts in dict.fromkeys((ids.ids[:MOST], ids.bodies[:MOST])):
        for name, decode in DECODERS.items():
            read = [_decoded(text, decode) for text in texts]
            if sum(bool(found) for found in read) >= max(4, SHARE * len(texts)):
                return f"readable as {name}"
    return "names of people" if _named(ids) else ""


def _named(ids: Bodies) -> bool:
    """Whether the letters of many ids are names, as they stand, moved along the alphabet or turned round."""
    words = [_letters(text) for text in ids.bodies[:MOST]] + [_letters(text) for text in ids.ids[:MOST]]
    half = len(words) // 2
    needed = max(LEAST, NAMED * half)
    for part in (words[:half], words[half:]):
        long = [word for word in part if word]
        if len(long) < needed:
            continue
        for shift in range(26):
            moved = [_moved(word, shift) for word in long]
            hits = sum(_is_name(word) for word in moved)
            back = sum(_is_name(word[::-1]) for word in moved)
            if max(hits, back) >= needed and (shift == 0 or max(hits, back) >= max(4, needed)):
                return True
    return False


def _letters(text: str) -> str:
    """The longest run of letters of an id, digits that stand for letters turned back; empty where it is short."""
    plain = text.lower()
    runs = re.findall(r"[a-z]+", plain) + re.findall(r"[a-z]+", plain.translate(LEET))
    longest = max(runs, key=len, default="")
    return longest if len(longest) >= 4 else ""


def _is_name(word: str) -> bool:
    """A name by itself, or behind or before an initial."""
    names = known()
    return (
        word in names
        or word[1:] in names
        or word[:-1] in names
        or any(word[:cut] in names and word[cut:] in names for cut in range(3, len(word) - 2))
    )


def _moved(word: str, shift: int) -> str:
    letters = string.ascii_lowercase
    return word.translate(str.maketrans(letters, letters[shift:] + letters[:shift]))


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
