"""Text that cannot act: CSV cells no spreadsheet runs, no control or direction marks that reorder what is read."""

from __future__ import annotations

import re
import unicodedata

NUMERIC = re.compile(r"[-+−]?[0-9][0-9,]*(\.[0-9]+)?%?")
BREAKS = "\t\n\v\f\r\x85\u2028\u2029"
STARTERS = ("=", "+", "-", "@")


def csv_cell(text: str) -> str:
    """A cell that spreadsheets take for text or a number, never for a formula."""
    clean = visible_text(text).strip()
    if clean.startswith(STARTERS) and not NUMERIC.fullmatch(clean):
        return "'" + clean
    return clean


def visible_text(text: str) -> str:
    """Text on one line, without control characters and without marks that change the direction of reading."""
    kept = (" " if char in BREAKS else char for char in text)
    return "".join(char for char in kept if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"))


def markdown_text(text: str) -> str:
    """Text on one line that a reader of Markdown shows as it stands: no tag, link, picture or code begins in it."""
    return re.sub(r"([\\`*\[\]<])", r"\\\1", visible_text(text))


def csv_text(head: list[str], rows: list[list[str]]) -> str:
    """A CSV file: every cell neutral, quoted where it must be, `\\n` line ends."""
    lines = [",".join(_quoted(csv_cell(cell)) for cell in row) for row in [head, *rows]]
    return "\n".join(lines) + "\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if re.search(r'[",\n]', cell) else cell
