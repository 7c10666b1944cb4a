"""Model columns in base coordinates, [1, (x - mean) / scale, ...], made from the data's own memory a chunk at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.multilevel.design.segments import Floats, Ints

# Rows worked on at a time.
CHUNK = 16_384
EVERY = slice(None)


@dataclass(frozen=True)
class Base:
    """Columns to be centred and scaled: `raw[i]` [n] with `means[i]`, `scales[i]`; position 0 is the constant 1.

    Raw columns are the data's own memory where those are float64: nothing is copied before it is used.
    """

    names: tuple[str, ...]
    raw: tuple[Floats | None, ...]
    means: Floats
    scales: Floats

    def column(self, i: int, rows: slice | Ints = EVERY) -> Floats | None:
        """(x - mean) / scale for some rows; None for the constant."""
        raw = self.raw[i]
        if raw is None:
            return None
        out: Floats = raw[rows] - self.means[i]
        out /= self.scales[i]
        return out

    def filled(self, i: int, n: int) -> Floats:
        """The column with the constant written out."""
        column = self.column(i)
        return np.ones(n) if column is None else column


def center(values: Floats, weights: Floats | None) -> tuple[float, float]:
    """Mean (weighted; summed twice, then without the size of the mean) and root mean square about it, by definition."""
    mean = float(np.average(values, weights=weights))
    total = squares = 0.0
    peak = max(abs(float(values.max()) - mean), abs(float(values.min()) - mean)) or 1.0
    for rows in chunks(len(values)):
        centered = (values[rows] - mean) / peak
        total += float(centered.sum() if weights is None else centered @ weights[rows])
        squares += float(centered @ centered)
    mean += peak * total / (len(values) if weights is None else float(weights.sum()))
    scale = peak * float(np.sqrt(squares / len(values)))
    return mean, scale if scale > 0 else 1.0


def chunks(n: int) -> Iterator[slice]:
    """Slices over n rows, small enough for their columns to stay in cache."""
    for begin in range(0, n, CHUNK):
        yield slice(begin, min(begin + CHUNK, n))


def gram_matrix(base: Base, chosen: tuple[int, ...], weights: Floats | None, n: int) -> Floats:
    """X'X of base columns over n rows, weighted: [p, p]."""
    gram = np.zeros((len(chosen), len(chosen)))
    for rows in chunks(n):
        x = stacked(base, chosen, rows)
        gram += x @ (x if weights is None else x * weights[rows]).T
    return gram


def stacked(base: Base, chosen: tuple[int, ...], rows: slice, more: int = 0) -> Floats:
    """Base columns of some rows as [p + more, rows]; the last `more` are left to be filled."""
    out = np.empty((len(chosen) + more, rows.stop - rows.start))
    for k, i in enumerate(chosen):
        raw = base.raw[i]
        if raw is None:
            out[k] = 1.0
        else:
            np.subtract(raw[rows], base.means[i], out=out[k])
            out[k] /= base.scales[i]
    return out
