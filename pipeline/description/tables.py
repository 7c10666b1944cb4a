"""The tables a description is made from, each possibly without its optional columns or not there at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypedDict

import pandas as pd

from pipeline.base.column_names import is_score
from pipeline.results.stage_counts import IngestCounts, LinkCounts, ScoringCounts, ValidationCounts

COURSE = (
    "occasion_id",
    "instrument",
    "rater",
    "client_id",
    "occasion",
    "day",
    "previous_day",
    "session_number",
    "gap",
    "phase",
    "dropped_out",
)
PEOPLE = ("client_id", "worker_id")


@dataclass(frozen=True)
class StudyTables:
    """The validated, scored and linked tables of one study.

    `advocacy` is None where the study keeps no advocacy log; `ledger` then has no rows. The last four are the counts that
    the stages before left beside their tables.
    """

    clients: pd.DataFrame
    workers: pd.DataFrame
    sessions: pd.DataFrame
    advocacy: pd.DataFrame | None
    scores: pd.DataFrame
    occasions: pd.DataFrame
    ledger: pd.DataFrame
    ingest: IngestCounts = field(default_factory=IngestCounts)
    validation: ValidationCounts = field(default_factory=ValidationCounts)
    scoring: ScoringCounts = field(default_factory=ScoringCounts)
    link: LinkCounts = field(default_factory=LinkCounts)


def series_of(occasions: pd.DataFrame) -> list[tuple[str, str]]:
    """The (instrument, rater) pairs with at least one rating, sorted."""
    pairs = occasions[["instrument", "rater"]].astype(str).drop_duplicates()
    return sorted((str(i), str(r)) for i, r in pairs.itertuples(index=False))


def one_series(table: pd.DataFrame, instrument: str, rater: str) -> pd.DataFrame:
    """The rows of one instrument rated by one rater."""
    return table[_has_code(table["instrument"], instrument) & _has_code(table["rater"], rater)]


def _has_code(column: pd.Series[Any], code: str) -> pd.Series[bool]:
    """Where a column holds a code; a categorical one is compared by its codes, not as text."""
    return as_codes(column) == code if not isinstance(column.dtype, pd.CategoricalDtype) else column == code


def course_of(occasions: pd.DataFrame) -> pd.DataFrame:
    """The ratings without what is known of client, worker and session: rows are picked quicker from few columns."""
    return occasions[[name for name in occasions if name in COURSE or is_score(str(name))]]


def levels_of(column: pd.Series[Any]) -> list[str]:
    """The codes of a column in their declared order where it is categorical, else sorted; missing ones left out."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [str(code) for code in column.cat.categories]
    return sorted(str(code) for code in column.dropna().unique())


class People(TypedDict):
    """The people behind some rows, as the fields of a count."""

    clients: int
    workers: int | None
    largest: float | None
    second: float | None


def people_behind(rows: pd.DataFrame) -> People:
    """Clients and workers behind rows (a column `client_id`, perhaps `worker_id`), and the two largest clients' shares."""
    sizes = rows["client_id"].value_counts()
    sizes = sizes[sizes > 0]
    shares = [float(n) / len(rows) for n in sizes.head(2)]
    workers = int(rows["worker_id"].nunique()) if "worker_id" in rows else None
    first, second = (*shares, None, None)[:2]
    return People(clients=len(sizes), workers=workers, largest=first, second=second)


def as_codes(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column of codes as plain text, missing kept missing; booleans become yes and no."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.map({True: "yes", False: "no"}).astype("str").where(column.notna())
    if isinstance(column.dtype, pd.CategoricalDtype):
        text = column.cat.categories.astype("str").array.take(column.cat.codes.to_numpy(), allow_fill=True)
        return pd.Series(text, index=column.index, name=column.name)
    return column.astype("str").where(column.notna())
