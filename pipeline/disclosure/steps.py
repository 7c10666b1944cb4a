"""Numbers as a release shows them: in steps of a unit, and never finer; made by the gate alone."""

from __future__ import annotations

import math
from collections.abc import Callable

from pipeline.disclosure.precision import (
    LEAST_P,
    decimals,
    to_unit,
)
from pipeline.disclosure.shown import Shown
from pipeline.results.backing import Backing


def as_backing(behind: Backing | int) -> Backing:
    """The people behind a number, from their record or from a number of clients."""
    return behind if isinstance(behind, Backing) else Backing(behind)


def scaled_error(estimate: float | None, std_error: float | None, scale: Callable[[float], float]) -> float | None:
    """A standard error on another scale, by the delta method."""
    if estimate is None or std_error is None:
        return std_error
    return abs(scale(estimate + std_error / 2) - scale(estimate - std_error / 2))


def width_of(ends: tuple[float, float] | None) -> float | None:
    """The width of an interval, where there is one."""
    return None if ends is None else ends[1] - ends[0]


def in_steps(value: float, unit: float, digits: int) -> Shown:
    """A number in steps of its unit, and with no more decimals than asked for."""
    coarse = max(unit, 10.0**-digits)
    return setting_shown(to_unit(value, coarse), decimals(coarse))


def p_shown(value: float, unit: float, alpha: float) -> Shown:
    """A p value in steps of a unit, on its own side of `alpha` and never 0 or 1."""
    shown, digits = to_unit(value, unit), decimals(unit)
    if value < LEAST_P:
        return Shown(f"< {without_leading_zero(LEAST_P, 3)}", LEAST_P)
    if (value < alpha) != (shown < alpha) or math.isclose(shown, alpha):
        return Shown(f"{'<' if value < alpha else '>'} {without_leading_zero(alpha, 2)}", alpha)
    if shown <= 0:
        return Shown(f"< {without_leading_zero(unit, digits)}", unit)
    if shown >= 1:
        return Shown(f"> {without_leading_zero(1 - unit, digits)}", 1 - unit)
    return Shown(f"= {without_leading_zero(shown, digits)}", round(shown, digits))


def p_text(value: float) -> str:
    """A p value as it was shown, from the number a release keeps of it."""
    return f"< {without_leading_zero(LEAST_P, 3)}" if value <= LEAST_P else f"= {value:g}".replace("0.", ".", 1)


def without_leading_zero(value: float, digits: int) -> str:
    """A number below 1 without its leading zero."""
    return f"{value:.{digits}f}".replace("0.", ".", 1)


def count_shown(value: int) -> Shown:
    """A count that may be shown."""
    return Shown(f"{value:,}", value)


def setting_shown(value: float, digits: int = 0) -> Shown:
    """A number that is about no client: a setting, a threshold, a level of a scale."""
    value = round(value, digits) + 0.0
    text = f"{value:,.{digits}f}".replace("-", "−")
    return Shown(text, int(value) if digits == 0 else value)
