"""k-anonymity over clients: how many share their quasi-identifiers with fewer than k."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.tables.arrays import text_array
from pipeline.tables.stored import decoded_column

if TYPE_CHECKING:
    import pyarrow as pa

UNIT = "\x1f"  # between the values of a class; the gate lets no control character in


def small_classes(clients: pa.Table, quasi_identifiers: Sequence[str], k: int) -> int:
    """How many clients stand in a class of fewer than `k`; a missing value is a class of its own.

    Source: Sweeney (2002), k-anonymity: a model for protecting privacy.
    """
    if not quasi_identifiers:
        return 0
    import pyarrow as pa
    import pyarrow.compute as pc

    separator, missing = text_array([UNIT, f"{UNIT} missing"])
    held = [pc.coalesce(decoded_column(clients.column(name)).cast(pa.string()), missing) for name in quasi_identifiers]
    classes = pc.value_counts(pc.binary_join_element_wise(*held, separator))
    return sum(size for size in classes.field("counts").to_pylist() if size < k)
