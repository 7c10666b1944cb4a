"""What a report is made of: typed blocks that say what a thing is, never how a medium shows it.

HTML, PDF, Word, CSV, navigation and checklist are readers of these. Every number in a block has passed the gate
(`disclosure.shown.insist` refuses any other), so that a reader can neither round nor reveal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from pipeline.report.plots.figures import Figure
from pipeline.report.plots.palette import Glyph, Tone
from pipeline.report.table import Table


class Strong(str):
    """A part of a sentence to be set bold."""

    __slots__ = ()


class Titled(str):
    """The title of a section in a sentence: a link to it, where the medium has links and the report that section."""

    __slots__ = ()


Prose = str | tuple[str, ...]  # of which the Strong parts are set bold
Style = Literal["body", "lede", "kick", "question", "answer", "how", "sample", "say", "small"]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, with a few bold words before it where it has a `head`."""

    text: Prose
    style: Style = "body"
    head: str = ""


@dataclass(frozen=True)
class Aside:
    """A short note under a small heading, beside a figure: why this verdict, what would make it wrong."""

    head: str
    text: Prose


@dataclass(frozen=True)
class Bullets:
    """A list; `ordered` ones are numbered."""

    items: tuple[Prose, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading inside a section; one with an anchor stands in the navigation."""

    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Equation:
    """The equation of a model, as text."""

    text: str


@dataclass(frozen=True)
class TableBlock:
    """A table; `links` turns cells that are section titles into links. `paper` False: too long for paper, the CSV has it.

    `word` False: the Word document has it in another form.
    """

    table: Table
    links: bool = False
    paper: bool = True
    word: bool = True


@dataclass(frozen=True)
class FigureBlock:
    """A figure; `paper` False: on paper the table beside it says the same."""

    figure: Figure
    paper: bool = True


@dataclass(frozen=True)
class Fold:
    """Blocks behind a summary. A medium without folds leaves it out where `paper` is False: the appendix has it again.

    `word`: it stands open in the Word document all the same, ahead of what is beside it.
    """

    title: str
    blocks: tuple[Block, ...]
    anchor: str = ""
    paper: bool = True
    word: bool = False


@dataclass(frozen=True)
class Folds:
    """Folds whose summaries stand side by side."""

    folds: tuple[Fold, ...]


@dataclass(frozen=True)
class Columns:
    """Two columns, one under the other where there is no room: a figure and what to say of it, or two halves."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]
    shape: Literal["hero", "figure", "halves", "table"] = "halves"


@dataclass(frozen=True)
class Chip:
    """A verdict as a mark: word, glyph, tone, and what it means."""

    word: str
    glyph: Glyph
    tone: Tone
    gloss: str


@dataclass(frozen=True)
class Cell:
    """One state in the matrix: its glyph, its tone, and its word for those who do not see it."""

    glyph: Glyph
    tone: Tone
    word: str


@dataclass(frozen=True)
class MatrixRow:
    """One attempt to explain the claims away: a state a claim, or one that holds for all of them (`wide`)."""

    text: str
    cells: tuple[Cell, ...] = ()
    wide: Cell | None = None


@dataclass(frozen=True)
class Matrix:
    """What was tried to prove the claims wrong: one row an attempt, one column a claim."""

    title: str
    lead: str
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    key: tuple[Cell, ...]


@dataclass(frozen=True)
class Card:
    """One claim on the first screen; without a number (`big` empty) it says why there is none."""

    short: str
    claim: str
    chip: Chip
    big: str
    unit: str
    figure: Figure | None
    say: Prose
    wrong_if: str
    href: str


@dataclass(frozen=True)
class Cards:
    """The claims of the first screen, side by side."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class ClaimBlock:
    """One claim with all that is said of it; a `folded` one shows its claim and verdict, on paper its one sentence too."""

    anchor: str
    short: str
    kick: str
    claim: str
    chip: Chip
    blocks: tuple[Block, ...]
    line: Prose
    folded: bool = False


@dataclass(frozen=True)
class Glosses:
    """The verdicts of this study and what they mean; the others behind a fold."""

    used: tuple[Chip, ...]
    others: tuple[Chip, ...] = field(default=())


Block = (
    Paragraph
    | Aside
    | Bullets
    | Heading
    | Equation
    | TableBlock
    | FigureBlock
    | Fold
    | Folds
    | Columns
    | Matrix
    | Cards
    | ClaimBlock
    | Glosses
)


def walk_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block, those inside others included, in reading order."""
    for block in blocks:
        yield block
        yield from walk_blocks(inner_blocks(block))


def inner_blocks(block: Block) -> tuple[Block, ...]:
    """The blocks a block holds."""
    match block:
        case Fold() | ClaimBlock():
            return block.blocks
        case Folds():
            return block.folds
        case Columns():
            return (*block.left, *block.right)
        case _:
            return ()


def plain_text(text: Prose) -> str:
    """Prose without its bold parts marked."""
    return text if isinstance(text, str) else "".join(text)
