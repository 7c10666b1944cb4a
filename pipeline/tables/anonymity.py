"""k-anonymity over clients: how many share their quasi-identifiers with fewer than k."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def small_classes(clients: pa.Table, quasi_identifiers: Sequence[str], k: int) -> int:
    """How many clients stand in a class of fewer than `k`; a missing value is a class of its own.

    Source: Sweeney (2002), k-anonymity: a model for protecting privacy.
    """
    if not quasi_identifiers:
        return 0
    import pyarrow.compute as pc

    sizes = clients.group_by(list(quasi_identifiers)).aggregate([([], "count_all")]).column("count_all")
    small = sizes.filter(pc.less(sizes, k))
    return int(pc.sum(small).as_py() or 0)
