"""The one coder of columns: whatever `check` allows as covariate or moderator becomes a number, a flag or a code here.

Open codes come as text, closed ones as categories, yes/no as booleans, lists of codes as their number (`sample`). Levels
stand in their declared order, else sorted, and only those that are used: a category without rows has no coefficient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.exposure.visits import Floats, Integers

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["number", "flag", "code"]


@dataclass(frozen=True)
class Coded:
    """A column of the model's rows: `values` of a number or flag (0/1), `codes` into `levels` of a code (-1: missing)."""

    name: str
    kind: Kind
    values: Floats
    codes: Integers
    levels: tuple[str, ...] = ()

    @property
    def constant(self) -> bool:
        """Whether it has one value only."""
        return len(self.levels) < 2 if self.kind == "code" else len(np.unique(self.values)) < 2

    def flags(self) -> list[tuple[str, Floats]]:
        """The levels, each with its 0/1 column; a flag as no, yes. ValueError for a number, which has none."""
        if self.kind == "number":
            raise ValueError("a number has no levels")
        if self.kind == "flag":
            used = np.unique(self.values)
            return [("yes" if level else "no", (self.values == level).astype(np.float64)) for level in used]
        return [(level, (self.codes == i).astype(np.float64)) for i, level in enumerate(self.levels)]

    def numeric(self) -> dict[str, Floats]:
        """As numeric columns by coefficient: numbers and flags centered, codes as 0/1 against their first level."""
        if self.kind == "code":
            return {f"{self.name}[{level}]": flag for level, flag in self.flags()[1:]}
        return {self.name: self.values - self.values.mean()}


def code_column(name: str, column: pd.Series) -> Coded:
    """Code one column of the rows of a model; no row may be missing."""
    from pandas import CategoricalDtype
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    none = np.zeros(0, dtype=np.int64)
    if is_bool_dtype(column) or is_numeric_dtype(column):
        values = number_of(column)
        two = set(np.unique(values).tolist()) <= {0.0, 1.0}
        return Coded(name, "flag" if is_bool_dtype(column) or two else "number", values, none)
    if isinstance(column.dtype, CategoricalDtype):
        used = column.cat.remove_unused_categories()
        codes, levels = used.cat.codes.to_numpy(), list(used.cat.categories)
    else:
        text = column.astype("object").to_numpy()
        levels = sorted({value for value in text if isinstance(value, str)})
        place = {level: i for i, level in enumerate(levels)}
        codes = np.array([place.get(value, -1) for value in text], dtype=np.int64)
    return Coded(name, "code", np.zeros(0), codes.astype(np.int64), tuple(map(str, levels)))


def number_of(column: pd.Series) -> Floats:
    """A column as floats; booleans as 0 and 1, missing as NaN."""
    return column.to_numpy(dtype=np.float64, na_value=np.nan)
