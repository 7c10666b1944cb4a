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
from pipeline.disclosure.shown import Shown, insist_cleared
from pipeline.report.blocks import (
    Aside,
    Block,
    Bullets,
    Cards,
    Chip,
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
from pipeline.report.plots.figures import Axis, Bars, Chart, Figure, Mark, Multiples, Rows, Verdict
from pipeline.report.plots.palette import GLYPHS, LIGHT
from pipeline.report.readers.fonts import fonts
from pipeline.report.table import Table

if TYPE_CHECKING:
    from typing import Any

Data = None | str | float | bool | list["Data"] | dict[str, "Data"]
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


def pdf(document: Document) -> bytes:
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


def drawings(figures: Sequence[Figure], dpi: int) -> dict[str, tuple[bytes, bytes]]:
    """Every figure as SVG and PNG (its text inside, light), by name; `dpi` dots to the inch of 96 CSS pixels."""
    insist_cleared(figures, "figures")
    if not figures:
        return {}
    content: dict[str, Data] = {"figures": [_figure(figure) for figure in figures]}
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
        sources, format=format, ppi=float(dpi), ignore_system_fonts=True, font_paths=fonts(), timestamp=NO_TIME
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
            return _figure(block.figure)
        case Columns():
            left, right = list(_blocks(block.left)), list(_blocks(block.right))
            return {"kind": "columns", "shape": block.shape, "left": [*left], "right": [*right]}
        case Matrix():
            return _matrix(block)
        case Cards():
            return _cards(block)
        case Glosses():
            return {"kind": "glosses", "used": [_chip(one) for one in block.used]}
        case ClaimBlock():
            claim: dict[str, Data] = {
                "short": block.short,
                "kick": block.kick,
                "claim": visible_text(block.claim),
                "line": _prose(block.line),
            }
            inner = [] if block.folded else list(_blocks(block.blocks))
            return {"kind": "claim", **claim, "chip": _chip(block.chip), "folded": block.folded, "blocks": [*inner]}
        case _:
            return {"kind": "nothing"}


def _prose(text: Prose) -> list[Data]:
    parts = (text,) if isinstance(text, str) else text
    return [{"text": visible_text(str(part)), "strong": isinstance(part, Strong)} for part in parts if part]


def _chip(one: Chip | Verdict) -> dict[str, Data]:
    return {"word": one.word, "glyph": one.glyph, "tone": one.tone, "gloss": one.gloss}


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
            "chip": _chip(card.chip),
            "big": visible_text(card.big),
            "unit": visible_text(card.unit),
            "figure": _figure(card.figure) if card.figure else None,
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


def _figure(figure: Figure) -> dict[str, Data]:
    head: dict[str, Data] = {
        "name": figure.name,
        "caption": visible_text(figure.caption),
        "note": visible_text(figure.note),
        "alt": visible_text(figure.alt),
    }
    match figure:
        case Rows():
            return {"kind": "rows", **head, **_rows(figure)}
        case Chart():
            return {"kind": "chart", **head, **_chart(figure)}
        case Multiples():
            return {
                "kind": "multiples",
                **head,
                "charts": [{"caption": one.caption, **_chart(one)} for one in figure.charts],
            }
        case Bars():
            return {"kind": "bars", **head, **_bars(figure)}


def _rows(figure: Rows) -> dict[str, Data]:
    groups: list[Data] = []
    for group in figure.groups:
        rows: list[Data] = [
            {
                "label": visible_text(row.label),
                "tag": row.tag,
                "quote": row.quote,
                "strong": row.strong,
                "number": visible_text(row.number),
                "interval": visible_text(row.interval),
                "told": visible_text(row.told),
                "glyph": row.glyph,
                "tone": row.tone,
                "chip": _chip(row.verdict) if row.verdict else None,
                "marks": [_mark(figure.axis, one) for one in row.marks],
            }
            for row in group.rows
        ]
        groups.append({"title": visible_text(group.title), "rows": rows})
    return {"shape": figure.shape, "unit": visible_text(figure.unit), "axis": _axis(figure.axis), "groups": groups}


def _mark(axis: Axis, one: Mark) -> dict[str, Data]:
    inner: Data = None if one.inner is None else [axis.place(one.inner[0]), axis.place(one.inner[1])]
    places = {"at": axis.place(one.estimate), "low": axis.place(one.low), "high": axis.place(one.high)}
    return {**places, "inner": inner, "tone": one.tone, "hollow": one.hollow}


def _axis(axis: Axis) -> dict[str, Data]:
    band: Data = None if axis.band is None else [axis.place(axis.band[0]), axis.place(axis.band[1])]
    return {
        "ticks": [{"at": axis.place(tick.at), "label": visible_text(tick.label)} for tick in axis.ticks],
        "zero": None if axis.zero is None else axis.place(axis.zero),
        "band": band,
        "title": visible_text(axis.title),
        "lower": axis.lower,
        "higher": axis.higher,
    }


def _chart(figure: Chart) -> dict[str, Data]:
    def at(point: tuple[Shown, Shown]) -> list[Data]:
        return [figure.x.place(point[0]), 100 - figure.y.place(point[1])]

    lines: list[Data] = [
        {
            "points": [at(point) for point in line.points],
            "ribbon": [[*at((x, low)), *at((x, high))] for x, low, high in line.ribbon],
            "whiskers": line.whiskers,
            "dots": [at(point) for point in line.dots],
            "dashed": line.dashed,
            "tone": line.tone,
        }
        for line in figure.lines
    ]
    labels: list[Data] = [
        {"at": at(one.at), "text": visible_text(one.text), "tone": one.tone, "side": one.side, "strong": one.strong}
        for one in figure.labels
    ]
    level: Data = None if figure.level is None else 100 - figure.y.place(figure.level)
    wedge: list[Data] = [at(point) for point in figure.wedge]
    strips: list[Data] = [
        {
            "label": visible_text(one.label),
            "head": visible_text(one.head),
            "strong": one.strong,
            "at": [figure.x.place(place) for place in one.at],
        }
        for one in figure.strips
    ]
    axes: dict[str, Data] = {"x": _axis(figure.x), "y": _axis(figure.y)}
    return {**axes, "lines": lines, "labels": labels, "level": level, "wedge": wedge, "strips": strips}


def _bars(figure: Bars) -> dict[str, Data]:
    most = float(figure.most.value or 1.0)
    bars: list[Data] = [
        {
            "label": visible_text(bar.label),
            "text": visible_text(bar.text),
            "head": bar.head,
            "parts": [
                {"share": 100 * float(part.value.value or 0.0) / most, "tone": part.tone, "faint": part.faint}
                for part in bar.parts
            ],
        }
        for bar in figure.bars
    ]
    legend: list[Data] = [{"word": word, "tone": tone, "faint": bool(faint)} for word, tone, faint in figure.legend]
    return {"bars": bars, "legend": legend}


def _noted(png: bytes, dpi: int) -> bytes:
    """The PNG with its dots per meter, so that a word processor sets it at its size."""
    dots = round(dpi / INCH)
    body = b"pHYs" + struct.pack(">IIB", dots, dots, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    start = SIGNATURE + HEADER
    return png[:start] + chunk + png[start:]
