"""Figures drawn from cleared numbers only, and the words that say what each shows."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.disclosure.neutral import visible
from pipeline.report.raster import pngs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito (2008): told apart also by color-blind readers; a marker shape says the same again.
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, GRAY = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#555555",
)
CYCLE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
MARKERS = ("o", "s", "^", "D", "v", "P")
INK = "#222222"
FONT = "DejaVu Sans"  # comes with matplotlib
LONGEST = 52  # characters of a line that leave room for what is drawn beside it
ALL_TICKS, SHORTEST = 70, 12  # characters under the x axis in all, and of a tick among many
NO_GLYPH = "\N{REPLACEMENT CHARACTER}"
STYLE: Any = {
    "font.family": FONT,
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "text.parse_math": False,  # a label is text, whatever dollar signs are in it
    "svg.hashsalt": "alliance",  # ids inside an SVG: the same in every run
}


@dataclass(frozen=True)
class Drawn:
    """A drawing as SVG, with its width and height in CSS pixels, and the dots to the inch of its PNG."""

    svg: bytes
    width: str
    height: str
    dpi: str


@dataclass(frozen=True)
class Figure:
    """A figure: file name, title, what it shows in words, and the drawing."""

    name: str
    caption: str
    alt: str
    drawn: Drawn = field(repr=False)  # a notebook stores the repr beside the picture: no sizes, no SVG a second time

    def _repr_png_(self) -> bytes:
        """The figure in a notebook."""
        return pngs({self.name: self.svg}, int(self.drawn.dpi))[self.name]

    @property
    def svg(self) -> bytes:
        """The drawing as SVG: its coordinates tell the cleared numbers it was made from, and no others."""
        return self.drawn.svg


@dataclass(frozen=True)
class Interval:
    """A point with its interval, as a forest plot draws it."""

    label: str
    estimate: float
    low: float
    high: float
    color: str = BLUE
    marker: str = "o"


@dataclass(frozen=True)
class Curve:
    """Group means along an axis, each with an interval where it has one."""

    label: str
    at: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def forest(rows: list[Interval], axis: str, band: float | None, dpi: int) -> Drawn:
    """Estimates with intervals, one a line, a line at zero and a band of effects too small to matter."""

    def draw(axes: Axes) -> None:
        if band:
            axes.axvspan(-band, band, color="#EEEEEE", zorder=0)
        axes.axvline(0, color=GRAY, linewidth=1, zorder=1)
        for y, row in enumerate(reversed(rows)):
            axes.plot([row.low, row.high], [y, y], color=row.color, linewidth=2, solid_capstyle="butt", zorder=2)
            axes.plot([row.estimate], [y], row.marker, color=row.color, markersize=7, zorder=3)
        axes.set_yticks(range(len(rows)), [_label(row.label) for row in reversed(rows)])
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.set_xlabel(axis)
        axes.tick_params(axis="y", length=0)
        axes.spines[["left"]].set_visible(False)

    return drawn(draw, 6.8, 0.9 + 0.38 * len(rows), dpi)


def curves(lines: list[Curve], x: str, y: str, ticks: list[str] | None, dpi: int) -> Drawn:
    """Group means with intervals along sessions or phases, one line a group."""

    def draw(axes: Axes) -> None:
        width = 0.06 * (len(lines) - 1)
        for i, line in enumerate(lines):
            shift = (i - (len(lines) - 1) / 2) * width / max(1, len(lines) - 1) * 2
            at = [value + shift for value in line.at]
            spread = [
                [m - low for m, low in zip(line.mean, line.low, strict=True)],
                [high - m for m, high in zip(line.mean, line.high, strict=True)],
            ]
            style: dict[str, Any] = {"color": CYCLE[i % 6], "marker": MARKERS[i % 6], "markersize": 5, "linewidth": 1.5}
            axes.errorbar(at, line.mean, yerr=spread, capsize=2, label=_label(line.label), elinewidth=1, **style)
        if ticks:
            longest = max(SHORTEST, ALL_TICKS // len(ticks))
            axes.set_xticks(range(len(ticks)), [_label(tick, longest) for tick in ticks])
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        if len(lines) > 1:
            axes.legend(frameon=False, fontsize=9, ncols=2)
        axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)

    return drawn(draw, 6.8, 3.4, dpi)


def bars(labels: list[str], groups: dict[str, list[float]], x: str, dpi: int) -> Drawn:
    """Stacked horizontal bars: one a label, one color a group."""

    def draw(axes: Axes) -> None:
        left = [0.0] * len(labels)
        at = list(range(len(labels)))[::-1]
        for i, (name, values) in enumerate(groups.items()):
            axes.barh(at, values, left=left, color=CYCLE[i % 6], edgecolor="white", linewidth=0.8, label=_label(name))
            left = [a + b for a, b in zip(left, values, strict=True)]
        axes.set_yticks(at, [_label(label) for label in labels])
        axes.set_xlabel(x)
        axes.tick_params(axis="y", length=0)
        axes.legend(frameon=False, fontsize=9, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)

    return drawn(draw, 6.8, 1.3 + 0.34 * len(labels), dpi)


def _label(text: str, longest: int = LONGEST) -> str:
    """A label without control or direction marks, its own line breaks aside, as far as there is room and the font goes.

    The tables have it whole.
    """
    lines = (visible(line) for line in text.split("\n"))
    return "\n".join(_drawable(line if len(line) <= longest else line[: longest - 1] + "…") for line in lines)


def _drawable(text: str) -> str:
    """The text with one mark for each run of characters that the font lacks."""
    known = _known()
    kept = "".join(char if ord(char) in known else NO_GLYPH for char in text)
    return re.sub(f"{NO_GLYPH}+", NO_GLYPH, kept)


@cache
def _known() -> frozenset[int]:
    """The code points that the font of the drawings has a glyph for."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(FONT)).get_charmap())


def drawn(draw: Callable[[Any], None], width: float, height: float, dpi: int) -> Drawn:
    """Draw on a canvas of its own, without pyplot's state, the time or the version in the files."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Drawing

    with rc_context(STYLE):
        drawing = Drawing(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(drawing)
        axes = drawing.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        svg = io.BytesIO()
        drawing.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return Drawn(svg.getvalue(), f"{width * 96:.0f}", f"{height * 96:.0f}", str(dpi))
