"""What advocacy there was: episodes by mode, setting, level and outcome, their themes, windows, and what was left out."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd

from pipeline.description.tables import PEOPLE, People, as_codes, levels_of, one_series, people_behind, series_of
from pipeline.results.episodes import (
    CodeCount,
    Collective,
    CrossedCount,
    Episodes,
    LeftOut,
    ModeWindows,
    Split,
    Theme,
    WindowDays,
    Windows,
)
from pipeline.results.people import Codes

COUNTED = "counted"
SPLITS = ("setting", "level", "initiated_by", "planned", "outcome", "theme", "disclosure", "debriefed")
COLLECTIVE = ("mezzo", "macro")


def exposure(advocacy: pd.DataFrame | None) -> Episodes:
    """Episodes and their clients by mode, by setting, level, outcome and initiator, and by mode crossed with each."""
    if advocacy is None or not len(advocacy):
        return Episodes(episodes=0, clients=0)
    columns = [name for name in ("setting", "phase", "level", "outcome", "initiated_by") if name in advocacy]
    return Episodes(
        episodes=len(advocacy),
        **people_behind(advocacy),
        modes=counts_by(advocacy, "mode"),
        splits=tuple(
            Split(column=name, margins=counts_by(advocacy, name), crossed=counts_by_mode(advocacy, name)) for name in columns
        ),
    )


def with_phase(advocacy: pd.DataFrame | None, occasions: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame | None:
    """The episodes with the phase of the rating each counts for, in the longest series; missing where it counts for none."""
    if advocacy is None or not len(advocacy) or "phase" not in occasions or occasions["phase"].isna().all():
        return advocacy
    longest = max(series_of(ledger), key=lambda one: len(one_series(occasions, *one)), default=None)
    if longest is None:
        return advocacy
    counted = one_series(ledger, *longest)
    counted = counted[as_codes(counted["reason"]) == COUNTED]
    phases = counted[["episode_id", "occasion_id"]].merge(occasions[["occasion_id", "phase"]], on="occasion_id")
    phase = advocacy[["episode_id"]].merge(phases, on="episode_id", how="left")["phase"].to_numpy()
    levels = levels_of(occasions["phase"])
    return advocacy.assign(phase=pd.Categorical(phase, categories=levels))


def episode_levels(advocacy: pd.DataFrame | None) -> dict[str, dict[str, Codes]]:
    """Clients behind each code of each column a model may split an exposure by: mode -> column -> code -> clients."""
    if advocacy is None or not len(advocacy):
        return {}
    columns = [name for name in SPLITS if name in advocacy]
    found: dict[str, dict[str, Codes]] = {}
    for mode, rows in advocacy.groupby(as_codes(advocacy["mode"])):
        found[str(mode)] = {name: _clients_by(rows, name) for name in columns}
    return found


def _clients_by(rows: pd.DataFrame, name: str) -> Codes:
    clients = rows.groupby(as_codes(rows[name]))["client_id"].nunique()
    return {str(code): int(n) for code, n in clients.items()}


def counts_by(table: pd.DataFrame, column: str) -> tuple[CodeCount, ...]:
    """Episodes and clients for each code of a column, also those of no episode; missing is a code of its own."""
    return tuple(CodeCount(code=key[0], episodes=n, **behind) for key, n, behind in _counts(table, [column]))


def counts_by_mode(table: pd.DataFrame, column: str) -> tuple[CrossedCount, ...]:
    """Episodes and clients for each mode with each code of a column, also empty combinations."""
    found = _counts(table, ["mode", column])
    return tuple(CrossedCount(mode=key[0], code=key[1], episodes=n, **behind) for key, n, behind in found)


def _counts(table: pd.DataFrame, columns: list[str]) -> list[tuple[tuple[str, ...], int, People]]:
    people = table[[name for name in PEOPLE if name in table]]
    coded = people.assign(**{name: as_codes(table[name]).fillna("missing") for name in columns})
    rows = {tuple(map(str, key)): part for key, part in coded.groupby(columns, observed=True)}
    orders = [[*levels_of(table[name]), *(["missing"] if table[name].isna().any() else [])] for name in columns]
    parts = [(key, rows.get(key, coded.iloc[:0])) for key in itertools.product(*orders)]
    return [(key, len(part), people_behind(part)) for key, part in parts]


def themes(advocacy: pd.DataFrame | None) -> tuple[Theme, ...]:
    """Case to cause: for each theme its episodes and clients, outcomes, settings, and whether collective action followed.

    Collective action is an episode of the same theme at mezzo or macro level.
    """
    if advocacy is None or "theme" not in advocacy or advocacy["theme"].isna().all():
        return ()
    return tuple(_theme(advocacy[as_codes(advocacy["theme"]) == code], code) for code in levels_of(advocacy["theme"]))


def windows(occasions: pd.DataFrame, ledger: pd.DataFrame) -> tuple[Windows, ...]:
    """The windows between ratings of each series: how many, how long, how many with a gap or a counted joint episode."""
    found = []
    for instrument, rater in series_of(occasions):
        rows = one_series(occasions, instrument, rater)
        days = bool(rows["day"].notna().any())
        found.append(
            Windows(
                instrument=instrument,
                rater=rater,
                windows=len(rows),
                clients=int(rows["client_id"].nunique()),
                days=_lengths(rows) if days else None,
                with_episode=_with_episode(rows, one_series(ledger, instrument, rater)) if days else (),
            )
        )
    return tuple(found)


def left_out(ledger: pd.DataFrame) -> tuple[LeftOut, ...]:
    """For each series, episodes and clients by what became of the episode: counted, or the reason it was not."""
    found = []
    for instrument, rater in series_of(ledger):
        rows = one_series(ledger, instrument, rater)
        for reason in sorted(as_codes(rows["reason"]).unique(), key=lambda text: (text != COUNTED, text)):
            here = rows[as_codes(rows["reason"]) == reason]
            found.append(
                LeftOut(instrument=instrument, rater=rater, reason=reason, episodes=len(here), **people_behind(here))
            )
    return tuple(found)


def _theme(rows: pd.DataFrame, code: str) -> Theme:
    leveled = "level" in rows
    return Theme(
        theme=code,
        episodes=len(rows),
        **people_behind(rows),
        outcome=counts_by(rows, "outcome") if "outcome" in rows else (),
        setting=counts_by(rows, "setting") if "setting" in rows else (),
        level=counts_by(rows, "level") if leveled else (),
        followed=_followed(rows) if leveled else None,
        collective=_collective(rows) if leveled else None,
    )


def _collective(rows: pd.DataFrame) -> Collective:
    """Episodes at the mezzo or macro level."""
    here = rows[as_codes(rows["level"]).isin(COLLECTIVE)]
    return Collective(episodes=len(here), **people_behind(here))


def _followed(rows: pd.DataFrame) -> int:
    """Clients with an episode at the micro level and, on the same day or later, one at the mezzo or macro level."""
    levels = as_codes(rows["level"])
    case = rows[levels == "micro"].groupby("client_id", observed=True)["day"].min()
    cause = rows[levels.isin(COLLECTIVE)].groupby("client_id", observed=True)["day"].max()
    both = pd.concat([case, cause], axis=1, keys=["case", "cause"]).dropna()
    return int((both["cause"] >= both["case"]).sum())


def _lengths(rows: pd.DataFrame) -> WindowDays:
    days = (rows["day"].astype("float64") - rows["previous_day"].astype("float64")).dropna()
    gaps = rows[rows["gap"].fillna(False).astype(bool)]
    return WindowDays(
        mean=float(days.mean()) if len(days) else None,
        sd=float(days.std()) if len(days) > 1 else None,
        gaps=len(gaps),
        gap_clients=int(gaps["client_id"].nunique()),
    )


def _with_episode(rows: pd.DataFrame, ledger: pd.DataFrame) -> tuple[ModeWindows, ...]:
    counted = ledger[as_codes(ledger["reason"]) == COUNTED]
    return tuple(_mode_windows(rows, counted, mode) for mode in levels_of(ledger["mode"]))


def _mode_windows(rows: pd.DataFrame, counted: pd.DataFrame, mode: str) -> ModeWindows:
    doses: pd.Series[Any] = counted[as_codes(counted["mode"]) == mode].groupby("occasion_id").size()
    per_window = rows.set_index("occasion_id")["client_id"].to_frame()
    per_window["dose"] = doses.reindex(per_window.index, fill_value=0).to_numpy()
    some = per_window[per_window["dose"] > 0]
    within = per_window["dose"] - per_window.groupby("client_id", observed=True)["dose"].transform("mean")
    return ModeWindows(
        mode=mode,
        windows=len(some),
        clients=int(some["client_id"].nunique()),
        mean_dose=float(per_window["dose"].mean()) if len(per_window) else None,
        sd_within=float(within.std()) if len(per_window) > 1 else None,
    )
