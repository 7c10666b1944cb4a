"""The report on paper, and every figure as a picture: set by typst, without network, files or this machine's fonts.

Text reaches typst as data, never as markup, so that no claim or code can act. Folds are opened, or left out where the
appendix has what is in them.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from textwrap import wrap
from typing import TYPE_CHECKING

from pipeline.disclosure.neutral import visible_text
from pipeline.disclosure.shown import insist_cleared
from pipeline.report.blocks import (
    Aside,
    Block,
    Bullets,
    Cards,
    ClaimBlock,
    Columns,
    Equation,
    FigureBlock,
    Fold,
    Folds,
    Glosses,
    Heading,
    Matrix,
    Paragraph,
    Prose,
    Strong,
    TableBlock,
)
from pipeline.report.document import Document
from pipeline.report.plots.figures import Figure
from pipeline.report.plots.palette import GLYPHS, LIGHT
from pipeline.report.readers.fonts import font_folders
from pipeline.report.readers.paper_figures import Data, figure_data
from pipeline.report.table import Table

if TYPE_CHECKING:
    from typing import Any
from pipeline.report.readers.paper_figures import chip_data

NO_TIME = 0  # seconds since 1970: the same in every run


INCH = 0.0254  # meters


SIGNATURE = 8  # bytes before a PNG's first chunk


HEADER = 4 + 4 + 13 + 4  # length, name, content and checksum of the first chunk, IHDR


WORDS = 24  # characters of a cell from which on it is words


LONG = 44  # of a row heading


WRAPPED = 34  # of a cell of words, which breaks its lines


GAP = 2  # characters of room between columns


COLUMN = 84  # characters that stand beside each other in one of two columns


NEAR = 100  # and in the wider one of two unequal columns


HALF = 16  # characters of a checksum that stay together


def pdf_bytes(document: Document) -> bytes:
    """The PDF's bytes. DisclosureError where a number in it did not pass the gate."""
    insist_cleared(document, "report")
    content: dict[str, Data] = {
        "title": visible_text(document.title),
        "banner": visible_text(document.banner),
        "flags": [{"head": flag.head, "text": visible_text(flag.text)} for flag in document.flags],
        "sections": [
            {
                "title": visible_text(f"{section.letter}. {section.title}" if section.letter else section.title),
                "part": section.part,
                "anchor": section.anchor,
                "blocks": list(_blocks(section.blocks)),
            }
            for section in document.sections
        ],
        "numbered": {name: f"{number}. " for name, number in document.numbered.items()},
    }
    return bytes(_compiled("report", content, "pdf")[0])


def draw_figures(figures: Sequence[Figure], dpi: int) -> dict[str, tuple[bytes, bytes]]:
    """Every figure as SVG and PNG (its text inside, light), by name; `dpi` dots to the inch of 96 CSS pixels."""
    insist_cleared(figures, "figures")
    if not figures:
        return {}
    content: dict[str, Data] = {"figures": [figure_data(figure) for figure in figures]}
    svgs, images = _compiled("figures", content, "svg"), _compiled("figures", content, "png", dpi)
    return {figure.name: (svg, _noted(png, dpi)) for figure, svg, png in zip(figures, svgs, images, strict=True)}


def _compiled(what: str, content: dict[str, Data], format: str, dpi: int = 96) -> list[bytes]:
    import typst

    template = files("pipeline.report").joinpath("templates", "paper.typ").read_bytes()
    content |= {
        "tokens": {str(name): color for name, color in LIGHT.items()},
        "glyphs": {name: [list(stroke) for stroke in strokes] for name, strokes in GLYPHS.items()},
    }
    # typst's stubs know neither files held in memory nor several pages
    sources: Any = {
        "main.typ": template,
        "what.json": json.dumps(what).encode("utf-8"),
        "report.json": json.dumps(content, ensure_ascii=False).encode("utf-8"),
    }
    compile_: Any = typst.compile
    made: Any = compile_(
        sources, format=format, ppi=float(dpi), ignore_system_fonts=True, font_paths=font_folders(), timestamp=NO_TIME
    )
    return [bytes(page) for page in made] if isinstance(made, list) else [bytes(made)]


def _blocks(blocks: Iterable[Block]) -> Iterator[dict[str, Data]]:
    for block in blocks:
        match block:
            case Fold():
                if block.paper:
                    yield {"kind": "subhead", "text": visible_text(block.title)}
                    yield from _blocks(block.blocks)
            case Folds():
                yield from _blocks(block.folds)
            case TableBlock() | FigureBlock() if not block.paper:
                pass
            case _:
                yield _block(block)


def _block(block: Block) -> dict[str, Data]:
    match block:
        case Paragraph():
            return {"kind": "paragraph", "style": block.style, "head": visible_text(block.head), "text": _prose(block.text)}
        case Aside():
            return {"kind": "aside", "head": visible_text(block.head), "text": _prose(block.text)}
        case Bullets():
            return {"kind": "list", "ordered": block.ordered, "items": [_prose(item) for item in block.items]}
        case Heading():
            return {"kind": "heading", "text": visible_text(block.text)}
        case Equation():
            return {"kind": "equation", "text": visible_text(block.text)}
        case TableBlock():
            return _table(block.table)
        case FigureBlock():
            return figure_data(block.figure)
        case Columns():
            left, right = list(_blocks(block.left)), list(_blocks(block.right))
            return {"kind": "columns", "shape": block.shape, "left": [*left], "right": [*right]}
        case Matrix():
            return _matrix(block)
        case Cards():
            return _cards(block)
        case Glosses():
            return {"kind": "glosses", "used": [chip_data(one) for one in block.used]}
        case ClaimBlock():
            claim: dict[str, Data] = {
                "short": block.short,
                "kick": block.kick,
                "claim": visible_text(block.claim),
                "line": _prose(block.line),
            }
            inner = [] if block.folded else list(_blocks(block.blocks))
            return {"kind": "claim", **claim, "chip": chip_data(block.chip), "folded": block.folded, "blocks": [*inner]}
        case _:
            return {"kind": "nothing"}


def _prose(text: Prose) -> list[Data]:
    parts = (text,) if isinstance(text, str) else text
    return [{"text": visible_text(str(part)), "strong": isinstance(part, Strong)} for part in parts if part]


def _matrix(block: Matrix) -> dict[str, Data]:
    rows: list[Data] = []
    for row in block.rows:
        cells: list[Data] = [{"glyph": cell.glyph, "tone": cell.tone} for cell in row.cells]
        wide: Data = (
            None
            if row.wide is None
            else {"glyph": row.wide.glyph, "tone": row.wide.tone, "word": visible_text(row.wide.word)}
        )
        rows.append({"text": row.text, "cells": cells, "wide": wide})
    key: list[Data] = [{"glyph": cell.glyph, "tone": cell.tone, "word": cell.word} for cell in block.key]
    return {
        "kind": "matrix",
        "title": block.title,
        "lead": block.lead,
        "columns": [*block.columns],
        "rows": rows,
        "key": key,
    }


def _cards(block: Cards) -> dict[str, Data]:
    cards: list[Data] = [
        {
            "short": card.short,
            "claim": visible_text(card.claim),
            "chip": chip_data(card.chip),
            "big": visible_text(card.big),
            "unit": visible_text(card.unit),
            "figure": figure_data(card.figure) if card.figure else None,
            "say": _prose(card.say),
            "wrong": visible_text(card.wrong_if),
        }
        for card in block.cards
    ]
    return {"kind": "cards", "cards": cards}


def _table(one: Table) -> dict[str, Data]:
    rows: list[Data] = [
        {
            "head": visible_text(line.head),
            "cells": [_breakable(visible_text(str(cell))) for cell in line.cells],
            "inner": line.inner,
            "group": line.group,
        }
        for line in one.lines
    ]
    left: list[Data] = [True, *(one.is_wordy(i) for i in range(1, len(one.head)))]
    longest = [
        max((len(str(line.cells[i - 1])) for line in one.lines if len(line.cells) >= i), default=0)
        for i in range(1, len(one.head))
    ]
    first = max((len(line.head) for line in one.lines if not line.group), default=0)
    wide: list[Data] = [first > LONG, *(longest[i] > WORDS for i in range(len(longest)))]
    if len(longest) == 1 and first > WORDS and longest[0] <= LONG:
        wide = [True, False]  # two columns of words: the row heads take what the other leaves
    head: list[Data] = [visible_text(cell) for cell in one.head]
    return {
        "kind": "table",
        "caption": visible_text(one.caption),
        "head": head,
        "left": left,
        "wide": wide,
        "spread": _width(one) > COLUMN,
        "near": COLUMN < _width(one) <= NEAR,
        "rows": rows,
        "note": visible_text(one.note),
    }


def _breakable(text: str) -> str:
    """A text whose longest words (checksums) may break, so that no cell runs over the edge of the paper."""
    return " ".join("\u200b".join(wrap(word, HALF)) if len(word) > WRAPPED else word for word in text.split(" "))


def _width(one: Table) -> int:
    """The characters a table needs beside each other, where columns of words may break their lines."""
    words = [max(head.split(), key=len, default="") for head in one.head]
    columns = [
        [word, *(str(line.cells[i]) for line in one.lines if len(line.cells) > i)] for i, word in enumerate(words[1:])
    ]
    heads = [line.head for line in one.lines if not line.group]
    return sum(min(max((len(cell) for cell in cells), default=0), WRAPPED) + GAP for cells in (heads, *columns))


def _noted(png: bytes, dpi: int) -> bytes:
    """The PNG with its dots per meter, so that a word processor sets it at its size."""
    dots = round(dpi / INCH)
    body = b"pHYs" + struct.pack(">IIB", dots, dots, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    start = SIGNATURE + HEADER
    return png[:start] + chunk + png[start:]
