"""The report as one HTML file: no script, no outside request, every text escaped."""

from __future__ import annotations

import base64
from importlib.resources import files
from typing import Any

from pipeline.disclosure.neutral import visible
from pipeline.disclosure.shown import Shown, insist
from pipeline.report.figures import Figure
from pipeline.report.release import Report
from pipeline.report.sections.checklist import ANCHORS
from pipeline.report.sections.measures import FOLDED
from pipeline.report.strip import Strip

TEMPLATES = files("pipeline.report").joinpath("templates")


def render(report: Report) -> str:
    """The page's HTML. DisclosureError where a number in it did not pass the gate."""
    insist(report, "report")
    template = _environment().get_template("report.html.j2")
    text = template.render(report=report, style=_text("style.css"), anchors=ANCHORS, folded=FOLDED)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def svg_uri(drawing: Strip | Figure) -> str:
    """A drawing's SVG inside the page: as an image it can neither run nor load anything."""
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.svg).decode("ascii")


def anchor(name: str) -> str:
    """A verdict as a class name."""
    return name.replace(" ", "-")


def _environment() -> Any:
    from jinja2 import DictLoader, Environment, StrictUndefined

    names = ("report.html.j2", "parts.html.j2", "style.css")
    environment = Environment(
        loader=DictLoader({name: _text(name) for name in names}),
        autoescape=lambda name: name is not None and name.endswith(".j2"),
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"svg_uri": svg_uri, "anchor": anchor}
    return environment


def _finalize(value: Any) -> Any:
    """Text without control or direction marks; a Shown as its text."""
    if isinstance(value, Shown):
        return value.text
    if type(value) is str:
        return visible(value)
    return value


def _text(name: str) -> str:
    return TEMPLATES.joinpath(name).read_text(encoding="utf-8")
