"""How far one row decides its own fit: the output gate lets no model out that fits some row by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.exposure.visits import Floats


def largest_leverage(columns: Sequence[Floats], weights: Floats | None = None) -> float:
    """The largest leverage of a row on the fixed part: the largest diagonal of X (X'WX)^-1 X'W, at most 1.

    `columns` [rows] are those of X beside its intercept; `weights` [rows] those of a generalized model at its solution
    (Pregibon 1981), else 1. A row that a column belongs to alone has 1 whatever the random effects.
    """
    n = len(columns[0]) if columns else len(weights) if weights is not None else 1
    matrix = np.column_stack([np.ones(n), *columns])
    if weights is not None:
        matrix = matrix * np.sqrt(weights)[:, None]
    lengths = np.linalg.norm(matrix, axis=0)
    basis, spread, _ = np.linalg.svd(matrix / np.where(lengths > 0, lengths, 1.0), full_matrices=False)
    own = basis[:, spread > spread[0] * n * np.finfo(float).eps]
    return float(np.square(own).sum(axis=1).max())
