"""A table as the report shows it, and as the CSV beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from pipeline.disclosure.neutral import csv_text
from pipeline.disclosure.shown import Shown

Value = str | Shown
WORDY = 24  # characters of a cell from which on it is words


@dataclass(frozen=True)
class Line:
    """One row: a head and its cells; an `inner` one is indented under the row before, `group` rows are headings."""

    head: str
    cells: tuple[Value, ...] = ()
    inner: bool = False
    group: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its caption, column heads (the first over the row heads) and a note under it."""

    name: str
    caption: str
    head: tuple[str, ...]
    lines: tuple[Line, ...] = field(default=())
    note: str = ""

    def csv(self) -> str:
        """The table as CSV: what the reader sees, cell by cell, with group headings in a column of their own."""
        grouped = any(line.group for line in self.lines)
        rows, group = [], ""
        for line in self.lines:
            if line.group or not line.inner:
                group = line.head if line.group else ""
            if line.cells:
                cells = [line.head, *(_plain(cell) for cell in line.cells)]
                rows.append([group, *cells] if grouped else cells)
        return csv_text(["Group", *self.head] if grouped else list(self.head), rows)

    def is_wordy(self, column: int) -> bool:
        """Whether a column (0: the row heads) holds words rather than numbers, so that it starts at the left."""
        return column > 0 and any(len(str(cell)) > WORDY for line in self.lines for cell in line.cells[column - 1 : column])

    def _repr_html_(self) -> str:
        """The table in a notebook."""
        head = "".join(f"<th>{escape(cell)}</th>" for cell in self.head)
        rows = "".join(_html_row(line, len(self.head)) for line in self.lines)
        body = f"<caption>{escape(self.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
        return f"<table>{body}</table><p>{escape(self.note)}</p>"


def _html_row(line: Line, width: int) -> str:
    if line.group:
        return f'<tr><th colspan="{width}">{escape(line.head)}</th></tr>'
    cells = "".join(f"<td>{escape(str(cell))}</td>" for cell in line.cells)
    return f"<tr><th>{escape(line.head)}</th>{cells}</tr>"


def _plain(cell: Value) -> str:
    """A cell for a spreadsheet: a number without thousands separators and with an ordinary minus."""
    if isinstance(cell, Shown) and cell.value is not None:
        return cell.text.replace(",", "").replace("−", "-")
    return str(cell)
