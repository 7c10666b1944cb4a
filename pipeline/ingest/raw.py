"""One raw file as text: what every reader returns, whatever the format was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.tables.rules import Finding

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class RawTable:
    """A file's cells as dictionary-encoded text, column by column; `first_line` is the line its first row stands on.

    Formats with types of their own add, by header: `labels` (code -> label), `user_missing` (codes the file declares
    missing), `numbers` (columns that hold numbers, so that an id among them may have lost its leading zeros) and
    `formulas` (how many cells of a column were formulas; they are empty here). `decimal` is the decimal mark of its numbers,
    `findings` what its reader would say of it though it can be read.
    """

    file: str
    header: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]
    rows: int
    sha256: str = ""
    notes: tuple[str, ...] = ()
    first_line: int = 2
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    user_missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    numbers_are_exact: bool = False
    formulas: Mapping[str, int] = field(default_factory=dict)
    decimal: str = "."
    findings: tuple[Finding, ...] = ()
    position: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "position", {name: place for place, name in enumerate(self.header)})

    def column(self, header: str) -> pa.ChunkedArray:
        """The cells below one header."""
        return self.columns[self.position[header]]

    def where(self, header: str, canonical: str = "") -> str:
        """Where a column is, for an error: file, position, and the name it is mapped to; never the header itself."""
        named = f" ({canonical})" if canonical else ""
        return f"{self.file}, column {self.position[header] + 1}{named}"


def text_columns(cells: Sequence[Sequence[str | None]]) -> tuple[pa.ChunkedArray, ...]:
    """Columns of Python strings as the encoded text a RawTable holds."""
    import pyarrow as pa

    return tuple(pa.chunked_array([pa.array(column, pa.string()).dictionary_encode()]) for column in cells)
