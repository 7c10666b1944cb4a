"""A small forest plot written as SVG by hand: many of them cost nothing, and its coordinates are cleared numbers."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from pipeline.disclosure.neutral import visible
from pipeline.report.numbers import ticks

WIDTH, LABELS, ROW, TOP, BOTTOM = 640, 330, 24, 8, 46
LEFT, RIGHT = LABELS + 10, WIDTH - 20
COLORS = {"passed": "#0072B2", "failed": "#D55E00", "primary": "#222222"}  # Okabe and Ito (2008)
LONGEST = 52  # characters of a label that fit beside the plot


@dataclass(frozen=True)
class Mark:
    """One line: label, estimate with interval as shown, and whether it is the primary, a passed or a failed check."""

    label: str
    estimate: float
    low: float
    high: float
    kind: str


@dataclass(frozen=True)
class Strip:
    """The plot with its caption and what it shows in words."""

    name: str
    caption: str
    alt: str
    svg: bytes
    width: str
    height: str


def strip(name: str, caption: str, alt: str, marks: list[Mark], unit: str) -> Strip:
    """Draw the marks on a shared axis in this unit that includes zero."""
    low = min(0.0, *(mark.low for mark in marks))
    high = max(0.0, *(mark.high for mark in marks))
    height = TOP + ROW * len(marks) + BOTTOM
    parts = [_line(_x(0.0, low, high), TOP, _x(0.0, low, high), height - BOTTOM, "#777777", 1)]
    for i, mark in enumerate(marks):
        parts += _row(mark, TOP + ROW * i + ROW // 2, low, high)
    parts += _axis(low, high, height - BOTTOM)
    parts.append(f'<text x="{(LEFT + RIGHT) // 2}" y="{height - 8}" text-anchor="middle">{escape(unit)}</text>')
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="DejaVu Sans, sans-serif" font-size="12" fill="#222222">'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    )
    svg = "\n".join([head, *parts, "</svg>", ""])
    return Strip(name, caption, alt, svg.encode("utf-8"), str(WIDTH), str(height))


def _row(mark: Mark, y: int, low: float, high: float) -> list[str]:
    color = COLORS[mark.kind]
    at = _x(mark.estimate, low, high)
    text = visible(mark.label)
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    point = f'<circle cx="{at}" cy="{y}" r="4.5" fill="{color}"/>'
    if mark.kind == "failed":
        point = f'<rect x="{at - 4.5:.1f}" y="{y - 4.5}" width="9" height="9" fill="{color}"/>'
    interval = _line(_x(mark.low, low, high), y, _x(mark.high, low, high), y, color, 2)
    return [f'<text x="{LABELS}" y="{y + 4}" text-anchor="end">{escape(text)}</text>', interval, point]


def _axis(low: float, high: float, y: int) -> list[str]:
    marks = []
    for value in ticks(low, high):
        label = f"{value:.6g}".replace("-", "−")
        marks.append(f'<text x="{_x(value, low, high)}" y="{y + 18}" text-anchor="middle">{label}</text>')
    return [_line(LEFT, y, RIGHT, y, "#777777", 1), *marks]


def _line(x1: float, y1: float, x2: float, y2: float, color: str, width: int) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{color}" stroke-width="{width}"/>'


def _x(value: float, low: float, high: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * (value - low) / ((high - low) or 1.0), 1)
