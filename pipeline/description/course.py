"""How the alliance went: group means by phase and by session, and who stopped being rated."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from pipeline.base.column_names import TOTAL_SCORE, score_columns, score_of
from pipeline.description.tables import levels_of, one_series, people_behind, series_of
from pipeline.results.course import FirstRating, Leaving, Point, SessionsWith, Staying, Trajectory

LEVEL = 0.95
Axis = Literal["phase", "session_number"]
AXES: tuple[Axis, ...] = ("phase", "session_number")


def trajectories(occasions: pd.DataFrame) -> tuple[Trajectory, ...]:
    """Mean scores by phase (where the study has phases) and by session number, each with a 95% t interval over clients.

    A client counts once a point: several ratings in one phase are averaged first.
    """
    found: list[Trajectory] = []
    for instrument, rater in series_of(occasions):
        rows = one_series(occasions, instrument, rater)
        for by in AXES:
            if by in rows and rows[by].notna().any():
                found += [_trajectory(rows, column, by, instrument, rater) for column in rated_columns(rows)]
    return tuple(found)


def rated_columns(occasions: pd.DataFrame) -> list[str]:
    """The score columns that hold a value in these rows, total first."""
    names = [name for name in score_columns(occasions) if occasions[name].notna().any()]
    return sorted(names, key=lambda name: (name != TOTAL_SCORE, name))


def staying(occasions: pd.DataFrame) -> tuple[Staying, ...]:
    """For each series, how many clients give at least n ratings, n = 1, 2, ..."""
    found = []
    for instrument, rater in series_of(occasions):
        per_client = one_series(occasions, instrument, rater).groupby("client_id", observed=True).size()
        counts = tuple(int((per_client >= n).sum()) for n in range(1, int(per_client.max()) + 1))
        found.append(Staying(instrument=instrument, rater=rater, clients_with_at_least=counts))
    return tuple(found)


def leaving(occasions: pd.DataFrame) -> tuple[Leaving, ...]:
    """Clients whose ratings end early against those who stay: the mean of their first score, with the difference."""
    found = []
    for instrument, rater in series_of(occasions):
        rows = one_series(occasions, instrument, rater)
        if TOTAL_SCORE not in rows or rows[TOTAL_SCORE].notna().sum() == 0:
            continue
        ordered = rows.sort_values(["client_id", "occasion"])
        first = ordered.groupby("client_id", observed=True)[TOTAL_SCORE].first()
        per_client = ordered.groupby("client_id", observed=True).size()
        half = float(per_client.max()) / 2
        early, late = first[per_client <= half].dropna(), first[per_client > half].dropna()
        first_early, first_late = _first_rating(early), _first_rating(late)
        found.append(Leaving(instrument=instrument, rater=rater, half=half, early=first_early, late=first_late))
    return tuple(found)


def harms(sessions: pd.DataFrame) -> tuple[SessionsWith, ...]:
    """Sessions for which a rupture was asked about, had one, and had it repaired, with the clients behind each."""
    if "rupture" not in sessions or sessions["rupture"].isna().all():
        return ()
    known = sessions[sessions["rupture"].notna()]
    ruptures = known[known["rupture"].astype(bool)]
    asked = _sessions_with("attended", known), _sessions_with("rupture", ruptures)
    if "repair" not in sessions:
        return asked
    return (*asked, _sessions_with("repair", ruptures[ruptures["repair"].fillna(False).astype(bool)]))


def interval(values: pd.Series[Any]) -> tuple[float | None, float | None, float | None]:
    """A mean with the ends of its 95% t interval; None where there is no value, and no interval below two."""
    from scipy.special import stdtrit

    n = len(values)
    if n == 0:
        return None, None, None
    mean = float(values.mean())
    if n < 2:
        return mean, None, None
    half = float(stdtrit(n - 1, 0.5 + LEVEL / 2)) * float(values.std()) / n**0.5
    return mean, mean - half, mean + half


def _trajectory(rows: pd.DataFrame, column: str, by: Axis, instrument: str, rater: str) -> Trajectory:
    scored = rows.loc[rows[column].notna() & rows[by].notna(), ["client_id", column, by]]
    points = []
    codes = scored[by].astype("str")
    for at in _points(scored[by], by):
        here = scored[codes == str(at)]
        means = here.groupby("client_id", observed=True)[column].mean()
        if len(means):
            mean, low, high = interval(means)
            points.append(Point(at=at, clients=len(means), ratings=len(here), mean=mean, conf_low=low, conf_high=high))
    score = score_of(column)
    return Trajectory(instrument=instrument, rater=rater, score=score, by=by, points=tuple(points))


def _points(column: pd.Series[Any], by: Axis) -> list[str] | list[int]:
    if by == "phase":
        return list(levels_of(column))
    return sorted(int(number) for number in column.unique())


def _first_rating(values: pd.Series[Any]) -> FirstRating:
    mean, low, high = interval(values)
    return FirstRating(clients=len(values), mean=mean, conf_low=low, conf_high=high)


def _sessions_with(what: Literal["attended", "rupture", "repair"], rows: pd.DataFrame) -> SessionsWith:
    return SessionsWith(what=what, sessions=len(rows), **people_behind(rows))
