"""Drawings of the measures: items under their key, shares of variance, reliability and response over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.report.figures import BLUE, GRAY, INK, ORANGE, SKY, VERMILION, Drawn, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 5.2  # inches: on a phone of 360 px the letters stay above 7 px
AROUND = 1.1  # inches for axis, legend and margins
LINE = 0.2  # inches a line of a plot with many
OPEN_LINE = 0.32  # the same with few
MANY = 16
SMALL = 8
BESIDE = 0.12  # how far alpha and omega of one block stand from its middle
LEAST_LABELED = 0.07  # a narrower part of a bar has no room for its percentage
PARTS = {"Workers": (BLUE, "white"), "Clients": (ORANGE, INK), "Sessions": ("#D9D9D9", INK)}
PART_HATCH = {"Workers": "", "Clients": "//", "Sessions": ""}


@dataclass(frozen=True)
class Dot:
    """An item's correlation with its interval; `against`: it runs against its key."""

    label: str
    estimate: float
    low: float
    high: float
    against: bool


@dataclass(frozen=True)
class Bar:
    """One score's shares of variance, by level."""

    label: str
    shares: dict[str, float]


def dots(rows: list[Dot], axis: str, dpi: int) -> Drawn:
    """Item-rest correlations with intervals, one item a line; those against their key in a color and shape of their own."""

    def draw(axes: Axes) -> None:
        axes.axvline(0, color=GRAY, linewidth=1, zorder=1)
        for y, row in enumerate(reversed(rows)):
            color, marker = (VERMILION, "s") if row.against else (BLUE, "o")
            axes.plot([row.low, row.high], [y, y], color=color, linewidth=1.6, solid_capstyle="butt", zorder=2)
            axes.plot([row.estimate], [y], marker, color=color, markersize=5, zorder=3)
        axes.set_yticks(
            range(len(rows)), [row.label for row in reversed(rows)], fontsize=SMALL if len(rows) > MANY else None
        )
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.set_xlim(min(-0.05, min(row.low for row in rows) - 0.05), 1.02)
        axes.set_xlabel(axis)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color="#DDDDDD", linewidth=0.6, zorder=0)
        axes.spines[["left"]].set_visible(False)
        if any(row.against for row in rows):
            _legend(axes)

    return drawn(draw, WIDTH, AROUND + (LINE if len(rows) > MANY else OPEN_LINE) * len(rows), dpi)


def _legend(axes: Axes) -> None:
    axes.plot([], [], "o", color=BLUE, markersize=5, label="runs with its key")
    axes.plot([], [], "s", color=VERMILION, markersize=5, label="runs against its key")
    axes.legend(frameon=False, fontsize=9, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)


def shares(rows: list[Bar], dpi: int) -> Drawn:
    """Shares of variance as one bar a score, cut by level, each part with its percentage."""
    from matplotlib.patches import Patch

    def draw(axes: Axes) -> None:
        at = list(range(len(rows)))[::-1]
        left = [0.0] * len(rows)
        for level, (color, ink) in PARTS.items():
            values = [row.shares.get(level, 0.0) for row in rows]
            axes.barh(at, values, left=left, color=color, hatch=PART_HATCH[level], edgecolor="white", linewidth=0.8)
            for y, start, value in zip(at, left, values, strict=True):
                if value >= LEAST_LABELED:
                    box = {"facecolor": color, "edgecolor": "none", "pad": 1.0}
                    axes.text(start + value / 2, y, f"{100 * value:.0f}%", color=ink, ha="center", va="center", bbox=box)
            left = [a + b for a, b in zip(left, values, strict=True)]
        axes.set_yticks(at, [row.label for row in rows])
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        axes.set_xlabel("Share of the score's variance")
        axes.tick_params(axis="y", length=0)
        shown = [level for level in PARTS if any(level in row.shares for row in rows)]
        keys = [Patch(facecolor=PARTS[level][0], hatch=PART_HATCH[level], edgecolor="white", label=level) for level in shown]
        axes.legend(handles=keys, frameon=False, fontsize=9, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)

    return drawn(draw, WIDTH, AROUND + OPEN_LINE * len(rows), dpi)


@dataclass(frozen=True)
class Block:
    """Reliability in one block of ratings: alpha and omega, each with its interval."""

    label: str
    alpha: tuple[float, float, float] | None
    omega: tuple[float, float, float] | None


def blocks(rows: list[Block], dpi: int) -> Drawn:
    """Alpha and omega by block of ratings, with intervals, side by side."""

    def draw(axes: Axes) -> None:
        found = {"Alpha": [row.alpha for row in rows], "Omega": [row.omega for row in rows]}
        apart = BESIDE if all(any(values) for values in found.values()) else 0.0
        for name, color, marker, shift in (("Alpha", BLUE, "o", -apart), ("Omega", VERMILION, "s", apart)):
            points = [(i + shift, *values) for i, values in enumerate(found[name]) if values]
            for x, estimate, low, high in points:
                axes.plot([x, x], [low, high], color=color, linewidth=1.6, solid_capstyle="butt")
                axes.plot([x], [estimate], marker, color=color, markersize=6)
            if points:
                axes.plot([], [], marker, color=color, markersize=6, label=name)
        axes.set_xticks(range(len(rows)), [row.label for row in rows])
        axes.set_xlim(-0.6, len(rows) - 0.4)
        axes.set_ylabel("Reliability of the total")
        axes.set_ylim(top=1.0)
        axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
        axes.legend(frameon=False, fontsize=9, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)

    return drawn(draw, WIDTH, 3.0, dpi)


def rates(lines: list[tuple[str, list[int], list[float]]], dpi: int) -> Drawn:
    """The share of sessions that were rated, by session number; one line a series."""

    def draw(axes: Axes) -> None:
        kinds = ((BLUE, "o"), (VERMILION, "s"), (SKY, "^"), (ORANGE, "D"))
        for i, (label, at, values) in enumerate(lines):
            color, marker = kinds[i % len(kinds)]
            axes.plot(at, values, color=color, marker=marker, markersize=5, linewidth=1.5, label=label)
        axes.set_ylim(0, 100)
        axes.set_yticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
        axes.set_xlabel("Session")
        axes.set_ylabel("Sessions rated")
        axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
        axes.legend(frameon=False, fontsize=9, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)

    return drawn(draw, WIDTH, 3.0, dpi)
