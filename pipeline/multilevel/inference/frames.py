"""Contrasts and covariances as tables with names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.multilevel.design.segments import Floats
from pipeline.results.t_test import Contrast

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")


def contrasts(rows: Sequence[Contrast], names: Sequence[str]) -> pd.DataFrame:
    """One row a contrast."""
    import pandas as pd

    values = np.array([[getattr(row, column) for column in COLUMNS] for row in rows], dtype=np.float64)
    return pd.DataFrame(values, index=pd.Index(list(names), name="term"), columns=list(COLUMNS))


def square(matrix: Floats, names: Sequence[str]) -> pd.DataFrame:
    """A square matrix with names on both sides."""
    import pandas as pd

    return pd.DataFrame(matrix, index=list(names), columns=list(names))
