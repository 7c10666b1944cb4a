"""The report as one HTML file: no script, no outside request, every text escaped."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from pipeline.disclosure.neutral import visible_text
from pipeline.disclosure.shown import Shown, insist_cleared
from pipeline.report.blocks import Block, Strong, Titled
from pipeline.report.document import Document
from pipeline.report.plots.figures import Axis, Figure
from pipeline.report.plots.palette import DARK, GLYPHS, LIGHT, Token
from pipeline.report.readers.navigation import navigation_entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

TEMPLATES = files("pipeline.report").joinpath("templates")
NAMES = ("page.html.j2", "blocks.html.j2")


def page_html(document: Document) -> str:
    """The page's HTML. DisclosureError where a number in it did not pass the gate."""
    insist_cleared(document, "report")
    environment = _environment()
    targets = {section.title: section.anchor for section in document.sections if section.part != "paper"}
    environment.globals |= {"glyph_paths": GLYPHS, "targets": targets, "numbered": document.numbered}
    template = environment.get_template("page.html.j2")
    text = template.render(document=document, navigation=navigation_entries(document), style=_style(document))
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def _style(document: Document) -> str:
    """The style sheet with the palette's tokens, and what stands on every printed page."""
    marks = "".join(char for char in document.banner if char.isalnum() or char in " .:,")
    page = f'@page{{size:A4;margin:17mm 15mm 16mm;@top-left{{content:"{marks}";font:8pt sans-serif;color:#555}}'
    page += '@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#555}}'
    light, dark = (f":root{{{_tokens(tokens)}}}" for tokens in (LIGHT, DARK))
    print_light = f"@media print{{{light}:root{{color-scheme:light}}}}"
    return f"{light}\n@media (prefers-color-scheme:dark){{{dark}}}\n{_text('page.css')}\n{page}\n{print_light}"


def _tokens(tokens: Mapping[Token, str]) -> str:
    return ";".join(f"--{name}:{color}" for name, color in tokens.items())


def _environment() -> Environment:
    from jinja2 import DictLoader, Environment, StrictUndefined

    environment = Environment(
        loader=DictLoader({name: _text(name) for name in NAMES}),
        autoescape=lambda name: name is not None and name.endswith(".j2"),
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"kind": _kind}
    environment.tests |= {"strong": lambda part: isinstance(part, Strong), "titled": lambda part: isinstance(part, Titled)}
    environment.globals |= {"x": _x, "y": _y, "span": _span, "share": _share}
    return environment


def _kind(block: Block | Figure) -> str:
    return type(block).__name__


def _x(axis: Axis, value: Shown) -> float:
    """A place along a drawing 1000 wide."""
    return round(10 * axis.place(value), 1)


def _y(axis: Axis, value: Shown) -> float:
    """A place up a drawing 1000 high."""
    return round(1000 - 10 * axis.place(value), 1)


def _span(axis: Axis, low: Shown, high: Shown) -> float:
    return round(_x(axis, high) - _x(axis, low), 1)


def _share(value: Shown, most: Shown) -> float:
    return round(100 * float(value.value or 0.0) / float(most.value or 1.0), 1)


def _finalize(value: object) -> object:
    """Text without control or direction marks; a Shown as its text."""
    if isinstance(value, Shown):
        return value.text
    if type(value) in (str, Strong, Titled):
        return visible_text(str(value))
    return value


def _text(name: str) -> str:
    return TEMPLATES.joinpath(name).read_text(encoding="utf-8")
