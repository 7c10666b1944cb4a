"""An identified file as text: what prepare reads, and what no part of it may print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Identified:
    """A file's cells as text by column; dates of the format's own as year-month-day.

    `labels`: header -> code -> label; `missing`: header -> the codes its file declares missing; `settings`: how the
    file is written where it is not plain CSV, as `sources.read` of params.yaml says it.
    """

    header: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    settings: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return len(self.columns[0]) if self.columns else 0
