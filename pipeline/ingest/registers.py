"""Numbers of official registers behind an id: those with a check digit that fits, or the shape that only such numbers have.

A rule counts where all of a set's numbers keep it and so many cannot by chance: with chance p each, p to the n below CHANCE.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.ingest.bodies import Bodies

CHANCE = 1e-5
COUNTRIES = tuple(f"{a}{b}" for a in range(10, 36) for b in range(10, 36))
CASE_NUMBER = re.compile(
    r"(?:19|20)[0-9]{2}[-_/]?[A-Za-z]{0,3}[-_/]?[0-9]{2,8}|[A-Za-z]{1,4}[-_/]?[0-9]{2,6}[-_/](?:(?:19|20))?[0-9]{2}"
)
SOUNDEX = re.compile(r"[A-Z][0-6]{3}")


@dataclass(frozen=True)
class Register:
    """A kind of number: what it is called, which digits it may have, and how often digits of chance would pass."""

    name: str
    digits: range
    fits: Callable[[str], bool]
    chance: float


def register_found(ids: Bodies) -> str:
    """What numbers the ids seem to hold; empty where they are none that is known."""
    digits = [re.sub(r"[^0-9]", "", body) for body in ids.bodies]
    share = sum(map(len, digits)) / max(1, sum(len(re.sub(r"[-_ ]", "", body)) for body in ids.bodies))
    if share > 0.99:
        for kind in REGISTERS:
            possible = all(len(text) in kind.digits for text in digits) and _beyond(kind.chance, len(digits))
            if possible and all(kind.fits(text) for text in digits):
                return kind.name
    return _account(ids) or _shape(ids)


def _beyond(chance: float, n: int) -> bool:
    return n * math.log(chance) < math.log(CHANCE)


def _account(ids: Bodies) -> str:
    """Bank accounts: an IBAN's check digits, with its country in clear or left off."""
    whole = [re.sub(r"[^0-9A-Za-z]", "", text).upper() for text in ids.ids]
    n = len(whole)
    in_clear = n >= 4 and all(re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}", text) for text in whole)
    if in_clear and all(_mod97(text[4:] + text[:4]) for text in whole):
        return "bank account numbers"
    digits = [re.sub(r"[^0-9]", "", body) for body in ids.bodies]
    if n >= 6 and all(10 <= len(text) <= 30 for text in digits):
        for country in COUNTRIES:
            if all(int(text[2:] + country + text[:2]) % 97 == 1 for text in digits):
                return "bank account numbers"
    return ""


def _mod97(text: str) -> bool:
    return int("".join(str(int(char, 36)) for char in text)) % 97 == 1


def _shape(ids: Bodies) -> str:
    """Shapes that only a register gives: a year and a running number, a name's sound and a number."""
    texts = [body for body in ids.bodies if len(body) >= 6]
    if len(texts) < max(5, 0.9 * len(ids.bodies)):
        return ""
    years = [re.findall(r"(?:19|20)[0-9]{2}", text) for text in texts]
    separated = sum(bool(CASE_NUMBER.fullmatch(text)) and bool(re.search(r"[-_/]", text)) for text in texts)
    if separated > 0.9 * len(texts) and all(years):
        return "case numbers with a year"
    if ids.varying and sum(bool(SOUNDEX.match(text)) for text in ids.ids) > 0.95 * len(ids.ids) and len(ids.ids) >= 8:
        return "numbers that begin with the sound of a name" if len({text[0] for text in ids.ids}) > 3 else ""
    return ""


def luhn(text: str) -> bool:
    """Luhn's check digit: cards, and many record numbers."""
    total = 0
    for place, char in enumerate(reversed(text)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def mod11(text: str) -> bool:
    """The weighted check digit of NHS numbers and of ISBN: weights n ... 1, a multiple of 11."""
    return sum(int(char) * weight for char, weight in zip(text, range(len(text), 0, -1), strict=True)) % 11 == 0


def verhoeff(text: str) -> bool:
    """Verhoeff's check digit: the dihedral group of ten."""
    check = 0
    for place, char in enumerate(reversed(text)):
        check = DIHEDRAL[check][PERMUTED[place % 8][int(char)]]
    return check == 0


def ssn(text: str) -> bool:
    """A social security number: no area 000, 666 or above 899, no group 00, no serial 0000."""
    return text[:3] not in ("000", "666") and text[0] != "9" and text[3:5] != "00" and text[5:] != "0000"


def phone(text: str) -> bool:
    """A North American telephone number: neither area nor exchange begins with 0 or 1."""
    text = text[1:] if len(text) == 11 and text[0] == "1" else text
    return len(text) == 10 and text[0] > "1" and text[3] > "1"


def _dihedral(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else (a + b - 5) % 5 + 5
    return (a - b) % 5 + 5 if b < 5 else (a - b) % 5


DIHEDRAL = tuple(tuple(_dihedral(a, b) for b in range(10)) for a in range(10))
FIRST = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _permuted() -> tuple[tuple[int, ...], ...]:
    rows = [tuple(range(10))]
    for _ in range(7):
        rows.append(tuple(rows[-1][FIRST[digit]] for digit in range(10)))
    return tuple(rows)


PERMUTED = _permuted()
REGISTERS = (
    Register("numbers with a check digit", range(7, 20), luhn, 0.1),
    Register("health service numbers", range(8, 14), mod11, 1 / 11),
    Register("numbers with a check digit", range(7, 20), verhoeff, 0.1),
    Register("social security numbers", range(9, 10), ssn, 0.888),
    Register("telephone numbers", range(10, 12), phone, 0.64),
)
