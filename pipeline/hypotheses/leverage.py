"""How far one row decides its own fit: the output gate lets no model out that fits some row by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def largest(columns: Mapping[str, Any], fixed: Sequence[str]) -> float:
    """The largest leverage of a row on the fixed part: the largest diagonal of X (X'X)^-1 X', at most 1.

    `columns` by name, numbers or categories (coded against the first); `fixed` names columns and `a:b` products. A row that
    a fixed term belongs to alone has 1 whatever the random effects.
    """
    n = len(next(iter(columns.values())))
    parts = [np.ones((n, 1)), *(_term(term, columns) for term in fixed)]
    matrix = np.hstack(parts)
    lengths = np.linalg.norm(matrix, axis=0)
    basis, weights, _ = np.linalg.svd(matrix / np.where(lengths > 0, lengths, 1.0), full_matrices=False)
    own = basis[:, weights > weights[0] * n * np.finfo(float).eps]
    return float(np.square(own).sum(axis=1).max())


def _term(term: str, columns: Mapping[str, Any]) -> Floats:
    product = np.ones((len(columns[term.split(":")[0]]), 1))
    for name in term.split(":"):
        block = _coded(columns[name])
        product = (product[:, :, None] * block[:, None, :]).reshape(len(block), -1)
    return product


def _coded(values: Any) -> Floats:
    if hasattr(values, "categories") or hasattr(values, "cat"):
        codes = np.asarray(values.codes if hasattr(values, "codes") else values.cat.codes)
        dummies: Floats = (codes[:, None] == np.arange(1, codes.max() + 1)[None, :]).astype(float)
        return dummies
    return np.asarray(values, dtype=float)[:, None]
