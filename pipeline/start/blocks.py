"""Blocks: the rows of one kind in one file, a row for each thing they are about, whatever form the file has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.ingest.headers import names_identifier
from pipeline.ingest.net import classify
from pipeline.prepare.identified import Identified
from pipeline.prepare.moments import is_date

INSTRUMENT, INSTANCE, EVENT = "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_event_name"
MARKER = r"(?:s|t|w|v|ses|sess|session|visit|time|wave|tp)"
SUFFIX = re.compile(rf"(?P<stem>.+?)(?P<sep>[_. -]{MARKER}[_. -]?|[_. -])(?P<n>[0-9]{{1,2}})", re.IGNORECASE)
PREFIX = re.compile(rf"(?P<sep>{MARKER}[_. -]?)(?P<n>[0-9]{{1,2}})(?P<rest>[_. -].+)", re.IGNORECASE)
SESSION, PADDED = "{session}", "{session:02}"
NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
FEW_CODES = 12  # different cells of a column that holds codes
MOST_DATES = 0.9  # the share of filled cells that are dates from which on a column holds dates


@dataclass(frozen=True)
class BlockColumn:
    """One column of a block: its header (`{session}` for a number), its cells, what its file says of its codes."""

    header: str
    cells: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    def different(self) -> set[str]:
        """The different cells that are filled."""
        return set(self.cells) - {""} - self.missing

    def is_number(self) -> bool:
        """Whether every filled cell is a number."""
        found = self.different()
        return bool(found) and all(NUMBER.fullmatch(text) for text in found)

    def is_date(self) -> bool:
        """Whether nearly all filled cells are calendar dates."""
        found = self.different()
        return bool(found) and sum(map(is_date, found)) >= MOST_DATES * len(found)

    def is_code(self) -> bool:
        """Whether it holds few different cells."""
        return 0 < len(self.different()) <= FEW_CODES

    def names_person(self) -> bool:
        """Whether its header names an identifier, or looks like a cell."""
        return names_identifier(self.header) or classify(self.header) is not None


@dataclass(frozen=True)
class CellBlock:
    """Rows of one kind: their file, their columns, which rows of the file they are, and the session numbers if wide.

    `kind`: the header that tells kinds apart, and the cells below it of these rows, one a line.
    """

    file: str
    columns: dict[str, BlockColumn]
    rows: int
    kind: tuple[str, str] | None = None
    wide: tuple[int, ...] = ()
    form: str = "one row a thing"

    def name(self) -> str:
        """What to call it: its kind of row, else its file."""
        return self.kinds[0] if self.kind and self.kind[1] else self.file

    @property
    def kinds(self) -> list[str]:
        """The cells that tell these rows from the file's others."""
        return [] if self.kind is None else self.kind[1].split("\n")

    def unique(self, *headers: str) -> bool:
        """Whether no two rows agree in these columns; rows repeated whole are left to the gate, which says how many."""
        keys = list(zip(*(self.columns[header].cells for header in headers), strict=True))
        if len(set(keys)) == len(keys):
            return True
        whole = set(zip(*(column.cells for column in self.columns.values()), strict=True))
        return len(set(keys)) == len(whole)


def blocks_of(file: str, table: Identified) -> list[CellBlock]:
    """The blocks of a file: one for each REDCap instrument, else one; a wide file as one row a session."""
    columns = {
        header: BlockColumn(header, cells, table.labels.get(header, {}), table.missing.get(header, frozenset()))
        for header, cells in zip(table.header, table.columns, strict=True)
    }
    whole = CellBlock(file, columns, table.rows)
    if INSTRUMENT in columns:
        return list(_instruments(whole))
    if EVENT in columns and len(groups := _events(whole)) > 1:
        return [_rows_of(whole, EVENT, events, "REDCap, events") for events in groups]
    return [_long(whole)]


def _instruments(whole: CellBlock) -> Iterator[CellBlock]:
    for kind in sorted(set(whole.columns[INSTRUMENT].cells)):
        yield _rows_of(whole, INSTRUMENT, (kind,), "REDCap, repeating instruments")


def _rows_of(whole: CellBlock, header: str, kinds: tuple[str, ...], form: str) -> CellBlock:
    """The rows whose cell below a header is one of some, with the columns that they fill."""
    places = [place for place, cell in enumerate(whole.columns[header].cells) if cell in kinds]
    columns = {
        name: replace(column, cells=tuple(column.cells[place] for place in places)) for name, column in whole.columns.items()
    }
    filled = {name: column for name, column in columns.items() if column.different()}
    return CellBlock(whole.file, filled, len(places), (header, "\n".join(kinds)), form=form)


def _events(whole: CellBlock) -> list[tuple[str, ...]]:
    """Events by what is asked at them: those that share a filled column beside the id, which all have, are of one kind."""
    cells = whole.columns[EVENT].cells
    events = sorted(set(cells))
    filled: dict[str, set[str]] = {event: set() for event in events}
    for header, column in whole.columns.items():
        for event, cell in zip(cells, column.cells, strict=True):
            if cell and header != EVENT:
                filled[event].add(header)
    shared = set.intersection(*filled.values())
    groups: list[tuple[set[str], list[str]]] = []
    for event in events:
        own = filled[event] - shared
        alike = [group for group in groups if group[0] & own]
        groups = [group for group in groups if group not in alike]
        groups.append((own.union(*(group[0] for group in alike)), sorted([event, *(e for g in alike for e in g[1])])))
    return sorted(tuple(names) for _, names in groups)


def _long(block: CellBlock) -> CellBlock:
    """A wide block as one row a session; another block as it is."""
    found = _wide_columns(block)
    if not found:
        return block
    numbers = sorted({number for by_number in found.values() for number in by_number})
    columns: dict[str, BlockColumn] = {}
    moved = {header for by_number in found.values() for header in by_number.values()}
    for header, column in block.columns.items():
        if header not in moved:
            columns[header] = replace(column, cells=column.cells * len(numbers))
    for pattern, by_number in found.items():
        parts = [block.columns[by_number[n]] if n in by_number else None for n in numbers]
        first = next(part for part in parts if part is not None)
        cells = tuple(cell for part in parts for cell in (part.cells if part else ("",) * block.rows))
        missing = frozenset().union(*(part.missing for part in parts if part))
        columns[pattern] = BlockColumn(pattern, cells, first.labels, missing)
    columns[SESSION] = BlockColumn(SESSION, tuple(str(n) for n in numbers for _ in range(block.rows)))
    return CellBlock(block.file, columns, block.rows * len(numbers), wide=tuple(numbers), form="one row a client, wide")


def _wide_columns(block: CellBlock) -> dict[str, dict[int, str]]:
    """Pattern with `{session}` -> number -> header, where at least two columns share a run of session numbers."""
    by_mark: dict[str, dict[str, dict[int, str]]] = {}
    padded: set[str] = set()
    for header in block.columns:
        for mark, pattern, digits in _readings(header):
            by_mark.setdefault(mark, {}).setdefault(pattern, {})[int(digits)] = header
            padded |= {pattern} if digits.startswith("0") and len(digits) > 1 else set()
    for mark in sorted(by_mark, key=lambda mark: not _has_letter(mark)):
        runs = {pattern: found for pattern, found in by_mark[mark].items() if len(found) >= 2}
        most = Counter(tuple(sorted(found)) for found in runs.values()).most_common(1)
        if most and most[0][1] >= 2 and (_has_letter(mark) or _are_items(runs)):
            wanted = set(most[0][0])
            kept = {pattern: found for pattern, found in runs.items() if set(found) <= wanted}
            return {p.replace(SESSION, PADDED) if p in padded else p: found for p, found in kept.items()}
    return {}


def _has_letter(mark: str) -> bool:
    return re.search("[A-Za-z]", mark) is not None


def _readings(header: str) -> Iterator[tuple[str, str, str]]:
    """What marks the session in a header, the header with `{session}` for its number, and the number's digits."""
    if match := SUFFIX.fullmatch(header):
        yield match["sep"].lower(), f"{match['stem']}{match['sep']}{SESSION}", match["n"]
    if match := PREFIX.fullmatch(header):
        yield match["sep"].lower(), f"{match['sep']}{SESSION}{match['rest']}", match["n"]


def _are_items(runs: Mapping[str, Mapping[int, str]]) -> bool:
    """Whether a run without a letter for the session is one of numbered items: wai1_1, wai1_2 ... wai12_8."""
    stems = Counter(re.sub(r"[0-9]+[_. -]?\{session\}$", "", pattern) for pattern in runs)
    return any(count >= 4 for count in stems.values())
