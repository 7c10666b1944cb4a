"""The colors and marks of every figure and verdict, once.

Any two of the five tones stay apart as seen with protan, deutan and tritan vision (Machado et al., 2009), and each keeps
4.5:1 on every ground it stands on, in light and in dark. Color never stands alone: every verdict and state has a glyph and
a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Tone = Literal["held", "doubt", "against", "zero", "open"]
Glyph = Literal["tick", "ring", "null", "ask", "swap", "frag", "same", "cross", "told", "dash", "gap"]
Token = Literal[
    "page", "ink", "soft", "line", "hair", "panel", "band", "link", "held", "heldbg", "doubt", "doubtbg", "against",
    "againstbg", "zero", "zerobg", "open", "openbg", "flag", "flagink",
]  # fmt: skip

LIGHT: Mapping[Token, str] = {
    "page": "#ffffff",
    "ink": "#1b1c1f",
    "soft": "#55575d",
    "line": "#d5d5d1",
    "hair": "#ebebe7",
    "panel": "#f6f5f1",
    "band": "#e8e4d8",
    "link": "#0b4f8a",
    "held": "#025498",
    "heldbg": "#e4eef8",
    "doubt": "#8f5700",
    "doubtbg": "#fbeed3",
    "against": "#81151a",
    "againstbg": "#fbe6ea",
    "zero": "#1b1c1f",
    "zerobg": "#e9e9e6",
    "open": "#5d6067",
    "openbg": "#f0f0ed",
    "flag": "#f7d774",
    "flagink": "#1b1c1f",
}
DARK: Mapping[Token, str] = {
    "page": "#15171b",
    "ink": "#eae9e5",
    "soft": "#b5b7bc",
    "line": "#41454d",
    "hair": "#282b31",
    "panel": "#1d2026",
    "band": "#31353e",
    "link": "#8ec5ff",
    "held": "#6bb8f7",
    "heldbg": "#17304a",
    "doubt": "#fcc56c",
    "doubtbg": "#3b2c10",
    "against": "#f07e86",
    "againstbg": "#451c26",
    "zero": "#eae9e5",
    "zerobg": "#33363c",
    "open": "#afb4c2",
    "openbg": "#2a2d33",
    "flag": "#6b5312",
    "flagink": "#fff6dc",
}
# Inside a square of 20 by 20; `F` is filled with the tone, `S` stroked with it, `P` stroked with the page's color over it.
GLYPHS: Mapping[Glyph, tuple[tuple[str, str, str], ...]] = {
    "tick": (("F", "M10 1a9 9 0 1 0 0 18a9 9 0 1 0 0 -18z", ""), ("P", "M5.6 10.4l3 3 5.8-6.4", "2.4")),
    "ring": (("S", "M10 2.4a7.6 7.6 0 1 0 0 15.2a7.6 7.6 0 1 0 0 -15.2z", "2.4"), ("S", "M6.6 10.2l2.4 2.5 4.4-5", "2")),
    "null": (("S", "M10 2.4a7.6 7.6 0 1 0 0 15.2a7.6 7.6 0 1 0 0 -15.2z", "2.6"),),
    "ask": (
        ("S", "M10 2a8 8 0 1 0 0 16a8 8 0 1 0 0 -16z", "1.3"),
        ("S", "M7.4 7.8a2.7 2.7 0 1 1 4.3 2.2c-1.1 .8 -1.7 1.2 -1.7 2.3", "1.8"),
        ("S", "M10 14.6v.6", "2"),
    ),
    "swap": (("S", "M2 7h14M12.5 3l4 4-4 4", "2"), ("S", "M18 13.5H4M7.5 10l-4 3.5 4 4", "2")),
    "frag": (("S", "M10 2L18.5 17.5H1.5Z", "2"), ("S", "M10 8v5", "2")),
    "same": (("S", "M3 7.5h14M3 12.5h14", "2.4"),),
    "cross": (("F", "M10 1L19 10L10 19L1 10Z", ""), ("P", "M7 7l6 6M13 7l-6 6", "2.2")),
    "told": (("S", "M10 2.2L17.8 10L10 17.8L2.2 10Z", "2"), ("S", "M10 6.4v4.4", "2.2"), ("S", "M10 13.2v.4", "2.2")),
    "dash": (("S", "M6 10h8", "2"),),
    "gap": (("S", "M4 4h3M13 4h3M4 16h3M13 16h3M4 4v3M4 13v3M16 4v3M16 13v3", "1.8"),),
}
