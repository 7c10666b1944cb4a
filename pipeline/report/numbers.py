"""Numbers as a reader meets them."""

from __future__ import annotations

import math

from pipeline.disclosure.shown import Shown

MINUS = "−"
SLACK = 1e-9  # a tick that misses its axis by rounding alone still belongs to it
NO_BREAK = "\u00a0"


def p_cell(shown: Shown) -> Shown:
    """A p value for a table cell: without the equals sign."""
    return Shown(shown.text.removeprefix("= "), shown.value, shown.hidden)


def magnitude(shown: Shown) -> str:
    """A number without its sign, for prose that says higher or lower."""
    return shown.text.removeprefix(MINUS)


def bracket(low: Shown, high: Shown) -> str:
    """An interval as APA writes it: [low, high]."""
    return f"[{low}, {high}]"


def unbroken(text: str) -> str:
    """Text that no line break may part."""
    return text.replace(" ", NO_BREAK)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers between two values for an axis."""
    raw = (high - low) / about or 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= raw * (1 - SLACK))
    first, last = math.ceil(low / step - SLACK), math.floor(high / step + SLACK)
    return [round(i * step, 12) for i in range(first, last + 1)]


def percent(level: float) -> str:
    """A level like 0.95 as 95%."""
    return f"{100 * level:g}%"


def listed(items: list[str], last: str = "and") -> str:
    """Words in a row: a; a and b; a, b, and c."""
    if len(items) <= 2:
        return f" {last} ".join(items)
    return f"{', '.join(items[:-1])}, {last} {items[-1]}"
