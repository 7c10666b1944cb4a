"""The canonical tables reduced to what points from one to the other: ids as small whole numbers, days, session numbers.

A million sessions take a few megabytes this way, and every rule across tables works on whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.tables.stored import Stored

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

UNKNOWN = -1  # the code of an id that its parent table does not hold


def row_links(stored: Mapping[str, Stored]) -> dict[str, pd.DataFrame]:
    """Table name -> one row a row of the table: `key`, and as present `client`, `worker`, `session`, `day`, `number`,
    `attended`, `worker_known` (a session where nobody came may name no worker).

    The code of an id is the place of its first row in the parent table (UNKNOWN if it has none).
    """
    import pandas as pd

    parents = {
        "client": ("client_id", first_places(stored["clients"].column("client_id"))),
        "worker": ("worker_id", first_places(stored["workers"].column("worker_id"))),
        "session": ("session_id", first_places(stored["sessions"].column("session_id"))),
    }
    found = {}
    for name, table in stored.items():
        own = {"clients": "client", "workers": "worker", "sessions": "session"}.get(name)
        columns: dict[str, Any] = {}
        for parent, (column, known) in parents.items():
            if column in table.columns:
                codes = known[1] if parent == own else _codes(table.column(column), known[0], known[2])
                columns["key" if parent == own else parent] = codes
        if name == "advocacy":
            columns["key"] = first_places(table.column("episode_id"))[1]
        if name == "sessions":
            columns |= _times(table)
            columns["worker_known"] = table.column("worker_id").is_valid().to_numpy()
        if "rater" in table.columns:
            rater = _whole(table.column("rater").combine_chunks().indices)
            columns["key"] = columns["session"].astype("int64") * 8 + rater
        found[name] = pd.DataFrame(columns)
    return found


def first_places(ids: pa.ChunkedArray) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """The different ids, the place of the first row of each row's id, and the place of the first row of each id."""
    import numpy as np
    import pyarrow.compute as pc

    unique = pc.unique(ids)
    places = _whole(pc.index_in(ids, value_set=unique).combine_chunks())
    firsts = np.full(len(unique), len(ids), dtype="int32")
    np.minimum.at(firsts, places, np.arange(len(ids), dtype="int32"))
    return unique, firsts[places], firsts


def _codes(ids: pa.ChunkedArray, unique: pa.Array, firsts: np.ndarray) -> np.ndarray:
    import numpy as np
    import pyarrow.compute as pc

    places = pc.index_in(ids, value_set=unique).combine_chunks()
    known = places.is_valid().to_numpy(zero_copy_only=False)
    codes = np.full(len(ids), UNKNOWN, dtype="int32")
    codes[known] = firsts[_whole(places.drop_null())]
    return codes


def _times(sessions: Stored) -> dict[str, Any]:
    import pyarrow.compute as pc

    day = sessions.column("day").cast("double").to_numpy()
    attended = pc.equal(sessions.column("attendance").cast("string"), "attended")
    return {
        "day": day,
        "number": sessions.column("session_number").to_numpy().astype("int32"),
        "attended": attended.to_numpy().astype(bool),
    }


def _whole(codes: pa.Array) -> np.ndarray:
    array: np.ndarray = codes.to_numpy(zero_copy_only=False)
    return array.astype("int32", copy=False)
