"""Rows and cells of a file that feeds several tables, of a kind that no mapping asks for: counted, so that none is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.base.params import Checked, Sources, TableSource
from pipeline.ingest.headers import UNREAD, all_sources, headers_of, headers_used, item_count
from pipeline.ingest.joins import filled, rows_of_kind
from pipeline.ingest.raw import RawTable
from pipeline.tables.arrays import strings
from pipeline.tables.rules import Finding


def unused(raw: Mapping[str, RawTable], sources: Sources, items: Mapping[str, int]) -> Iterator[Finding]:
    """Rows that no mapping takes, and rows that one takes which hold values in columns that only others read.

    `items`: instrument -> how many items it has. Ids are left out: they stand on every row of an export.
    """
    import numpy as np

    for file, table in raw.items():
        feeding = [source for source in all_sources(sources).values() if source.file == file]
        if not any(source.rows for source in feeding):
            continue
        taken = [_taken(source, table) for source in feeding]
        anywhere = np.logical_or.reduce(taken)
        if rows := int(np.count_nonzero(~anywhere)):
            yield Finding("rows_unused", file, rows)
        lost = np.zeros(table.rows, dtype=bool)
        for header in _answers(feeding, items) - _joined(file, sources, items):
            if header in table.position:
                uses = [header in headers_used(source, item_count(source, items)) for source in feeding]
                read = np.logical_or.reduce([mask for mask, use in zip(taken, uses, strict=True) if use])
                lost |= anywhere & ~read & _has_value(table, header, feeding)
        if rows := int(np.count_nonzero(lost)):
            yield Finding("cells_unused", file, rows, table.first_line + int(np.argmax(lost)))


def _taken(source: TableSource, table: RawTable) -> Any:
    """Whether each row of a file is of the kind that a mapping asks for."""
    import numpy as np

    places = rows_of_kind(source, table)
    if places is None:
        return np.ones(table.rows, dtype=bool)
    mask = np.zeros(table.rows, dtype=bool)
    mask[places.to_numpy()] = True
    return mask


def _answers(feeding: list[TableSource], items: Mapping[str, int]) -> set[str]:
    """The headers that say something on their own: no ids, and nothing that only tells kinds of rows."""
    used = [headers_used(source, item_count(source, items)).items() for source in feeding]
    kinds = {header for source in feeding for header in source.rows}
    return {
        header
        for pairs in used
        for header, canonical in pairs
        if canonical not in UNREAD and not canonical.endswith("_id") and header not in kinds
    }


def _joined(file: str, sources: Sources, items: Mapping[str, int]) -> set[str]:
    """The headers that some join may look up in the file, on any row."""
    joining = [s for s in all_sources(sources).values() if file in [join.file for join in s.joins]]
    return {header for source in joining for header in headers_used(source, item_count(source, items))}


def _has_value(table: RawTable, header: str, feeding: list[TableSource]) -> Any:
    """Whether each row has a value below a header: neither missing nor an unchecked box."""
    import pyarrow.compute as pc

    nothing = {"", *table.user_missing.get(header, ())}
    for source in feeding:
        nothing |= set(source.missing)
        for mapped in source.columns.values():
            if isinstance(mapped, Checked) and header in headers_of(mapped):
                nothing |= set(mapped.no)
    cells = filled(table.column(header))
    return pc.invert(pc.is_in(cells, strings(sorted(nothing)))).to_numpy(zero_copy_only=False)
