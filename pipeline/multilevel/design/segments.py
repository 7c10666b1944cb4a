"""Sums over groups of equal index along the last axis: how rows become levels and levels become parents."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]


# Up to so many positions times targets a product with the 0/1 matrix beats sorted sums.
SMALL = 50_000


# Up to so many possible keys a table of marks finds the distinct ones; beyond, sorting.
MARKS = 20_000_000
# A table of places may be so many times as long as the keys.
DENSE = 8


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
    if possible <= min(MARKS, DENSE * len(keys)):
        place = np.empty(possible, dtype=np.int64)
        place[kept] = np.arange(len(kept))
        return kept, place[keys]
    return kept, np.searchsorted(kept, keys)


class Segments:
    """A map from positions to `size` targets that can sum values into the targets and spread targets back.

    How the sums are made is settled when the first is asked for: a large map may never need one.
    """

    def __init__(self, index: Ints, size: int) -> None:
        self.index, self.size = np.asarray(index, dtype=np.int64), size

    @cached_property
    def rising(self) -> bool:
        """Whether positions come sorted by target."""
        return bool(np.all(self.index[1:] >= self.index[:-1]))

    @cached_property
    def identity(self) -> bool:
        """Whether each position is its own target."""
        return len(self.index) == self.size and bool(np.array_equal(self.index, np.arange(self.size)))

    @cached_property
    def _indicator(self) -> Floats | None:
        if not 0 < len(self.index) * self.size <= SMALL:
            return None
        indicator = np.zeros((len(self.index), self.size))
        indicator[np.arange(len(self.index)), self.index] = 1.0
        return indicator

    @cached_property
    def _sorted(self) -> tuple[Ints | None, Ints, Ints | None]:
        """The order that sorts positions by target, where each target begins, and which targets occur (None: all)."""
        order = None if self.rising else np.argsort(self.index, kind="stable")
        ranked = self.index if order is None else self.index[order]
        starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
        return order, starts, None if len(starts) == self.size else ranked[starts]

    def sum(self, values: Floats) -> Floats:
        """Sum `values[..., position]` into `[..., target]`; targets without positions are 0."""
        if self.identity:
            return values
        if self._indicator is not None:
            added: Floats = values.reshape(-1, len(self.index)) @ self._indicator
            return added.reshape(*values.shape[:-1], self.size)
        if not len(self.index):
            return np.zeros((*values.shape[:-1], self.size))
        order, starts, filled = self._sorted
        sums: Floats = np.add.reduceat(values if order is None else np.take(values, order, axis=-1), starts, axis=-1)
        if filled is None:
            return sums
        out = np.zeros((*values.shape[:-1], self.size))
        out[..., filled] = sums
        return out

    def spread(self, values: Floats) -> Floats:
        """Each position's own target value: `values[..., target]` to `[..., position]`."""
        return values if self.identity else np.take(values, self.index, axis=-1)
