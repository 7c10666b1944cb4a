"""A source's rows and columns: the rows of its kind, its own columns, those of joined files, those made of several."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.base.sources import Checked, Glue, Join, RatingSource, TableSource
from pipeline.ingest.headers import item_count, join_keys, other_keys
from pipeline.ingest.parts import SESSION, Part, filled_header, headers_of, item_headers, of_sessions
from pipeline.ingest.raw import RawTable
from pipeline.tables.arrays import text_array
from pipeline.tables.column import CODES_SEPARATOR
from pipeline.tables.remedies import About
from pipeline.tables.rules import Finding

if TYPE_CHECKING:
    import pyarrow as pa

UNIT = "\x1f"  # no cell holds it: the gate refuses control characters
NONE = "none"  # the code of a list that is known to be empty


@dataclass(frozen=True)
class Wide:
    """The rows of one source with all columns at hand: its file, the rows that are its own, and joined columns."""

    base: RawTable
    kept: pa.Array | None
    joined: dict[str, tuple[RawTable, pa.ChunkedArray]]
    session: int | None = None

    @property
    def rows(self) -> int:
        """How many rows are the source's own."""
        return self.base.rows if self.kept is None else len(self.kept)

    def has(self, header: str) -> bool:
        """Whether the header is at hand at all."""
        return header in self.base.position or header in self.joined or (header == SESSION and self.session is not None)

    def text(self, header: str) -> pa.ChunkedArray:
        """The cells below a header, from the source's own file first; the number of the session where it is asked for."""
        if header == SESSION:
            return repeated_text(str(self.session), self.rows)
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


def join_files(part: Part, tables: Mapping[str, RawTable], items: Mapping[str, int]) -> tuple[Wide, list[Finding]]:
    """The part's rows, with the columns of its joined files looked up for each; `items`: instrument -> how many it has."""
    source, base = part.source, tables[part.file]
    count = item_count(source, items)
    wide = Wide(base, rows_of_kind(source, base), {}, part.session)
    findings = []
    wanted = {header for mapped in source.columns.values() for header in headers_of(mapped)}
    if isinstance(source, RatingSource):
        wanted |= {*item_headers(source, count), *source.totals.values(), *source.scores.values()}
    for join in source.joins:
        other = tables[join.file]
        if not (set(join_keys(join)) <= set(base.header) and set(other_keys(join)) <= set(other.header)):
            continue  # said already, by the header rules
        places, found = _look_up(wide, other, join)
        findings += found
        for header in wanted & set(other.header) - set(base.header) - set(wide.joined):
            wide.joined[header] = (other, _plain(other.column(header)).take(places).dictionary_encode())
    return wide, findings


def without_empty_sessions(wide: Wide, original: TableSource, items: Mapping[str, int]) -> tuple[Wide, int]:
    """The rows of a wide source that hold anything of its session, and how many hold nothing: those had no such session."""
    import pyarrow as pa
    import pyarrow.compute as pc

    patterns = of_sessions(original, item_count(original, items))
    headers = [header for pattern in patterns if wide.has(header := filled_header(pattern, session=wide.session))]
    if not headers or wide.session is None:
        return wide, 0
    there: Any = None
    for header in headers:
        table = wide.table(header)
        nothing = {"", *table.user_missing.get(header, ()), *original.missing_codes("all")}
        filled_in = pc.invert(pc.is_in(without_nulls(wide.text(header)), text_array(sorted(nothing))))
        there = filled_in if there is None else pc.or_(there, filled_in)
    empty = wide.rows - there.true_count
    if not empty:
        return wide, 0
    places = pc.indices_nonzero(there)
    kept = places if wide.kept is None else wide.kept.take(places)
    joined = {name: (table, column.take(pa.array(places))) for name, (table, column) in wide.joined.items()}
    return Wide(wide.base, kept, joined, wide.session), empty


def rows_of_kind(source: TableSource, base: RawTable) -> pa.Array | None:
    """The places of the rows whose cells are what `rows` of the mapping asks for; None for all rows."""
    import pyarrow.compute as pc

    mask = None
    for header, texts in source.rows.items():
        if header in base.position:
            cells = without_nulls(base.column(header))
            hit = pc.is_in(cells, text_array(texts))
            mask = hit if mask is None else pc.and_(mask, hit)
    return None if mask is None else pc.indices_nonzero(mask)


def make_column(wide: Wide, mapped: str | Glue | Checked, missing: frozenset[str]) -> tuple[pa.ChunkedArray, list[Finding]]:
    """The text of one canonical column: as it is, glued from several, or listed from checkboxes."""
    if isinstance(mapped, Glue):
        return _glue(wide, mapped, missing)
    return _list_checked(wide, mapped) if isinstance(mapped, Checked) else (wide.text(mapped), [])


def repeated_text(text: str, rows: int) -> pa.ChunkedArray:
    """One text on every row, encoded."""
    import pyarrow as pa

    indices = pa.Array.from_buffers(pa.int32(), rows, [None, pa.py_buffer(bytes(4 * rows))])
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, text_array([text]))])


def _glue(wide: Wide, how: Glue, missing: frozenset[str]) -> tuple[pa.ChunkedArray, list[Finding]]:
    """Prefix, cells, separators; missing where any part is. A finding where two rows of other parts could read alike."""
    import pyarrow as pa
    import pyarrow.compute as pc

    absent = text_array(sorted(missing))
    parts, none = [], text_array([None])[0]
    for header in how.columns:
        text = _plain(wide.text(header)).combine_chunks()
        parts.append(pc.if_else(pc.is_in(text, absent), none, text))
    prefix, separator, empty = text_array([how.prefix, how.separator, ""])
    together = pc.binary_join_element_wise(*parts, separator)
    glued = pc.binary_join_element_wise(prefix, together, empty)
    findings = []
    if len(parts) > 1 and (rows := _colliding(parts, together, how.separator)):
        header = next(header for header in how.columns if header != SESSION)
        about = About(headers=", ".join(f'"{name}"' for name in how.columns))
        findings = [Finding("glue_collides", wide.table(header).where(header), rows, about=about)]
    return pa.chunked_array([pc.coalesce(glued, empty)]).dictionary_encode(), findings


def _colliding(parts: list[pa.Array], together: pa.Array, separator: str) -> int:
    """How many rows could be read in two ways: digits meet without a separator, or the whole stands for several rows' parts.

    Parts of one length each cannot: `a1b2c3d4` and `07` are told apart by counting.
    """
    import pyarrow.compute as pc

    if not separator:
        lengths = [pc.min_max(pc.utf8_length(part)).as_py() for part in parts]
        if sum(bounds["min"] != bounds["max"] for bounds in lengths) > 1:
            meeting = [
                pc.and_(pc.match_substring_regex(left, "[0-9]$"), pc.match_substring_regex(right, "^[0-9]"))
                for left, right in itertools.pairwise(parts)
            ]
            rows = max(int(pc.sum(pc.fill_null(hit, False)).as_py() or 0) for hit in meeting)
            if rows:
                return rows
    apart = pc.binary_join_element_wise(*parts, text_array([UNIT])[0])
    return len(pc.unique(apart.drop_null())) - len(pc.unique(together.drop_null()))


def _list_checked(wide: Wide, how: Checked) -> tuple[pa.ChunkedArray, list[Finding]]:
    """The codes of the boxes that are checked, `none` where none is; nothing where all are blank: nobody was asked.

    A cell that is neither checked nor unchecked is a finding.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    parts, findings, asked = [], [], None
    for header, code in how.checked.items():
        text = without_nulls(wide.text(header))
        checked = pc.is_in(text, text_array(how.yes))
        right = pc.or_(checked, pc.is_in(text, text_array(how.no)))
        if right.true_count < len(right):
            row = pc.indices_nonzero(pc.invert(right))[0].as_py()
            where = wide.table(header).where(header)
            findings.append(Finding("not_checkbox", where, len(right) - right.true_count, wide.line(row, header)))
        blank = pc.and_(pc.equal(text, ""), pc.invert(checked))
        asked = pc.invert(blank) if asked is None else pc.or_(asked, pc.invert(blank))
        mark, empty = text_array([f"{CODES_SEPARATOR}{code}", ""])
        parts.append(pc.if_else(checked, mark, empty))
    nothing, none = text_array(["", NONE])
    together = pc.binary_join_element_wise(*parts, nothing)  # Arrow's null_handling="skip" loses rows that are all null
    listed = pc.utf8_ltrim(together, characters=CODES_SEPARATOR)
    listed = pc.if_else(pc.and_(pc.equal(listed, ""), asked), none, listed)
    return pa.chunked_array([listed]).dictionary_encode(), findings


def _look_up(wide: Wide, other: RawTable, join: Join) -> tuple[pa.Array, list[Finding]]:
    import pyarrow.compute as pc

    keys, others = join_keys(join), other_keys(join)
    left = _key([wide.text(key) for key in keys])
    right = _key([other.column(key) for key in others])
    places = pc.index_in(left, value_set=right)
    used = pc.unique(places.drop_null())
    counts = {
        "join_key_repeated": (other, others[0], len(right) - len(pc.unique(right))),
        "join_key_absent": (wide.base, keys[0], places.null_count),
        "join_row_unused": (other, others[0], len(right) - len(used)),
    }
    found = [Finding(name, table.where(key, "key of a join"), rows) for name, (table, key, rows) in counts.items() if rows]
    return places, found


def _key(columns: list[pa.ChunkedArray]) -> pa.Array:
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(*[_plain(column).combine_chunks() for column in columns], text_array([UNIT])[0])


def without_nulls(text: pa.ChunkedArray) -> pa.Array:
    """Plain text with an empty cell for a missing one."""
    import pyarrow.compute as pc

    return pc.coalesce(_plain(text).combine_chunks(), text_array([""])[0])


def _plain(text: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return text.cast(pa.string())
