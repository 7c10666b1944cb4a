"""docs/operating-characteristics.md from the results."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.worlds.tally import Tally


def write(found: Sequence[Tally], first_seed: int) -> None:
    """Write the page."""
    raise NotImplementedError
