"""The report, told once: one tuple of sections; HTML, PDF, Word, CSV, navigation and checklist are readers of it.

A section is a file in `sections/` that ends in a `SECTION`, and its place in `SECTIONS` below. What it shows stands in
blocks, so that every medium has it, and so that nobody tells the order of the page twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.report.blocks import Block, ClaimBlock, FigureBlock, Fold, Folds, TableBlock, inner_blocks, walk_blocks
from pipeline.report.checklist import checklist_blocks, met_of
from pipeline.report.material import Material
from pipeline.report.plots.figures import Figure, Rows
from pipeline.report.section import Planned, Section
from pipeline.report.sections import (
    answer,
    characteristics,
    claims,
    codebook,
    curve,
    glance,
    harms,
    leftover,
    limits,
    lock,
    measures,
    methods,
    missing,
    numbers,
    people,
    provenance,
    reporting,
    tables,
)
from pipeline.report.table import Table, Value

SECTIONS: tuple[Planned, ...] = (
    answer.SECTION,
    glance.SECTION,
    claims.SECTION,
    people.SECTION,
    harms.SECTION,
    limits.SECTION,
    methods.SECTION,
    measures.SECTION,
    missing.SECTION,
    curve.SECTION,
    characteristics.SECTION,
    tables.SECTION,
    leftover.SECTION,
    codebook.SECTION,
    lock.SECTION,
    reporting.SECTION,
    provenance.SECTION,
    numbers.SECTION,
)
Part = Literal["first", "main", "appendix", "paper"]
Nested = Value | None | str | Mapping[str, "Nested"] | tuple["Nested", ...]


@dataclass(frozen=True)
class Flag:
    """What kind of report this is, in two words and a few more."""

    head: str
    text: str


@dataclass(frozen=True)
class Document:
    """The whole report, cleared: sections in reading order, and the same results as plain data."""

    title: str
    question: str
    flags: tuple[Flag, ...]
    banner: str
    sections: tuple[Section, ...]
    foot: str
    dpi: str
    estimates: Mapping[str, Mapping[str, Nested]] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, Nested]] = field(default_factory=dict)

    @property
    def flagged_title(self) -> str:
        """The title with what must not be overlooked before it."""
        marks = [flag.head for flag in self.flags if flag.head in WARNED]
        return ": ".join([*(WARNED[mark] for mark in marks), self.title])

    def of(self, part: Part) -> tuple[Section, ...]:
        """The sections of a part, in order."""
        return tuple(section for section in self.sections if section.part == part)

    @property
    def blocks(self) -> Iterator[Block]:
        """Every block, in reading order."""
        return walk_blocks(block for section in self.sections for block in section.blocks)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, each once: those shown, and those that only come as CSV."""
        shown = (block.table for block in self.blocks if isinstance(block, TableBlock))
        beside = (table for section in self.sections for table in section.tables)
        return tuple({table.name: table for table in (*shown, *beside)}.values())

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure, each once."""
        found = (block.figure for block in self.blocks if isinstance(block, FigureBlock))
        return tuple({figure.name: figure for figure in found}.values())

    @property
    def numbered(self) -> Mapping[str, str]:
        """The figures of the main part that stand open in every medium, as `Figure 1` ... in reading order, by name."""
        found = (figure.name for section in self.of("main") for figure in _open(section.blocks))
        return {name: f"Figure {i}" for i, name in enumerate(found, start=1)}


def _open(blocks: Iterable[Block]) -> Iterator[Figure]:
    """The figures of blocks that nothing folds; a claim's ladder belongs to its figure."""
    for block in blocks:
        match block:
            case Fold() | Folds():
                pass
            case ClaimBlock() if block.folded:
                pass
            case FigureBlock() if block.paper and not (isinstance(block.figure, Rows) and block.figure.shape == "ladder"):
                yield block.figure
            case _:
                yield from _open(inner_blocks(block))


WARNED = {"Simulated data": "Simulated", "Internal": "Internal"}


def compose_sections(material: Material, planned: tuple[Planned, ...] = SECTIONS) -> tuple[Section, ...]:
    """Build every section that this study has something for; the checklist is made from what the others meet."""
    made = [(plan, plan.build(material)) for plan in planned]
    sections = [
        Section(plan.anchor, built.title or plan.title, built.blocks, plan.part, built.meets, built.tables, plan.nav)
        for plan, built in made
        if built is not None
    ]
    lettered = _lettered(sections)
    return tuple(_with_checklist(one, lettered) if one.lists else one for one in lettered)


def _with_checklist(one: Section, all_: tuple[Section, ...]) -> Section:
    met, total = met_of(all_)
    title = f"{one.title}: {met} of {total} items are met here, {total - met} are for you to write"
    return replace(one, title=title, blocks=(*one.blocks, *checklist_blocks(all_)))


def _lettered(sections: list[Section]) -> tuple[Section, ...]:
    letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return tuple(replace(one, letter=next(letters)) if one.part in ("appendix", "paper") else one for one in sections)
