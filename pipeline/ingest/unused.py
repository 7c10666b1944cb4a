"""Rows and cells of a file that feeds several tables, of a kind that no mapping asks for: counted, so that none is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pipeline.base.column_names import is_id
from pipeline.base.sources import Checked, Sources, TableSource
from pipeline.ingest.headers import UNREAD, headers_used, item_count
from pipeline.ingest.joins import rows_of_kind, without_nulls
from pipeline.ingest.parts import headers_of, parts
from pipeline.ingest.raw import RawTable
from pipeline.tables.arrays import text_array
from pipeline.tables.rules import Finding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def unused_findings(raw: Mapping[str, RawTable], sources: Sources, items: Mapping[str, int]) -> Iterator[Finding]:
    """Rows that no mapping takes, and rows that one takes which hold values in columns that only others read.

    `items`: instrument -> how many items it has. Ids are left out: they stand on every row of an export. So is a value that
    the client's own row says, too: clinics' exports repeat what they know of somebody on every later session.
    """
    import numpy as np

    for file, table in raw.items():
        feeding = [part.source for part in parts(sources) if part.file == file]
        yield from _absent(table, feeding)
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
                without = anywhere & ~read & _has_value(table, header, feeding)
                lost |= without & ~_is_repeated(table, header, feeding, items, read) if without.any() else without
        if rows := int(np.count_nonzero(lost)):
            yield Finding("cells_unused", file, rows, table.first_line + int(np.argmax(lost)))


def _absent(table: RawTable, feeding: list[TableSource]) -> Iterator[Finding]:
    """Values that a mapping's `rows` asks for and that no row has."""
    import pyarrow.compute as pc

    for header, texts in sorted({(header, texts) for source in feeding for header, texts in source.rows.items()}):
        if header in table.position:
            there = set(pc.unique(without_nulls(table.column(header))).to_pylist())
            if absent := sum(text not in there for text in texts):
                yield Finding("rows_absent", table.where(header), detail=f"{absent} of {len(texts)} values")


def _taken(source: TableSource, table: RawTable) -> NDArray[np.bool_]:
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
        if canonical not in UNREAD and not is_id(canonical) and header not in kinds
    }


def _is_repeated(
    table: RawTable, header: str, feeding: list[TableSource], items: Mapping[str, int], read: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether each row says below a header what the one row that is read of the same client says there.

    Of what is told many times over (an answer, a day) nothing is repeated: equal ones are still two.
    """
    import numpy as np

    used = [headers_used(source, item_count(source, items)).items() for source in feeding]
    clients = {own for pairs in used for own, canonical in pairs if canonical == "client_id" and own in table.position}
    if len(clients) != 1:  # ids made of several columns, or of others in each mapping
        return np.zeros(table.rows, dtype=bool)
    persons, values = _codes(table, clients.pop()), _codes(table, header)
    if np.unique(persons[read]).size < np.count_nonzero(read):
        return np.zeros(table.rows, dtype=bool)
    pairs = persons * (int(values.max(initial=0)) + 1) + values
    return np.isin(pairs, pairs[read])


def _codes(table: RawTable, header: str) -> NDArray[np.int64]:
    """A number for each text below a header, the same for the same text."""
    import numpy as np

    codes: NDArray[np.int64] = without_nulls(table.column(header)).dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes


def _joined(file: str, sources: Sources, items: Mapping[str, int]) -> set[str]:
    """The headers that some join may look up in the file, on any row."""
    joining = [part.source for part in parts(sources) if file in part.files[1:]]
    return {header for source in joining for header in headers_used(source, item_count(source, items))}


def _has_value(table: RawTable, header: str, feeding: list[TableSource]) -> NDArray[np.bool_]:
    """Whether each row has a value below a header: neither missing nor an unchecked box."""
    import pyarrow.compute as pc

    nothing = {"", *table.user_missing.get(header, ())}
    for source in feeding:
        nothing |= source.missing_codes("all")
        for mapped in source.columns.values():
            if isinstance(mapped, Checked) and header in headers_of(mapped):
                nothing |= set(mapped.no)
    cells = without_nulls(table.column(header))
    has: NDArray[np.bool_] = pc.invert(pc.is_in(cells, text_array(sorted(nothing)))).to_numpy(zero_copy_only=False)
    return has
