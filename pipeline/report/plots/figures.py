"""What a figure shows, as cleared numbers and words: rows of dots with intervals, charts of lines, bars.

A reader draws them: places along an axis are percentages of its length (`Axis.place`), so that shapes stretch and words keep
their size. `alt` says in words what is to be seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from pipeline.disclosure.shown import Shown
from pipeline.report.plots.palette import Glyph, Tone

Point = tuple[Shown, Shown]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis with its label."""

    at: Shown
    label: str


@dataclass(frozen=True)
class Axis:
    """An axis from `low` to `high`: its ticks, the line of no difference, the band of what is too small to matter."""

    low: Shown
    high: Shown
    ticks: tuple[Tick, ...]
    title: str = ""
    zero: Shown | None = None
    band: tuple[Shown, Shown] | None = None
    log: bool = False
    lower: str = ""
    higher: str = ""

    def place(self, value: Shown) -> float:
        """Where a value lies, in percent of the axis; what lies beyond an end stands at it."""
        low, high, at = (_scaled(one, self.log) for one in (self.low, self.high, value))
        return round(min(100.0, max(0.0, 100 * (at - low) / ((high - low) or 1.0))), 2)


@dataclass(frozen=True)
class Mark:
    """A dot with its 95% interval; `inner` is the 90% interval where a verdict rests on it, hollow ones do not decide."""

    estimate: Shown
    low: Shown
    high: Shown
    tone: Tone
    hollow: bool = False
    inner: tuple[Shown, Shown] | None = None


@dataclass(frozen=True)
class Verdict:
    """A verdict's word and mark beside a row."""

    word: str
    glyph: Glyph
    tone: Tone
    gloss: str


@dataclass(frozen=True)
class Row:
    """One line: what it is, its marks, and its number in words; one without marks says why (`told`)."""

    label: str
    marks: tuple[Mark, ...] = ()
    number: str = ""
    interval: str = ""
    tag: str = ""
    quote: bool = False
    strong: bool = False
    href: str = ""
    tip: str = ""
    told: str = ""
    glyph: Glyph | None = None
    tone: Tone = "open"
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Group:
    """Rows under a small heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Rows:
    """Dots with intervals, one line each, on one axis; `shape` says which columns the lines have."""

    name: str
    caption: str
    alt: str
    axis: Axis
    groups: tuple[Group, ...]
    note: str = ""
    shape: str = "levels"  # levels, forest, ladder, mini
    unit: str = ""


@dataclass(frozen=True)
class Line:
    """A line with its ribbon, dots at some of its points, and its label at the last."""

    points: tuple[Point, ...]
    tone: Tone
    label: str = ""
    ribbon: tuple[tuple[Shown, Shown, Shown], ...] = ()  # along, low, high
    whiskers: bool = False  # the ribbon as bars at the points
    dots: tuple[Point, ...] = ()
    dashed: bool = False
    label_up: bool = True


@dataclass(frozen=True)
class Label:
    """Words at a point."""

    at: Point
    text: str
    tone: Tone = "open"
    side: str = "left"  # of the point: left, right, over
    strong: bool = False


@dataclass(frozen=True)
class Strip:
    """A line of ticks under a chart: where along it a choice was made; `head` begins a group of choices."""

    label: str
    at: tuple[Shown, ...]
    head: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Chart:
    """Lines against two axes; `wedge` is where a difference would be too small to matter; `strips` stand below."""

    name: str
    caption: str
    alt: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    note: str = ""
    wedge: tuple[Point, ...] = ()
    labels: tuple[Label, ...] = ()
    level: Shown | None = None
    strips: tuple[Strip, ...] = ()


@dataclass(frozen=True)
class Multiples:
    """Small charts that share their axes."""

    name: str
    caption: str
    alt: str
    charts: tuple[Chart, ...]
    note: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a bar."""

    value: Shown
    tone: Tone
    faint: bool = False


@dataclass(frozen=True)
class Bar:
    """A bar in one part or several, and its number in words."""

    label: str
    parts: tuple[Part, ...]
    text: str
    head: bool = False


@dataclass(frozen=True)
class Bars:
    """Bars from zero to `most`; `legend` names the parts where there are several."""

    name: str
    caption: str
    alt: str
    bars: tuple[Bar, ...]
    most: Shown
    legend: tuple[tuple[str, Tone, str], ...] = field(default=())  # word, tone, "faint" or nothing
    note: str = ""
    abreast: bool = False  # its groups stand side by side where there is room


Figure = Rows | Chart | Multiples | Bars


def _scaled(value: Shown, log: bool) -> float:
    number = float(value.value or 0.0)
    return math.log(max(number, 1e-12)) if log else number
