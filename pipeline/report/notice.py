"""What stands under reports/ in place of an internal report: a page that says so, without a number."""

from __future__ import annotations

from html import escape
from typing import Any

from pipeline.report.readers.fonts import font_folders

SAID = "This run is internal: its report shows exact counts and must not leave the team. It lies in {place}."
AGAIN = "For a report that may be shared, set privacy.release to public in params.yaml and run dvc repro."


def notice_page(place: str) -> str:
    """The notice as HTML."""
    said = (SAID.format(place=place), AGAIN)
    body = "\n".join(f"<p>{escape(text)}</p>" for text in said)
    head = '<meta charset="utf-8"><title>Internal run</title>'
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


def notice_pdf(place: str) -> bytes:
    """The notice as PDF."""
    import typst

    source = '#set document(date: none)\n#for text in json("said.json") [#par(text)]\n'
    said = f'["{SAID.format(place=place)}", "{AGAIN}"]'
    sources: Any = {"main.typ": source.encode("utf-8"), "said.json": said.encode("utf-8")}  # as in pdf.py
    return bytes(typst.compile(sources, format="pdf", ignore_system_fonts=True, font_paths=font_folders(), timestamp=0))
