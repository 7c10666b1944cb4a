"""Columns of a data set as numbers: numeric as they are, categorical ones treatment-coded, products multiplied out.

Names are looked up, never evaluated: patsy and formulaic run any Python they are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from pipeline.base.errors import ModelError, Problem
from pipeline.multilevel.design.options import FORMULA
from pipeline.multilevel.design.segments import Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

Column: TypeAlias = "pd.Series | pd.Index | np.ndarray | Sequence[object]"  # one value a row
Data: TypeAlias = "pd.DataFrame | Mapping[str, Column]"

INTERCEPT = "Intercept"
# Beyond these sizes squares overflow or vanish.
LARGEST, SMALLEST = 1e100, 1e-100
# What pandas infers of columns of Python objects that hold numbers, and numbers beside something else.
NUMBERS = frozenset({"integer", "floating", "mixed-integer-float", "decimal", "complex"})
MIXED = frozenset({"mixed-integer", "mixed"})


@dataclass(frozen=True)
class Coded:
    """One column as numeric columns: `names` in step with `values`."""

    names: tuple[str, ...]
    values: tuple[Floats, ...]


@dataclass(frozen=True)
class Levels:
    """A categorical column: `codes` (-1 where missing) and `labels` in coding order."""

    codes: Ints
    labels: np.ndarray


def check_data(data: object) -> None:
    """Whether columns can be looked up by name in `data`; ModelError if not."""
    if isinstance(data, Mapping) or (hasattr(data, "columns") and hasattr(type(data), "__contains__")):
        return
    mend = "give data.to_pandas()" if hasattr(data, "to_pandas") else "give a DataFrame"
    raise ModelError(Problem("data", "is neither a table nor a mapping of columns", mend))


class Source:
    """A data set read by column name: a DataFrame or a mapping of arrays; collects problems instead of raising."""

    def __init__(self, data: Data, categories: Mapping[str, tuple[object, ...]] | None = None) -> None:
        self.data = data
        self.categories = dict(categories or {})
        self.problems: list[Problem] = []
        self._known: dict[str, Coded | None] = {}
        self._length: int | None = None

    def has(self, name: str) -> bool:
        """Whether the column is there."""
        return name in self.data

    def raw(self, name: str, what: str) -> Column | None:
        """The column itself, or None and a problem when it is not there."""
        if not self.has(name):
            self.problem(name, f"{what} is not a column of the data", _mend_name(name))
            return None
        column = self.data[name]
        if not hasattr(column, "__len__") or isinstance(column, str | bytes):
            self.problem(name, "is a single value, not a column", "give one number or category for each row")
            return None
        if hasattr(column, "columns"):
            self.problem(name, "is there twice", "keep one column of that name")
            return None
        return self._fitting(name, column)

    def _fitting(self, name: str, column: Column) -> Column | None:
        """The column, or None and a problem when its length or its kind cannot be used."""
        self._length = len(column) if self._length is None else self._length
        kind = getattr(getattr(column, "dtype", None), "kind", "O")
        dimensions = getattr(column, "ndim", 1)
        if dimensions != 1:
            self.problem(name, f"has {dimensions} dimensions", "give one number or category for each row")
        elif len(column) != self._length:
            self.problem(name, f"has {len(column)} rows where other columns have {self._length}", "give whole columns")
        elif kind in "mM" or str(getattr(column, "dtype", "")).startswith(("period", "interval")):
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

    def coded(self, name: str) -> list[tuple[str, Floats]]:
        """The numeric columns of a column that was read as a term, by name."""
        known = self._known.get(name)
        return [] if known is None else list(zip(known.names, known.values, strict=True))

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
        names_of_parts = [part.strip() for part in term.split(":")]
        if len(names_of_parts) > 1 and self.has(term) and not all(self.has(part) for part in names_of_parts):
            self.problem(term, "is a column whose name has a colon, which stands for a product", "rename the column")
            return None
        if len(names_of_parts) > 1 and not all(names_of_parts):
            self.problem(term, "has nothing on one side of a colon", "name a product as a:b")
            return None
        parts = [self._coded(part, what) for part in names_of_parts]
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
        try:
            codes, labels = _factorized(column)
        except TypeError:
            self._not_values(name)
            return None
        missing = int((codes < 0).sum())
        if missing:
            self.problem(name, f"{missing} rows have no value", "drop or fill them before the fit, and report how many")
            return None
        return Levels(codes, labels)

    def _not_values(self, name: str) -> None:
        self.problem(
            name, "holds lists or other things that are no single value", "give one number or category for each row"
        )

    def _coded(self, name: str, what: str) -> Coded | None:
        if name not in self._known:
            column = self.raw(name, what)
            if column is None:
                self._known[name] = None
            elif name in self.categories or _is_categorical(column):
                self._known[name] = self._treatment(name, column) if self._category(name, column) else None
            else:
                values = self._checked(name, _floats(column))
                self._known[name] = None if values is None else Coded((name,), (values,))
        return self._known[name]

    def _category(self, name: str, column: Column) -> bool:
        """Whether a column of Python objects holds categories; numbers among them are a problem: it is not said which."""
        if name in self.categories or getattr(getattr(column, "dtype", None), "kind", "") != "O":
            return True
        if not isinstance(getattr(column, "dtype", None), np.dtype):
            return True
        import pandas as pd

        found = pd.api.types.infer_dtype(column, skipna=True)
        if found in NUMBERS:
            self.problem(name, "holds numbers as Python objects", "convert it to a numeric type, or to a category")
        elif found in MIXED and _unhashable(column):
            self._not_values(name)
        elif found in MIXED:
            self.problem(name, "mixes numbers and text", "convert it to a numeric type, or to a category")
        return found not in NUMBERS | MIXED

    def _treatment(self, name: str, column: Column) -> Coded | None:
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
        largest = max(float(values.max()), -float(values.min())) if len(values) else 0.0
        if np.isfinite(largest):
            return self._of_a_size(name, values, largest)
        missing, infinite = int(np.isnan(values).sum()), int(np.isinf(values).sum())
        if missing:
            self.problem(name, f"{missing} rows have no value", "drop or fill them before the fit, and report how many")
        if infinite:
            self.problem(name, f"{infinite} rows are infinite", "look for divisions by zero or overflow")
        return None

    def _of_a_size(self, name: str, values: Floats, largest: float) -> Floats | None:
        """Numbers whose squares can still be told from zero and from infinity."""
        if 0.0 < largest < SMALLEST or largest > LARGEST:
            self.problem(name, "has numbers too large or too small to be squared", "rescale it")
            return None
        return values


def _mend_name(name: str) -> str:
    return FORMULA if set(name) & set("~+*|^") else "check the name against the table"


def _unhashable(column: Column) -> bool:
    return any(getattr(type(value), "__hash__", None) is None for value in column)


def _is_categorical(column: Column) -> bool:
    kind = getattr(column.dtype, "kind", "O") if hasattr(column, "dtype") else np.asarray(column).dtype.kind
    if kind in "iuf":
        return False
    if kind in "OUSbT":
        return True
    return str(getattr(column, "dtype", "object")) in {"category", "bool", "boolean", "string", "str", "object"}


def _floats(column: Column) -> Floats:
    dtype = getattr(column, "dtype", None)
    if not hasattr(column, "to_numpy") or (isinstance(dtype, np.dtype) and dtype.kind in "iuf"):
        return np.asarray(column, dtype=np.float64)
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def _factorized(column: Column) -> tuple[Ints, np.ndarray]:
    import pandas as pd

    values = column if isinstance(column, pd.Series | pd.Index) else np.asarray(column)
    codes, found = pd.factorize(values)
    labels = np.asarray(found)
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


def _categories(column: Column, known: tuple[object, ...] | None) -> tuple[Ints, tuple[object, ...]]:
    """Codes and used categories: a `category` column in its own order, anything else sorted; or those of a model."""
    import pandas as pd

    series = column if isinstance(column, pd.Series) else pd.Series(np.asarray(column))
    if known is not None:
        levels = pd.Index(list(known), dtype=object)
        return levels.get_indexer(pd.Index(series.astype(object), dtype=object)).astype(np.int64), known
    if isinstance(series.dtype, pd.CategoricalDtype):
        used = series.cat.remove_unused_categories().cat
        return used.codes.to_numpy().astype(np.int64), tuple(used.categories)
    codes, labels = _factorized(series)
    return codes, tuple(labels)
