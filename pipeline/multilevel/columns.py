"""Columns of a data set as numbers: numeric as they are, categorical ones treatment-coded, products multiplied out.

Names are looked up, never evaluated: patsy and formulaic run any Python they are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.errors import Problem
from pipeline.multilevel.segments import Floats, Ints

INTERCEPT = "Intercept"


@dataclass(frozen=True)
class Coded:
    """One column as numeric columns: `names` in step with `values`."""

    names: tuple[str, ...]
    values: tuple[Floats, ...]


@dataclass(frozen=True)
class Levels:
    """A categorical column: `codes` (-1 where missing) and `labels` in coding order."""

    codes: Ints
    labels: Any


class Source:
    """A data set read by column name: a DataFrame or a mapping of arrays; collects problems instead of raising."""

    def __init__(self, data: Any, categories: Mapping[str, tuple[Any, ...]] | None = None) -> None:
        self.data = data
        self.categories = dict(categories or {})
        self.problems: list[Problem] = []
        self._known: dict[str, Coded | None] = {}
        self._length: int | None = None

    def has(self, name: str) -> bool:
        """Whether the column is there."""
        return name in self.data

    def raw(self, name: str, what: str) -> Any:
        """The column itself, or None and a problem when it is not there."""
        if not self.has(name):
            self.problem(name, f"{what} is not a column of the data", "check the name against the table")
            return None
        column = self.data[name]
        if hasattr(column, "columns"):
            self.problem(name, "is there twice", "keep one column of that name")
            return None
        return self._fitting(name, column)

    def _fitting(self, name: str, column: Any) -> Any:
        """The column, or None and a problem when its length or its kind cannot be used."""
        self._length = len(column) if self._length is None else self._length
        kind = getattr(getattr(column, "dtype", None), "kind", "O")
        if len(column) != self._length:
            self.problem(name, f"has {len(column)} rows where other columns have {self._length}", "give whole columns")
        elif kind in "mM":
            self.problem(name, "holds dates or durations", "give days as numbers")
        elif kind == "c":
            self.problem(name, "holds complex numbers", "recode it as real numbers")
        else:
            return column
        return None

    def problem(self, where: str, what: str, mend: str = "") -> None:
        """Note a problem once."""
        found = Problem(where=where, what=what, mend=mend)
        if found not in self.problems:
            self.problems.append(found)

    def numeric(self, name: str, what: str) -> Floats | None:
        """A column that must be numeric, finite and complete."""
        column = self.raw(name, what)
        if column is None:
            return None
        if _is_categorical(column):
            self.problem(name, f"{what} must be numeric", "recode it as numbers")
            return None
        return self._checked(name, _floats(column))

    def term(self, term: str, what: str) -> Coded | None:
        """A term: a column or a product `a:b` of columns, each part coded on its own."""
        parts = [self._coded(part.strip(), what) for part in term.split(":")]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        names, values = known[0].names, known[0].values
        for part in known[1:]:
            names = tuple(f"{a}:{b}" for b in part.names for a in names)
            values = tuple(a * b for b in part.values for a in values)
        return Coded(names, values)

    def levels(self, name: str, what: str) -> Levels | None:
        """A grouping column: integer codes and sorted labels; missing cells are a problem."""
        column = self.raw(name, what)
        if column is None:
            return None
        codes, labels = _factorized(column)
        missing = int((codes < 0).sum())
        if missing:
            self.problem(name, f"{missing} rows have no value", "drop or fill them before the fit, and report how many")
            return None
        return Levels(codes, labels)

    def _coded(self, name: str, what: str) -> Coded | None:
        if name not in self._known:
            column = self.raw(name, what)
            if column is None:
                self._known[name] = None
            elif name in self.categories or _is_categorical(column):
                self._known[name] = self._treatment(name, column)
            else:
                values = self._checked(name, _floats(column))
                self._known[name] = None if values is None else Coded((name,), (values,))
        return self._known[name]

    def _treatment(self, name: str, column: Any) -> Coded | None:
        """One 0/1 column for each used category but the first."""
        codes, labels = _categories(column, self.categories.get(name))
        missing = int((codes < 0).sum())
        if missing:
            known = name in self.categories
            what = "no value or a category the model has not seen" if known else "no value"
            self.problem(name, f"{missing} rows have {what}", "drop or fill them before the fit, and report how many")
            return None
        self.categories[name] = tuple(labels)
        if len(labels) < 2:
            self.problem(name, "is constant: one category only", "leave it out of the model")
            return None
        names = tuple(f"{name}[{label}]" for label in labels[1:])
        return Coded(names, tuple((codes == i).astype(np.float64) for i in range(1, len(labels))))

    def _checked(self, name: str, values: Floats) -> Floats | None:
        if np.isfinite(values.sum()) or np.isfinite(values).all():
            return values
        missing, infinite = int(np.isnan(values).sum()), int(np.isinf(values).sum())
        if missing:
            self.problem(name, f"{missing} rows have no value", "drop or fill them before the fit, and report how many")
        if infinite:
            self.problem(name, f"{infinite} rows are infinite", "look for divisions by zero or overflow")
        return None


def _is_categorical(column: Any) -> bool:
    kind = getattr(column.dtype, "kind", "O") if hasattr(column, "dtype") else np.asarray(column).dtype.kind
    if kind in "iuf":
        return False
    if kind in "OUSbT":
        return True
    return str(getattr(column, "dtype", "object")) in {"category", "bool", "boolean", "string", "str", "object"}


def _floats(column: Any) -> Floats:
    if hasattr(column, "to_numpy"):
        kind = getattr(column.dtype, "kind", "O")
        if isinstance(column.dtype, np.dtype) and kind in "iuf":
            return np.asarray(column.to_numpy(), dtype=np.float64)
        return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    return np.asarray(column, dtype=np.float64)


def _factorized(column: Any) -> tuple[Ints, Any]:
    import pandas as pd

    values = column if hasattr(column, "to_numpy") else np.asarray(column)
    codes, labels = pd.factorize(values)
    labels = np.asarray(labels)
    try:
        order = np.argsort(labels, kind="stable")
    except TypeError:
        order = np.arange(len(labels))
    if np.array_equal(order, np.arange(len(labels))):
        return codes.astype(np.int64, copy=False), labels
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = -1
    return rank[codes], labels[order]


def _categories(column: Any, known: tuple[Any, ...] | None) -> tuple[Ints, tuple[Any, ...]]:
    """Codes and used categories: a `category` column in its own order, anything else sorted; or those of a model."""
    import pandas as pd

    series = column if isinstance(column, pd.Series) else pd.Series(np.asarray(column))
    if known is not None:
        labels = pd.Index(list(known), dtype=object)
        return labels.get_indexer(pd.Index(series.astype(object), dtype=object)).astype(np.int64), known
    if isinstance(series.dtype, pd.CategoricalDtype):
        used = series.cat.remove_unused_categories().cat
        return used.codes.to_numpy().astype(np.int64), tuple(used.categories)
    codes, labels = _factorized(series)
    return codes, tuple(labels)
