"""The report as PDF: the page's content set by typst, without network, files or the fonts of this machine."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from pipeline.disclosure.neutral import visible
from pipeline.disclosure.shown import insist
from pipeline.report.blocks import blocks
from pipeline.report.raster import fonts
from pipeline.report.release import Report

TEMPLATE = "report.typ"
NO_TIME = 0  # seconds since 1970: the same in every run


def pdf(report: Report) -> bytes:
    """The PDF's bytes. Text reaches typst as data, never as markup, so that no claim or code can act.

    DisclosureError where a number in it did not pass the gate.
    """
    import typst

    insist(report, "report")
    content = {
        "title": visible(report.title),
        "asked": visible(f"{report.asked} {report.sample}"),
        "banner": banner(report),
        "blocks": list(blocks(report)),
    }
    sources: Any = {  # typst's stubs do not know files held in memory
        "main.typ": files("pipeline.report").joinpath("templates", TEMPLATE).read_bytes(),
        "report.json": json.dumps(content, ensure_ascii=False).encode("utf-8"),
    }
    sources |= {f"{drawing.name}.svg": drawing.svg for drawing in report.drawings}
    return bytes(typst.compile(sources, format="pdf", ignore_system_fonts=True, font_paths=fonts(), timestamp=NO_TIME))


def banner(report: Report) -> str:
    """What stands on every page: simulated, internal, both or nothing."""
    said = []
    if report.simulated:
        said.append("Simulated data: nothing here is about real clients.")
    if report.internal:
        said.append("Internal: exact counts. This must not leave the team.")
    return " ".join(said)
