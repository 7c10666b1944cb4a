"""Groups: sums of rows by code, in one order whatever the threads, and codes given back to rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.imputation.records import Floats, Integers


@dataclass(frozen=True)
class Groups:
    """Rows sorted by group once, so that every later sum is one pass."""

    number: int
    code: Integers
    order: Integers | None  # None: the rows stand in order already
    starts: Integers
    present: Integers
    size: Floats

    @classmethod
    def of(cls, code: Integers, number: int) -> Groups:
        """From one code a row; groups without rows sum to zero."""
        in_order = bool(np.all(code[1:] >= code[:-1]))
        order = None if in_order else np.argsort(code, kind="stable")
        laid = code if order is None else code[order]
        first = np.ones(len(laid), dtype=bool)
        first[1:] = laid[1:] != laid[:-1]
        starts = np.flatnonzero(first)
        return cls(number, code, order, starts, laid[starts], np.bincount(code, minlength=number).astype(np.float64))

    def sums(self, values: Floats) -> Floats:
        """The sum of each column in each group: [chains x] number x columns (or number, of one column)."""
        if values.ndim == 1:
            return np.asarray(self.sums(values[:, None])[:, 0])
        rows = values.ndim - 2
        out = np.zeros((*values.shape[:-2], self.number, values.shape[-1]))
        if values.shape[rows]:
            laid = values if self.order is None else values[..., self.order, :]
            out[..., self.present, :] = np.add.reduceat(laid, self.starts, axis=rows)
        return out
