"""One section of the report: its place, its title, its blocks, and what of a reporting guideline it meets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pipeline.report.blocks import Block
from pipeline.report.material import Material
from pipeline.report.table import Table

Part = Literal["first", "main", "appendix", "paper"]  # paper: printed media only, since the page has it in folds
LIST = "lists the checklist"


@dataclass(frozen=True)
class Built:
    """What a section shows of a study, the items of reporting guidelines it meets, and tables that only come as CSV."""

    blocks: tuple[Block, ...]
    meets: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    title: str = ""  # where it tells more than the planned one


@dataclass(frozen=True)
class Planned:
    """A section before there is a study: `build` gives None where the study has nothing for it."""

    anchor: str
    title: str
    part: Part
    build: Callable[[Material], Built | None]
    nav: str = ""


@dataclass(frozen=True)
class Section:
    """A section of one report."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    part: Part
    meets: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    nav: str = ""
    letter: str = ""

    @property
    def lists(self) -> bool:
        """Whether the reporting checklist stands here."""
        return LIST in self.meets
