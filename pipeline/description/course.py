"""How the alliance went: group means by phase and by session, and who stopped being rated."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.description.tables import Row, levels_of, one_series, series_of

LEVEL = 0.95


def trajectories(occasions: pd.DataFrame) -> list[Row]:
    """Mean scores by phase (where the study has phases) and by session number, each with a 95% t interval over clients.

    A client counts once a point: several ratings in one phase are averaged first.
    """
    found = []
    for instrument, rater in series_of(occasions):
        rows = one_series(occasions, instrument, rater)
        for by in ("phase", "session_number"):
            if by in rows and rows[by].notna().any():
                found += [_trajectory(rows, column, by, instrument, rater) for column in score_columns(rows)]
    return found


def score_columns(occasions: pd.DataFrame) -> list[str]:
    """The score columns that hold a value in these rows, total first."""
    names = [str(name) for name in occasions if str(name).startswith("score_") and occasions[name].notna().any()]
    return sorted(names, key=lambda name: (name != "score_total", name))


def staying(occasions: pd.DataFrame) -> list[Row]:
    """For each series, how many clients give at least n ratings, n = 1, 2, ..."""
    found = []
    for instrument, rater in series_of(occasions):
        per_client = one_series(occasions, instrument, rater).groupby("client_id", observed=True).size()
        counts = [int((per_client >= n).sum()) for n in range(1, int(per_client.max()) + 1)]
        found.append({"instrument": instrument, "rater": rater, "clients_with_at_least": counts})
    return found


def leaving(occasions: pd.DataFrame) -> list[Row]:
    """Clients whose ratings end early against those who stay: the mean of their first score, with the difference."""
    found = []
    for instrument, rater in series_of(occasions):
        rows = one_series(occasions, instrument, rater)
        if "score_total" not in rows or rows["score_total"].notna().sum() == 0:
            continue
        ordered = rows.sort_values(["client_id", "occasion"])
        first = ordered.groupby("client_id", observed=True)["score_total"].first()
        per_client = ordered.groupby("client_id", observed=True).size()
        half = float(per_client.max()) / 2
        early, late = first[per_client <= half].dropna(), first[per_client > half].dropna()
        found.append({"instrument": instrument, "rater": rater, "half": half, **_difference(early, late)})
    return found


def harms(sessions: pd.DataFrame) -> list[Row]:
    """Sessions for which a rupture was asked about, had one, and had it repaired, with the clients behind each."""
    if "rupture" not in sessions or sessions["rupture"].isna().all():
        return []
    known = sessions[sessions["rupture"].notna()]
    ruptures = known[known["rupture"].astype(bool)]
    parts = [("attended", known), ("rupture", ruptures)]
    if "repair" in sessions:
        parts.append(("repair", ruptures[ruptures["repair"].fillna(False).astype(bool)]))
    return [{"what": name, "sessions": len(rows), "clients": int(rows["client_id"].nunique())} for name, rows in parts]


def interval(values: pd.Series[Any]) -> Row:
    """A mean with its 95% t interval; the interval is None below two values or without spread."""
    from scipy.special import stdtrit

    n = len(values)
    if n == 0:
        return {"mean": None, "conf_low": None, "conf_high": None}
    mean = float(values.mean())
    if n < 2:
        return {"mean": mean, "conf_low": None, "conf_high": None}
    half = float(stdtrit(n - 1, 0.5 + LEVEL / 2)) * float(values.std()) / n**0.5
    return {"mean": mean, "conf_low": mean - half, "conf_high": mean + half}


def _trajectory(rows: pd.DataFrame, column: str, by: str, instrument: str, rater: str) -> Row:
    scored = rows[rows[column].notna() & rows[by].notna()]
    points = []
    for at in _points(scored[by], by):
        here = scored[scored[by].astype("str") == str(at)]
        means = here.groupby("client_id", observed=True)[column].mean()
        if len(means):
            points.append({"at": at, "clients": len(means), "ratings": len(here), **interval(means)})
    score = column.removeprefix("score_")
    return {"instrument": instrument, "rater": rater, "score": score, "by": by, "points": points}


def _points(column: pd.Series[Any], by: str) -> list[Any]:
    if by == "phase":
        return list(levels_of(column))
    return sorted(int(number) for number in column.unique())


def _difference(early: pd.Series[Any], late: pd.Series[Any]) -> Row:
    return {
        "early": {"clients": len(early), **interval(early)},
        "late": {"clients": len(late), **interval(late)},
    }
