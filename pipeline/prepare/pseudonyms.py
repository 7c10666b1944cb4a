"""Pseudonyms: a keyed hash of what an id was, so that nobody without the key can tell or try out who it is."""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Iterable, Sequence

from pipeline.prepare.plan import Kind

PREFIX: dict[Kind, str] = {"client": "C", "worker": "W", "agency": "A", "session": "S", "episode": "E"}
ALPHABET = "0123456789bcdfghjkmnpqrstvwxyz"  # no vowels: no name can stand in a pseudonym by chance
BETWEEN = re.compile(r"[;,/|+&\n]|\band\b")  # ids in one cell
LENGTH = 13  # 64 bits: of a million clients, two share a pseudonym with a chance of 1 in 30 million


def pseudonym(key: bytes, kind: Kind, text: str) -> str:
    """The pseudonym of one id: HMAC-SHA-256 over its kind and its text without spaces around it; empty for empty."""
    plain = text.strip()
    if not plain:
        return ""
    drawn = ""
    tries = 0
    while not any(map(str.isdecimal, drawn)):  # one in two hundred is all letters, and would look like a name
        drawn = _letters(hmac.digest(key, f"{kind}\0{tries}\0{plain}".encode(), "sha256"))
        tries += 1
    return PREFIX[kind] + drawn


def _letters(digest: bytes) -> str:
    number = int.from_bytes(digest)
    drawn = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        drawn.append(ALPHABET[place])
    return "".join(drawn)


def shuffled_rows(key: bytes, rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """Rows in an order that depends on the key and on what they hold, not on the order they came in."""
    marked = sorted((hmac.digest(key, "\x1f".join(("row", *row)).encode(), "sha256"), list(row)) for row in rows)
    return [row for _, row in marked]


def several_ids(cells: Sequence[str], known: Collection[str]) -> int:
    """How many cells hold several ids that stand alone elsewhere: `12; 17`, `12 and 17`."""
    together = {cell for cell in set(cells) if cell.strip() not in known or BETWEEN.search(cell.strip())}
    several = {cell for cell in together if len(parts := _parts(cell)) > 1 and sum(part in known for part in parts) > 1}
    return sum(cell in several for cell in cells)


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in BETWEEN.split(cell) if part.strip()]


def near_twins(texts: Iterable[str]) -> int:
    """How many different ids differ from another only by case, spaces inside or leading zeros: perhaps one person twice."""
    seen: dict[str, int] = {}
    for text in {text.strip() for text in texts} - {""}:
        plain = re.sub(r"(?<![0-9])0+(?=[0-9])", "", re.sub(r"\s+", "", text)).casefold()
        seen[plain] = seen.get(plain, 0) + 1
    return sum(count for count in seen.values() if count > 1)
