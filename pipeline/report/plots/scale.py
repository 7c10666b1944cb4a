"""Axes with round ticks around cleared numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipeline.disclosure.shown import Shown, derived_number
from pipeline.report.numbers import ticks
from pipeline.report.plots.figures import Axis, Tick

ROOM = 0.06  # of the span, at each end
ODDS = (0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
MOST_TICKS = 6


def linear_axis(
    values: Iterable[Shown],
    *,
    zero: bool = True,
    band: tuple[Shown, Shown] | None = None,
    title: str = "",
    about: int = 4,
    lower: str = "",
    higher: str = "",
    tell: Callable[[float], str] | None = None,
    ends: tuple[float, float] | None = None,
) -> Axis:
    """An axis that holds all values, the band and (unless `zero` is False) zero; `ends` are limits it may not pass."""
    known = [*values, *(band or ())]
    numbers = [float(one.value or 0.0) for one in known] + ([0.0] if zero else [])
    low, high = min(numbers), max(numbers)
    room = ROOM * ((high - low) or 1.0)
    low, high = low - room, high + room
    if ends:
        low, high = max(low, ends[0]), min(high, ends[1])
    at = ticks(low, high, about)
    places = max((_decimals(one) for one in at), default=0)
    marks = tuple(Tick(derived_number(one, *known), tell(one) if tell else tick_label(one, places)) for one in at)
    nothing = derived_number(0.0, *known) if zero else None
    return Axis(derived_number(low, *known), derived_number(high, *known), marks, title, nothing, band, False, lower, higher)


def odds_axis(
    values: Iterable[Shown], *, band: tuple[Shown, Shown] | None = None, title: str = "", lower: str = "", higher: str = ""
) -> Axis:
    """A logarithmic axis of odds ratios around 1."""
    known = [*values, *(band or ())]
    numbers = [max(float(one.value or 0.0), ODDS[0]) for one in known]
    low, high = min([*numbers, 0.8]) * 0.88, max([*numbers, 1.25]) * 1.13
    at = [one for one in ODDS if low <= one <= high]
    while len(at) > MOST_TICKS:
        at = [one for i, one in enumerate(at) if one == 1.0 or (i - at.index(1.0)) % 2 == 0]
    marks = tuple(Tick(derived_number(one, *known), tick_label(one)) for one in at)
    ends = derived_number(low, *known), derived_number(high, *known)
    return Axis(*ends, marks, title, derived_number(1.0, *known), band, True, lower, higher)


def tick_label(value: float, places: int | None = None) -> str:
    """A tick's label, with as many decimals as the others of its axis; zero is bare."""
    if places is None or value == 0:
        return f"{value:.6g}".replace("-", "−")
    return f"{value:.{places}f}".replace("-", "−")


def _decimals(value: float) -> int:
    text = f"{value:.6g}"
    return len(text.split(".")[1]) if "." in text else 0


def signed_tick_label(value: float) -> str:
    """A tick's label with its sign."""
    return tick_label(value) if value <= 0 else f"+{tick_label(value)}"


def band_around_zero(half: Shown) -> tuple[Shown, Shown] | None:
    """A band of this half-width around zero; None where that is not shown."""
    if half.value is None:
        return None
    return derived_number(-float(half.value), half), derived_number(float(half.value), half)
