"""What may have gone wrong: ratings that fell after advocacy, clients who left early, and what leaving goes with."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from pipeline.base.column_names import TOTAL_SCORE
from pipeline.description.people import CODED, NUMBERS
from pipeline.description.tables import as_codes, levels_of, one_series, people_behind, series_of
from pipeline.results.course import Falls, GoesWith, Leavers, PhaseCount

FALL = 1.0  # within-client SDs by which a rating must lie below the client's rating before
FEWEST = 5.0  # expected clients in a cell below which no chi-square is taken (Cochran, 1954)


def falls(occasions: pd.DataFrame, ledger: pd.DataFrame) -> tuple[Falls, ...]:
    """Ratings that fell by more than one within-client SD, with joint advocacy since the rating before and without it.

    One row a series and kind of window: ratings that have one before them, those that fell, and the clients behind both.
    """
    found: list[Falls] = []
    joint = ledger[(as_codes(ledger["reason"]) == "counted") & (as_codes(ledger["mode"]) == "joint")]
    for instrument, rater in series_of(ledger):
        rows = one_series(occasions, instrument, rater)
        if TOTAL_SCORE in rows:
            hit = one_series(joint, instrument, rater)["occasion_id"]
            found += _falls(rows, set(hit.dropna()), (instrument, rater))
    return tuple(found)


def _falls(rows: pd.DataFrame, hit: set[Any], series: tuple[str, str]) -> list[Falls]:
    ordered = rows[rows[TOTAL_SCORE].notna()].sort_values(["client_id", "occasion"])
    clients = ordered.groupby("client_id", observed=True)[TOTAL_SCORE]
    own = ordered[TOTAL_SCORE] - clients.transform("mean")
    spread = math.sqrt(float((own**2).sum()) / max(len(own) - own.groupby(ordered["client_id"]).ngroups, 1))
    change = clients.diff()
    frame = pd.DataFrame({"client_id": ordered["client_id"], "fell": change < -FALL * spread})
    frame["joint"] = ordered["occasion_id"].isin(hit)
    frame = frame[change.notna()]
    return [_fall(frame[frame["joint"] == joint], joint, series) for joint in (True, False)] if spread > 0 else []


def _fall(rows: pd.DataFrame, joint: bool, series: tuple[str, str]) -> Falls:
    fell = rows[rows["fell"]]
    return Falls(
        instrument=series[0],
        rater=series[1],
        joint=joint,
        ratings=len(rows),
        **people_behind(rows),
        fell=len(fell),
        fell_clients=int(fell["client_id"].nunique()),
    )


def leavers(occasions: pd.DataFrame, clients: pd.DataFrame) -> Leavers | None:
    """Clients who attended no session any more after some rating: how many, in which phase, and what it goes with.

    None where the study does not tell, or where none or all of them left.
    """
    if "dropped_out" not in occasions or occasions["dropped_out"].isna().all():
        return None
    gone = occasions[occasions["dropped_out"].fillna(False).astype(bool)]
    left = occasions.groupby("client_id", observed=True).size().index.to_series().isin(gone["client_id"])
    if left.all() or not left.any():
        return None
    known = clients[clients["client_id"].isin(left.index)]
    flags = known["client_id"].map(left).astype(bool)
    coded = [_coded(known[name], flags, name) for name in CODED if name in known]
    numbers = [_number(known[name], flags, name) for name in NUMBERS if name in known]
    return Leavers(
        clients=int(left.sum()),
        stayed=int((~left).sum()),
        phases=_phases(gone),
        goes_with=tuple(row for row in (*coded, *numbers, *_first(occasions, left)) if row),
    )


def _phases(gone: pd.DataFrame) -> tuple[PhaseCount, ...]:
    """Clients who left by the phase of their last rating; none where some phase is not known."""
    last = gone.sort_values("session_number").groupby("client_id", observed=True).tail(1)
    if "phase" not in last or last["phase"].isna().any():
        return ()
    counts = as_codes(last["phase"]).value_counts()
    return tuple(PhaseCount(phase=phase, clients=int(counts.get(phase, 0))) for phase in levels_of(last["phase"]))


def _first(occasions: pd.DataFrame, left: pd.Series[Any]) -> list[GoesWith | None]:
    """The first rating of each series."""
    found: list[GoesWith | None] = []
    for instrument, rater in series_of(occasions):
        rows = one_series(occasions, instrument, rater)
        if TOTAL_SCORE in rows and rows[TOTAL_SCORE].notna().any():
            first = rows.sort_values(["client_id", "occasion"]).groupby("client_id", observed=True)[TOTAL_SCORE].first()
            row = _number(first, left.reindex(first.index).astype(bool), "first_rating")
            found.append(row and row.model_copy(update={"instrument": instrument, "rater": rater}))
    return found


def _coded(column: pd.Series[Any], left: pd.Series[Any], name: str) -> GoesWith | None:
    """Cramer's V (1946) of a code with leaving, and its chi-square test; None with one level or too few clients a cell."""
    from scipy.special import chdtrc

    table = pd.crosstab(as_codes(column), left)
    if table.shape[0] < 2 or table.shape[1] < 2:
        return None
    counts = table.to_numpy(dtype="float64")
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / counts.sum()
    if expected.min() < FEWEST:
        return None
    chi2 = float(((counts - expected) ** 2 / expected).sum())
    strength = math.sqrt(chi2 / counts.sum())  # leaving has two levels, so that the smaller side is always 1
    return GoesWith(name=name, strength=strength, higher=None, p_value=float(chdtrc(table.shape[0] - 1, chi2)))


def _number(column: pd.Series[Any], left: pd.Series[Any], name: str) -> GoesWith | None:
    """The point-biserial correlation of a number with leaving and its t test; None where either does not vary."""
    from scipy.special import stdtr

    known = column.notna().to_numpy()
    x, y = column[known].to_numpy(dtype="float64"), left[known].to_numpy(dtype="float64")
    if len(x) < 2 * FEWEST or x.std() == 0 or y.std() == 0:
        return None
    r = float(((x - x.mean()) * (y - y.mean())).mean() / (x.std() * y.std()))
    t = r * math.sqrt((len(x) - 2) / max(1.0 - r * r, 1e-12))
    return GoesWith(name=name, strength=abs(r), higher=r > 0, p_value=float(2 * stdtr(len(x) - 2, -abs(t))))
