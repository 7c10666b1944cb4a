"""One figure as a picture in a notebook."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.report.plots.figures import Figure
from pipeline.report.readers.paper import draw_figures

DPI = 144


@dataclass(frozen=True)
class Picture:
    """A figure as PNG; its `alt` says in words what is to be seen."""

    alt: str
    png: bytes

    def __repr__(self) -> str:
        return self.alt

    def _repr_png_(self) -> bytes:
        return self.png


def draw_picture(figure: Figure) -> Picture:
    """The figure drawn as the report draws it, text inside, in light colors."""
    return Picture(figure.alt, draw_figures([figure], DPI)[figure.name][1])
