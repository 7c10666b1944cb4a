"""A small plot of predicted values against a dose, written as SVG by hand: its coordinates are cleared numbers."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from pipeline.disclosure.neutral import visible
from pipeline.report.numbers import ticks
from pipeline.report.strip import Strip

WIDTH, HEIGHT, TOP, BOTTOM, LEFT = 640, 300, 30, 48, 56
ALONE, LEGEND = 24, 250  # room right of the plot, without and with a legend
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8A6100", "#56B4E9", "#555555", "#000000")  # Okabe and Ito (2008)
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "12 4", "1 2", "6 2 1 2")
BANDS_UP_TO = 3  # more bands than that hide one another: whiskers at the right end then
LONGEST = 31  # characters of a label that fit into the legend
ENDS = 2  # with or without: two points, and the line between them only leads the eye
MOST_PLACES = 5  # with more places along the dose, only whole numbers are marked


@dataclass(frozen=True)
class Slope:
    """A line of predicted values with its band, as shown."""

    label: str
    at: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class _Frame:
    """Where values lie on the drawing."""

    x: tuple[float, float]
    y: tuple[float, float]
    right: int

    def px(self, value: float) -> float:
        low, high = self.x
        return round(LEFT + (self.right - LEFT) * (value - low) / ((high - low) or 1.0), 1)

    def py(self, value: float) -> float:
        low, high = self.y
        return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / ((high - low) or 1.0), 1)


def slopes(name: str, caption: str, alt: str, lines: list[Slope], axes: tuple[str, str], level: float | None) -> Strip:
    """Draw the lines; `axes` says what runs along and upwards, `level` where no effect would lie."""
    right = WIDTH - (LEGEND if len(lines) > 1 else ALONE)
    values = [value for line in lines for value in (*line.low, *line.high)] + ([] if level is None else [level])
    pad = 0.04 * ((max(values) - min(values)) or 1.0)
    places = [place for line in lines for place in line.at]
    frame = _Frame((min(places), max(places)), (min(values) - pad, max(values) + pad), right)
    parts = _axes(frame, axes, sorted(set(lines[0].at)))
    if level is not None:
        y = frame.py(level)
        parts.append(f'<line x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}" stroke="#777777" stroke-dasharray="2 3"/>')
    bands = len(lines) <= BANDS_UP_TO
    parts += [_band(line, frame, COLORS[i % len(COLORS)]) for i, line in enumerate(lines) if bands]
    for i, line in enumerate(lines):
        parts += _line(line, i, len(lines), frame, bands)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="DejaVu Sans, sans-serif" font-size="12" fill="#222222">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    )
    return Strip(name, caption, alt, "\n".join([head, *parts, "</svg>", ""]).encode("utf-8"), str(WIDTH), str(HEIGHT))


def _band(line: Slope, frame: _Frame, color: str) -> str:
    up = [f"{frame.px(x)},{frame.py(y)}" for x, y in zip(line.at, line.high, strict=True)]
    down = [f"{frame.px(x)},{frame.py(y)}" for x, y in zip(line.at, line.low, strict=True)]
    return f'<polygon points="{" ".join([*up, *reversed(down)])}" fill="{color}" fill-opacity="0.18"/>'


def _line(line: Slope, i: int, n: int, frame: _Frame, bands: bool) -> list[str]:
    color, dash = COLORS[i % len(COLORS)], DASHES[i % len(DASHES)]
    stroke = f'stroke="{color}" stroke-width="2.5"' + (f' stroke-dasharray="{dash}"' if dash else "")
    points = " ".join(f"{frame.px(x)},{frame.py(y)}" for x, y in zip(line.at, line.mean, strict=True))
    parts = [f'<polyline points="{points}" fill="none" {stroke}/>']
    if len(line.at) == ENDS:
        ends = zip(line.at, line.mean, strict=True)
        parts += [f'<circle cx="{frame.px(x)}" cy="{frame.py(y)}" r="4.5" fill="{color}"/>' for x, y in ends]
    if not bands:
        x = frame.px(line.at[-1]) + 6 + 5 * i
        parts.append(
            f'<line x1="{x}" y1="{frame.py(line.low[-1])}" x2="{x}" y2="{frame.py(line.high[-1])}" stroke="{color}" '
            'stroke-width="1.5"/>'
        )
    if n > 1:
        x, y = frame.right + (16 if bands else 22 + 5 * n), TOP + 8 + 20 * i
        text = visible(line.label)
        text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        parts.append(f'<line x1="{x}" y1="{y}" x2="{x + 26}" y2="{y}" {stroke}/>')
        parts.append(f'<text x="{x + 32}" y="{y + 4}">{escape(text)}</text>')
    return parts


def _axes(frame: _Frame, axes: tuple[str, str], places: list[float]) -> list[str]:
    bottom = HEIGHT - BOTTOM
    parts = [f'<text x="4" y="16">{escape(axes[1])}</text>']
    for value in ticks(*frame.y, about=5):
        y = frame.py(value)
        parts.append(f'<line x1="{LEFT}" y1="{y}" x2="{frame.right}" y2="{y}" stroke="#dddddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{_number(value)}</text>')
    marks = [place for place in places if place == int(place)] if len(places) > MOST_PLACES else places
    for place in marks:
        x = frame.px(place)
        parts.append(f'<line x1="{x}" y1="{bottom}" x2="{x}" y2="{bottom + 4}" stroke="#777777"/>')
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{_number(place)}</text>')
    parts.append(f'<line x1="{LEFT}" y1="{bottom}" x2="{frame.right}" y2="{bottom}" stroke="#777777"/>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 8}">{escape(axes[0])}</text>')
    return parts


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")
