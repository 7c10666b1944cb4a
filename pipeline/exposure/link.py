"""Link: canonical tables and scores to occasions and the ledger, with the counts that account for every episode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipeline.base.errors import Problem, TableError
from pipeline.exposure import ledger, occasions, told
from pipeline.results.stage_counts import EpisodesLinked, LinkCounts, SeriesLinked

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Exposure


def link(
    tables: Mapping[str, pd.DataFrame], scores: pd.DataFrame, exposure: Exposure
) -> tuple[pd.DataFrame, pd.DataFrame, LinkCounts]:
    """Occasions, ledger and their summary from the canonical tables (`sessions`; `clients`, `workers`, `advocacy` optional).

    `scores` is long: session_id, instrument, rater, score, value. TableError where episodes have days and sessions none.
    """
    log = tables.get("advocacy")
    if log is not None and not occasions.has_days(tables["sessions"]):
        raise TableError(
            Problem("sessions.day", "an advocacy log needs the days of the sessions", "map `day`, or leave the log out")
        )
    rows = occasions.build(tables, scores, exposure)
    book = ledger.build(log, rows, exposure)
    if log is None and told.modes_told(tables["sessions"]):
        book = told.build(tables["sessions"], rows, occasions.has_days(tables["sessions"]))
    return rows, book, summary(tables, rows, book)


def summary(tables: Mapping[str, pd.DataFrame], rows: pd.DataFrame, book: pd.DataFrame) -> LinkCounts:
    """The counts of link.json: per series clients, occasions and gaps; episodes by reason, which add up to the log."""
    series = tuple(
        SeriesLinked(
            instrument=str(instrument),
            rater=str(rater),
            clients=int(part["client_id"].nunique()),
            occasions=len(part),
            gaps=int(part["gap"].sum()),
            episodes={str(name): int(count) for name, count in _reasons(book, instrument, rater).items()},
        )
        for (instrument, rater), part in rows.groupby(["instrument", "rater"], observed=True, sort=True)
    )
    log = tables["advocacy"] if "advocacy" in tables else told.episodes(tables["sessions"])
    return LinkCounts(
        advocacy_log="advocacy" in tables,
        doses_told=tuple(told.modes_told(tables["sessions"])) if "advocacy" not in tables else (),
        has_days=occasions.has_days(tables["sessions"]),
        series=series,
        episodes=EpisodesLinked(total=0 if log is None else len(log)),
    )


def _reasons(book: pd.DataFrame, instrument: object, rater: object) -> pd.Series[int]:
    own = (book["instrument"] == instrument) & (book["rater"] == rater)
    return book.loc[own, "reason"].value_counts().sort_index()
