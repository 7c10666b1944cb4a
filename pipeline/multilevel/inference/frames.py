"""Contrasts and covariances as tables with names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.multilevel.design.segments import Floats
from pipeline.results.t_test import Contrast

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high")


def contrasts(rows: Sequence[Contrast], names: Sequence[str]) -> pd.DataFrame:
    """One row a contrast."""
    import pandas as pd

    values = {column: [getattr(row, column) for row in rows] for column in COLUMNS}
    return pd.DataFrame(values, index=pd.Index(list(names), name="term"))


def square(matrix: Floats, names: Sequence[str]) -> pd.DataFrame:
    """A square matrix with names on both sides."""
    import pandas as pd

    return pd.DataFrame(matrix, index=list(names), columns=list(names))
