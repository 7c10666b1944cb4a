"""A source's columns: its own, those of joined files, and those glued together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.ingest.headers import join_keys
from pipeline.ingest.raw import RawTable
from pipeline.params import Glue, Join, TableSource
from pipeline.tables.rules import Finding

if TYPE_CHECKING:
    import pyarrow as pa

UNIT = "\x1f"  # no cell holds it: the gate refuses control characters


@dataclass(frozen=True)
class Wide:
    """The rows of one source with all columns at hand: header -> (text, the file it came from)."""

    base: RawTable
    joined: dict[str, tuple[RawTable, pa.ChunkedArray]]

    def text(self, header: str) -> pa.ChunkedArray:
        """The cells below a header, from the source's own file first."""
        return self.base.column(header) if header in self.base.position else self.joined[header][1]

    def where(self, header: str, canonical: str) -> str:
        """Where a header's column is, for an error."""
        table = self.base if header in self.base.position else self.joined[header][0]
        return table.where(header, canonical)

    def has(self, header: str) -> bool:
        """Whether the header is at hand at all."""
        return header in self.base.position or header in self.joined


def widen(source: TableSource, tables: Mapping[str, RawTable]) -> tuple[Wide, list[Finding]]:
    """The source's file with the columns of its joined files looked up for each row."""
    base = tables[source.file]
    joined: dict[str, tuple[RawTable, pa.ChunkedArray]] = {}
    findings = []
    wanted = _wanted(source)
    for join in source.joins:
        other = tables[join.file]
        if not set(join_keys(join)) <= set(base.header) & set(other.header):
            continue  # said already, by the header rules
        places, found = _look_up(base, other, join)
        findings += found
        for header in wanted & set(other.header) - set(base.header) - set(joined):
            joined[header] = (other, _plain(other.column(header)).take(places).dictionary_encode())
    return Wide(base, joined), findings


def glue(wide: Wide, how: Glue, missing: frozenset[str]) -> pa.ChunkedArray:
    """One text column from several: prefix, cells, separators; missing where any part is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    absent = pa.array(sorted(missing), pa.string())
    parts = []
    for header in how.columns:
        text = _plain(wide.text(header)).combine_chunks()
        parts.append(pc.if_else(pc.is_in(text, absent), pa.scalar(None, pa.string()), text))
    together = pc.binary_join_element_wise(*parts, how.separator)
    glued = pc.binary_join_element_wise(pa.scalar(how.prefix), together, "")
    return pa.chunked_array([pc.fill_null(glued, "")]).dictionary_encode()


def _wanted(source: TableSource) -> set[str]:
    mapped = [entry.columns if isinstance(entry, Glue) else (entry,) for entry in source.columns.values()]
    items = getattr(source, "items", ())
    return {header for group in mapped for header in group} | (set() if isinstance(items, str) else set(items))


def _look_up(base: RawTable, other: RawTable, join: Join) -> tuple[pa.Array, list[Finding]]:
    import pyarrow.compute as pc

    keys = join_keys(join)
    left, right = _key(base, keys), _key(other, keys)
    places = pc.index_in(left, value_set=right)
    used = pc.unique(places.drop_null())
    counts = {
        "join_key_repeated": (other, len(right) - len(pc.unique(right))),
        "join_key_absent": (base, places.null_count),
        "join_row_unused": (other, len(right) - len(used)),
    }
    found = [Finding(name, table.where(keys[0], "key of a join"), rows) for name, (table, rows) in counts.items() if rows]
    return places, found


def _key(table: RawTable, keys: tuple[str, ...]) -> pa.Array:
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(*[_plain(table.column(key)).combine_chunks() for key in keys], UNIT)


def _plain(text: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return text.cast(pa.string())
