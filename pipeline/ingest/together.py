"""The parts of one canonical table put together: numbered where no column does, in one order whatever the files' was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.ingest.assemble import ORDER, Assembled, guessable_ids
from pipeline.tables import Sessions
from pipeline.tables.rules import Finding
from pipeline.tables.stored import decoded_column

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

KEYS = ("client_id", "session_number", "day", "session_id", "episode_id", "worker_id", "rater")  # what rows are ordered by


@dataclass
class Together:
    """A table's rows from all its parts, what was found wrong, and what was set aside or emptied."""

    rows: pa.Table
    findings: list[Finding] = field(default_factory=list)
    set_aside: dict[str, int] = field(default_factory=dict)
    removed: dict[str, dict[str, int]] = field(default_factory=dict)


def stack_parts(parts: list[Assembled], new_ids: Iterable[str] = ()) -> Together:
    """Parts one below the other, in the order of their keys; counts added up.

    `new_ids`: the id columns whose ids come in here, and are looked at for being guessable, whichever file they stand in.
    """
    import pyarrow as pa

    table = pa.concat_tables([part.table for part in parts], promote_options="default")
    found = Together(table, [finding for part in parts for finding in part.findings])
    glued = {name for part in parts for name in part.glued}
    places = {name: place for part in reversed(parts) for name, place in part.places.items()}
    for name in sorted({*new_ids} & {*table.column_names} - glued):
        found.findings += guessable_ids(table.column(name), name, places.get(name, name))
    for part in parts:
        for reason, rows in part.set_aside.items():
            found.set_aside[reason] = found.set_aside.get(reason, 0) + rows
        for column, codes in part.removed.items():
            mine = found.removed.setdefault(column, {})
            for code, cells in codes.items():
                mine[code] = mine.get(code, 0) + cells
    if ORDER in table.column_names:
        found.rows, tied = number_sessions(table)
        found.findings += [Finding("order_tied", places.get("day", "sessions"), tied)] if tied else []
    found.rows = in_order(found.rows)
    return found


def number_sessions(sessions: pa.Table) -> tuple[pa.Table, int]:
    """Sessions with their place, by ORDER, among those of one client and worker: 1, 2, 3 ...; and how many share theirs.

    Where two share it, the session's id decides: the same files give the same numbers, in whatever order their rows stand.
    """
    import numpy as np
    import pyarrow as pa

    pair = [_codes(sessions.column(name)) if name in sessions.column_names else None for name in ("client_id", "worker_id")]
    groups = [codes for codes in pair if codes is not None] or [np.zeros(sessions.num_rows, dtype=np.int64)]
    order = decoded_column(sessions.column(ORDER)).to_numpy()
    ids = [_codes(sessions.column("session_id"))] if "session_id" in sessions.column_names else []
    places = np.lexsort((*ids, order, *groups[::-1]))
    first = np.ones(len(places), dtype=bool)
    for group in groups:
        first[1:] &= group[places][1:] == group[places][:-1]
    first[1:] = ~first[1:]
    starts = np.flatnonzero(first)
    numbers = np.empty(len(places), dtype=np.int64)
    numbers[places] = np.arange(len(places)) - np.repeat(starts, np.diff([*starts, len(places)])) + 1
    tied = int(np.count_nonzero(~first[1:] & (np.diff(order[places]) == 0))) if len(places) else 0
    rows = sessions.drop_columns([ORDER])
    known = [name for name in Sessions.columns if name in rows.column_names or name == "session_number"]
    return rows.append_column("session_number", pa.chunked_array([pa.array(numbers)])).select(known), tied


def in_order(table: pa.Table) -> pa.Table:
    """The rows in the order of their keys, so that equal content gives equal bytes whatever the files' order was."""
    import pyarrow as pa
    import pyarrow.compute as pc

    names = [name for name in KEYS if name in table.column_names]
    if not names or table.num_rows < 2:
        return table
    keys = pa.table({name: _sortable(table.column(name)) for name in names})
    places = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in names])
    whole = [_in_one_piece(table.column(name)) for name in table.column_names]
    return pa.table(whole, names=table.column_names).take(places)


def _in_one_piece(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column whose pieces share one dictionary: those of a large file do not, and Arrow unifies none that holds a null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.num_chunks < 2 or not pa.types.is_dictionary(column.type):
        return column
    first = column.chunk(0).dictionary
    if all(chunk.dictionary.equals(first) for chunk in column.chunks):  # declared codes: all of them stay, in their order
        indices = pa.concat_arrays([chunk.indices for chunk in column.chunks])
        return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, first)], column.type)
    values = pa.chunked_array([chunk.dictionary.take(chunk.indices) for chunk in column.chunks], column.type.value_type)
    return pc.dictionary_encode(values.combine_chunks()).cast(column.type)


def _sortable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    decoded = decoded_column(column)
    return decoded.cast(pa.string()) if pa.types.is_dictionary(decoded.type) else decoded


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    """Ids as whole numbers in the order of the ids; missing ones are 0."""
    import numpy as np
    import pyarrow.compute as pc

    ids = decoded_column(column)
    different = pc.unique(ids.drop_null())
    ranked = different.take(pc.array_sort_indices(different))
    codes: np.ndarray = pc.fill_null(pc.index_in(ids, value_set=ranked), -1).to_numpy().astype(np.int64) + 1
    return codes
