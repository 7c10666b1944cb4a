"""A source's rows and columns: the rows of its kind, its own columns, those of joined files, those made of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.base.params import Checked, Glue, Join, RatingSource, TableSource
from pipeline.ingest.headers import headers_of, item_headers, join_keys
from pipeline.ingest.raw import RawTable
from pipeline.tables.arrays import strings
from pipeline.tables.column import CODES_SEPARATOR
from pipeline.tables.rules import Finding

if TYPE_CHECKING:
    import pyarrow as pa

UNIT = "\x1f"  # no cell holds it: the gate refuses control characters


@dataclass(frozen=True)
class Wide:
    """The rows of one source with all columns at hand: its file, the rows that are its own, and joined columns."""

    base: RawTable
    kept: pa.Array | None
    joined: dict[str, tuple[RawTable, pa.ChunkedArray]]

    @property
    def rows(self) -> int:
        """How many rows are the source's own."""
        return self.base.rows if self.kept is None else len(self.kept)

    def has(self, header: str) -> bool:
        """Whether the header is at hand at all."""
        return header in self.base.position or header in self.joined

    def text(self, header: str) -> pa.ChunkedArray:
        """The cells below a header, from the source's own file first."""
        if header not in self.base.position:
            return self.joined[header][1]
        column = self.base.column(header)
        return column if self.kept is None else column.take(self.kept).unify_dictionaries()

    def table(self, header: str) -> RawTable:
        """The file a header is in."""
        return self.base if header in self.base.position else self.joined[header][0]

    def line(self, row: int, header: str = "") -> int:
        """The line of the file that a row stands on; 0 where the column comes from a joined file."""
        if header and header not in self.base.position:
            return 0
        return self.base.first_line + (row if self.kept is None else int(self.kept[row].as_py()))


def widen(source: TableSource, tables: Mapping[str, RawTable], items: int = 0) -> tuple[Wide, list[Finding]]:
    """The source's rows, with the columns of its joined files looked up for each."""
    base = tables[source.file]
    wide = Wide(base, rows_of_kind(source, base), {})
    findings = []
    wanted = {header for mapped in source.columns.values() for header in headers_of(mapped)}
    if isinstance(source, RatingSource):
        wanted |= {*item_headers(source, items), *source.totals.values()}
    for join in source.joins:
        other = tables[join.file]
        if not set(join_keys(join)) <= set(base.header) & set(other.header):
            continue  # said already, by the header rules
        places, found = _look_up(wide, other, join)
        findings += found
        for header in wanted & set(other.header) - set(base.header) - set(wide.joined):
            wide.joined[header] = (other, _plain(other.column(header)).take(places).dictionary_encode())
    return wide, findings


def rows_of_kind(source: TableSource, base: RawTable) -> Any:
    """The places of the rows whose cells are what `rows` of the mapping asks for; None for all rows."""
    import pyarrow.compute as pc

    mask = None
    for header, texts in source.rows.items():
        if header in base.position:
            cells = filled(base.column(header))
            hit = pc.is_in(cells, strings(texts))
            mask = hit if mask is None else pc.and_(mask, hit)
    return None if mask is None else pc.indices_nonzero(mask)


def make(wide: Wide, mapped: str | Glue | Checked, missing: frozenset[str]) -> tuple[pa.ChunkedArray, list[Finding]]:
    """The text of one canonical column: as it is, glued from several, or listed from checkboxes."""
    if isinstance(mapped, Glue):
        return _glue(wide, mapped, missing), []
    return _list_checked(wide, mapped) if isinstance(mapped, Checked) else (wide.text(mapped), [])


def _glue(wide: Wide, how: Glue, missing: frozenset[str]) -> pa.ChunkedArray:
    """Prefix, cells, separators; missing where any part is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    absent = strings(sorted(missing))
    parts, none = [], strings([None])[0]
    for header in how.columns:
        text = _plain(wide.text(header)).combine_chunks()
        parts.append(pc.if_else(pc.is_in(text, absent), none, text))
    prefix, separator, empty = strings([how.prefix, how.separator, ""])
    together = pc.binary_join_element_wise(*parts, separator)
    glued = pc.binary_join_element_wise(prefix, together, empty)
    return pa.chunked_array([pc.coalesce(glued, empty)]).dictionary_encode()


def _list_checked(wide: Wide, how: Checked) -> tuple[pa.ChunkedArray, list[Finding]]:
    """The codes of the boxes that are checked; a cell that is neither checked nor unchecked is a finding."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts, findings = [], []
    for header, code in how.checked.items():
        text = filled(wide.text(header))
        checked = pc.is_in(text, strings(how.yes))
        right = pc.or_(checked, pc.is_in(text, strings(how.no)))
        if right.true_count < len(right):
            row = pc.indices_nonzero(pc.invert(right))[0].as_py()
            where = wide.table(header).where(header)
            findings.append(Finding("not_checkbox", where, len(right) - right.true_count, wide.line(row, header)))
        mark, empty = strings([f"{CODES_SEPARATOR}{code}", ""])
        parts.append(pc.if_else(checked, mark, empty))
    together = pc.binary_join_element_wise(
        *parts, strings([""])[0]
    )  # Arrow's null_handling="skip" loses rows that are all null
    listed = pc.utf8_ltrim(together, characters=CODES_SEPARATOR)
    return pa.chunked_array([listed]).dictionary_encode(), findings


def _look_up(wide: Wide, other: RawTable, join: Join) -> tuple[pa.Array, list[Finding]]:
    import pyarrow.compute as pc

    keys = join_keys(join)
    left = _key([wide.text(key) for key in keys])
    right = _key([other.column(key) for key in keys])
    places = pc.index_in(left, value_set=right)
    used = pc.unique(places.drop_null())
    counts = {
        "join_key_repeated": (other, len(right) - len(pc.unique(right))),
        "join_key_absent": (wide.base, places.null_count),
        "join_row_unused": (other, len(right) - len(used)),
    }
    found = [Finding(name, table.where(keys[0], "key of a join"), rows) for name, (table, rows) in counts.items() if rows]
    return places, found


def _key(columns: list[pa.ChunkedArray]) -> pa.Array:
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(*[_plain(column).combine_chunks() for column in columns], strings([UNIT])[0])


def filled(text: pa.ChunkedArray) -> pa.Array:
    """Plain text with an empty cell for a missing one."""
    import pyarrow.compute as pc

    return pc.coalesce(_plain(text).combine_chunks(), strings([""])[0])


def _plain(text: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return text.cast(pa.string())
