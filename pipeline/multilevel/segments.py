"""Sums over groups of equal index along the last axis: how rows become levels and levels become parents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]


# Up to so many positions times targets a product with the 0/1 matrix beats sorted sums.
SMALL = 50_000


# Up to so many possible keys a table of marks finds the distinct ones; beyond, sorting.
MARKS = 20_000_000


def distinct(keys: Ints, possible: int) -> Ints:
    """The distinct values of keys in [0, possible), rising."""
    if possible <= MARKS:
        marks = np.zeros(possible, dtype=bool)
        marks[keys] = True
        return np.flatnonzero(marks)
    ranked = np.sort(keys)
    return ranked[np.concatenate(([True], ranked[1:] != ranked[:-1]))] if len(ranked) else ranked


def distinct_with_inverse(keys: Ints, possible: int) -> tuple[Ints, Ints]:
    """The distinct values of keys, rising, and the position of each key among them."""
    kept = distinct(keys, possible)
    if possible <= MARKS:
        place = np.empty(possible, dtype=np.int64)
        place[kept] = np.arange(len(kept))
        return kept, place[keys]
    return kept, np.searchsorted(kept, keys)


@dataclass(frozen=True)
class Segments:
    """A map from positions to `size` targets that can sum values into the targets and spread targets back.

    `order` is None when positions already come sorted by target; `identity` when each position is its own target.
    """

    index: Ints
    size: int
    identity: bool
    order: Ints | None
    starts: Ints
    filled: Ints | None
    indicator: Floats | None

    @classmethod
    def of(cls, index: Ints, size: int) -> Segments:
        """Segments for an array of targets in [0, size)."""
        index = np.asarray(index, dtype=np.int64)
        rising = bool(np.all(index[1:] >= index[:-1]))
        order = None if rising else np.argsort(index, kind="stable")
        ranked = index if order is None else index[order]
        starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1]))) if len(index) else index
        filled = None if len(starts) == size else ranked[starts]
        identity = rising and filled is None and len(index) == size
        indicator = None
        if not identity and 0 < len(index) * size <= SMALL:
            indicator = np.zeros((len(index), size))
            indicator[np.arange(len(index)), index] = 1.0
        return cls(index, size, identity, order, starts, filled, indicator)

    def sum(self, values: Floats) -> Floats:
        """Sum `values[..., position]` into `[..., target]`; targets without positions are 0."""
        if self.identity:
            return values
        if self.indicator is not None:
            added: Floats = values.reshape(-1, len(self.index)) @ self.indicator
            return added.reshape(*values.shape[:-1], self.size)
        if not len(self.index):
            return np.zeros((*values.shape[:-1], self.size))
        ranked = values if self.order is None else np.take(values, self.order, axis=-1)
        sums: Floats = np.add.reduceat(ranked, self.starts, axis=-1)
        if self.filled is None:
            return sums
        out = np.zeros((*values.shape[:-1], self.size))
        out[..., self.filled] = sums
        return out

    def spread(self, values: Floats) -> Floats:
        """Each position's own target value: `values[..., target]` to `[..., position]`."""
        return values if self.identity else np.take(values, self.index, axis=-1)
