"""Pseudonyms: a keyed hash of what an id was, so that nobody without the key can tell or try out who it is."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence

from pipeline.prepare.plan import Kind

PREFIX: dict[Kind, str] = {"client": "C", "worker": "W", "agency": "A", "session": "S", "episode": "E"}
DIGITS = 16  # hexadecimal: of a million clients, two share one with a chance of 1 in 37 million
KEY_BYTES = 32


def pseudonym(key: bytes, kind: Kind, text: str) -> str:
    """The pseudonym of one id: HMAC-SHA-256 over its kind and its text without spaces around it; empty for empty."""
    plain = text.strip()
    if not plain:
        return ""
    return PREFIX[kind] + hmac.digest(key, f"{kind}\0{plain}".encode(), "sha256").hex()[:DIGITS]


def shuffled(key: bytes, rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """Rows in an order that depends on the key and on what they hold, not on the order they came in."""
    marked = sorted((hmac.digest(key, "\x1f".join(("row", *row)).encode(), "sha256"), list(row)) for row in rows)
    return [row for _, row in marked]


def near_twins(texts: Iterable[str]) -> int:
    """How many different ids differ from another only by case, spaces inside or leading zeros: perhaps one person twice."""
    seen: dict[str, int] = {}
    for text in {text.strip() for text in texts} - {""}:
        plain = re.sub(r"(?<![0-9])0+(?=[0-9])", "", re.sub(r"\s+", "", text)).casefold()
        seen[plain] = seen.get(plain, 0) + 1
    return sum(count for count in seen.values() if count > 1)
