"""Numbers as a reader meets them: digits follow the standard error, p as APA writes it."""

from __future__ import annotations

import math

from pipeline.disclosure.shown import Shown

TWO_DIGITS_UP_TO = (
    3.54  # a standard error led by more than this is shown with one digit, else with two (Particle Data Group)
)
MOST_DIGITS = 6
MINUS = "−"
SLACK = 1e-9  # a tick that misses its axis by rounding alone still belongs to it
NO_BREAK = "\u00a0"


def digits_for(std_error: float | None, default: int = 2) -> int:
    """The decimals that show a standard error with two significant digits, or one where it is led by a 4 or more.

    The rule of the Particle Data Group (Review of Particle Physics, "Rounding"): what lies beyond is noise.
    """
    if std_error is None or not math.isfinite(std_error) or std_error <= 0:
        return default
    lead, power = f"{std_error:.2e}".split("e")
    return min(MOST_DIGITS, max(0, (1 if float(lead) <= TWO_DIGITS_UP_TO else 0) - int(power)))


def p_value(p: float | None) -> Shown:
    """A p value in APA style: no leading zero, three decimals, never 0 or 1."""
    if p is None or not math.isfinite(p):
        return Shown("–")
    if p < 0.001:
        return Shown("< .001", 0.001)
    value = min(round(p, 3), 0.999)
    return Shown("> .999", 0.999) if p > 0.999 else Shown(f"= {value:.3f}".replace("0.", "."), value)


def p_cell(p: float | None) -> Shown:
    """A p value for a table cell: as `p_value` without the equals sign."""
    shown = p_value(p)
    return Shown(shown.text.removeprefix("= "), shown.value)


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
