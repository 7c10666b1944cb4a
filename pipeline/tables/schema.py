"""The canonical tables as pandera models, built from the one place where each column is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.base.column_names import is_ratings_table
from pipeline.base.errors import Problem, TableError
from pipeline.tables.column import Column, Table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pandera.pandas as pandera

SCORES = r"^score_[a-z][a-z0-9_]*$"
SHIPPED = r"^shipped_[a-z][a-z0-9_]*$"
REREAD = "run `dvc repro`, so that ingest writes the tables anew"


def schema(declared: type[Table]) -> pandera.DataFrameSchema:
    """The pandera model of a canonical table: types, bounds, code lists, descriptions; optional columns may be absent."""
    import pandera.pandas as pandera

    columns: dict[str, Any] = {name: _column(column) for name, column in declared.columns.items()}
    if is_ratings_table(declared.name):
        columns[SCORES] = pandera.Column("float64", nullable=True, required=False, regex=True)
        columns[SHIPPED] = pandera.Column("float64", nullable=True, required=False, regex=True)
    return pandera.DataFrameSchema(columns, name=declared.name, description=declared.__doc__, strict=True)


def out_of_range(table: pd.DataFrame, declared: type[Table], model: pandera.DataFrameSchema) -> dict[str, np.ndarray]:
    """Column -> the places of the rows outside its declared bounds; `table` is numbered from 0, `model` its `schema`.

    TableError where the table is not of the declared make at all (a missing or unknown column, another dtype, a missing
    value where one is required): then it is not one that ingest wrote.
    """
    import pandera.errors

    try:
        model.validate(table, lazy=True, inplace=True)  # in place: no copy, and nothing is coerced
    except pandera.errors.SchemaErrors as error:  # its message holds values: only columns, checks and rows are taken on
        failed = error.failure_cases
    else:
        return {}
    of_rows = failed["index"].notna() & failed["check"].str.startswith("in_range")
    if not of_rows.all():
        raise TableError(_make_problems(declared, failed[~of_rows])) from None
    rows = failed[of_rows]
    return {str(name): group["index"].to_numpy(dtype="int64") for name, group in rows.groupby("column", sort=True)}


def _column(column: Column) -> pandera.Column:
    import pandas as pd
    import pandera.pandas as pandera

    dtype: Any = pd.CategoricalDtype(list(column.codes)) if column.closed else column.dtype
    checks = [pandera.Check.in_range(column.low, column.high)] if column.low is not None else []
    return pandera.Column(
        dtype,
        checks,
        nullable=column.missing,
        required=column.required,
        description=column.description,
        metadata={"unit": column.unit, "source": column.source, "kind": column.kind},
    )


def _make_problems(declared: type[Table], failed: pd.DataFrame) -> list[Problem]:
    problems = []
    for check, group in failed.groupby("check", sort=True):
        known = sorted({str(name) for name in group["column"].dropna()} & set(declared.columns))
        where = f"{declared.name}: {', '.join(known)}" if known else declared.name
        problems.append(Problem(where, f"not the declared table ({str(check).partition('(')[0]})", REREAD))
    return problems
