"""A set of ids cut into what all share and what tells them apart: the bodies, and the alphabet they are written in."""

from __future__ import annotations

import re
import string
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

PREFIX = re.compile(r"^([A-Za-z]{1,4}[-_]?)(?=.)")
FEW_PREFIXES = 0.05  # the share of ids that may begin differently, for sites or kinds of people
HEX, DECIMAL = "0123456789abcdef", string.digits
ALPHABETS = (
    DECIMAL,
    HEX,
    HEX.upper(),
    string.ascii_lowercase + "234567",  # base32
    string.ascii_uppercase + "234567",
    DECIMAL + "ABCDEFGHJKMNPQRSTVWXYZ",  # Crockford's
    DECIMAL + "abcdefghjkmnpqrstvwxyz",
    string.ascii_lowercase,
    string.ascii_uppercase,
    DECIMAL + string.ascii_lowercase,
    DECIMAL + string.ascii_uppercase,
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",  # base58
    string.ascii_letters,
    DECIMAL + string.ascii_letters,
    DECIMAL + string.ascii_letters + "-_",
)
UUID = re.compile(r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Bodies:
    """Ids in order of appearance, and their bodies: without the letters they begin with, where these are few."""

    ids: tuple[str, ...]
    bodies: tuple[str, ...]

    @cached_property
    def lengths(self) -> Counter[int]:
        """How many bodies have which length."""
        return Counter(map(len, self.bodies))

    @cached_property
    def length(self) -> int:
        """The commonest length."""
        return self.lengths.most_common(1)[0][0]

    @cached_property
    def usual(self) -> tuple[str, ...]:
        """The bodies of the commonest length."""
        return tuple(body for body in self.bodies if len(body) == self.length)

    @cached_property
    def alphabet(self) -> str:
        """The smallest alphabet that holds every character of the places that vary; empty where none does."""
        used = {char for place in self.varying for char in place}
        return next((letters for letters in ALPHABETS if used <= set(letters)), "")

    @cached_property
    def varying(self) -> tuple[str, ...]:
        """The characters at each place of the usual bodies, place by place, those left out that are the same in all."""
        places = ("".join(place) for place in zip(*self.usual, strict=True))
        return tuple(place for place in places if len(set(place)) > 1)

    @cached_property
    def is_decimal(self) -> bool:
        """Whether all bodies are digits."""
        return all(body.isdecimal() and body.isascii() for body in self.bodies)

    @cached_property
    def version(self) -> str:
        """The version of the UUIDs that the ids end in; empty where they are none."""
        found = {match[0].replace("-", "")[12] if (match := UUID.search(text)) else "" for text in self.ids}
        return found.pop() if len(found) == 1 else ""


def cut_ids(ids: list[str]) -> Bodies:
    """The bodies of a set of ids: without one leading run of letters where few different ones are used."""
    heads = [match[1] if (match := PREFIX.match(text)) else "" for text in ids]
    shared = _shared(ids)
    by_chance = len(set(map(len, ids))) == 1 < len(set(map(len, heads)))  # ids of one length whose letters go on as drawn
    if len(set(heads)) <= max(3, FEW_PREFIXES * len(ids)) and all(heads) and not by_chance:
        return Bodies(tuple(ids), tuple(text[len(head) :] for text, head in zip(ids, heads, strict=True)))
    return Bodies(tuple(ids), tuple(text[shared:] for text in ids))


def _shared(ids: list[str]) -> int:
    """How many characters all ids begin with alike."""
    low, high = min(ids), max(ids)
    return next((place for place, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
