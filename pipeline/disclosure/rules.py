"""What may leave: cell size, rounding, and the floor under a model."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.base.options import Release

RESIDUAL_DF = 10  # PRIVACY.md "Way out": a model with fewer residual degrees of freedom starts to describe single rows


@dataclass(frozen=True)
class Rules:
    """The rules of one release: `min_cell` clients behind every number, counts in steps of `round_to`."""

    min_cell: int = 10
    round_to: int = 5
    release: Release = "public"

    @property
    def exact(self) -> bool:
        """Whether exact numbers may be shown: only inside the team, and every page says so."""
        return self.release == "internal"


def rounded(count: int, base: int) -> int:
    """A count to the nearest multiple of `base`, halves up."""
    return (2 * count + base) // (2 * base) * base


def preimage(released: int, base: int) -> tuple[int, int]:
    """The smallest and the largest count that `rounded` turns into `released`."""
    low = max(0, math.ceil(released - base / 2))
    high = released + (base - 1) // 2
    return low, high
