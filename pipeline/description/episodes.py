"""What advocacy there was: episodes by mode, setting, level and outcome, their themes, windows, and what was left out."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.description.tables import Row, as_codes, levels_of, one_series, series_of

COUNTED = "counted"
SPLITS = ("setting", "level", "initiated_by", "planned", "outcome", "theme", "disclosure", "debriefed")
COLLECTIVE = ("mezzo", "macro")


def exposure(advocacy: pd.DataFrame | None) -> Row:
    """Episodes and their clients by mode, by setting, level, outcome and initiator, and by mode crossed with each."""
    if advocacy is None or not len(advocacy):
        return {"episodes": 0, "clients": 0, "modes": [], "margins": {}, "crossed": {}}
    columns = [name for name in ("setting", "phase", "level", "outcome", "initiated_by") if name in advocacy]
    return {
        "episodes": len(advocacy),
        "clients": int(advocacy["client_id"].nunique()),
        "modes": counts_by(advocacy, ["mode"]),
        "margins": {name: counts_by(advocacy, [name]) for name in columns},
        "crossed": {name: counts_by(advocacy, ["mode", name]) for name in columns},
    }


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


def episode_levels(advocacy: pd.DataFrame | None) -> dict[str, dict[str, dict[str, int]]]:
    """Clients behind each code of each column a model may split an exposure by: mode -> column -> code -> clients."""
    if advocacy is None or not len(advocacy):
        return {}
    columns = [name for name in SPLITS if name in advocacy]
    found: dict[str, dict[str, dict[str, int]]] = {}
    for mode, rows in advocacy.groupby(as_codes(advocacy["mode"])):
        found[str(mode)] = {name: _clients_by(rows, name) for name in columns}
    return found


def _clients_by(rows: pd.DataFrame, name: str) -> dict[str, int]:
    clients = rows.groupby(as_codes(rows[name]))["client_id"].nunique()
    return {str(code): int(n) for code, n in clients.items()}


def counts_by(table: pd.DataFrame, columns: list[str]) -> list[Row]:
    """Episodes and clients for each combination of codes, missing as a code of its own; every combination, also empty."""
    coded = table.assign(**{name: as_codes(table[name]).fillna("missing") for name in columns})
    grouped = coded.groupby(columns, observed=True)["client_id"]
    sizes, clients = grouped.size(), grouped.nunique()
    orders = [[*levels_of(table[name]), *(["missing"] if table[name].isna().any() else [])] for name in columns]
    keys = pd.MultiIndex.from_product(orders, names=columns) if len(columns) > 1 else pd.Index(orders[0], name=columns[0])
    sizes, clients = sizes.reindex(keys, fill_value=0), clients.reindex(keys, fill_value=0)
    rows = []
    for key in keys:
        codes = key if isinstance(key, tuple) else (key,)
        entry: Row = dict(zip(columns, codes, strict=True))
        rows.append({**entry, "episodes": int(sizes[key]), "clients": int(clients[key])})
    return rows


def themes(advocacy: pd.DataFrame | None) -> list[Row]:
    """Case to cause: for each theme its episodes and clients, outcomes, settings, and whether collective action followed.

    Collective action is an episode of the same theme at mezzo or macro level.
    """
    if advocacy is None or "theme" not in advocacy or advocacy["theme"].isna().all():
        return []
    return [_theme(advocacy[as_codes(advocacy["theme"]) == code], code) for code in levels_of(advocacy["theme"])]


def windows(occasions: pd.DataFrame, ledger: pd.DataFrame) -> list[Row]:
    """The windows between ratings of each series: how many, how long, how many with a gap or a counted joint episode."""
    found = []
    for instrument, rater in series_of(occasions):
        rows = one_series(occasions, instrument, rater)
        entry: Row = {"instrument": instrument, "rater": rater, "windows": len(rows)}
        entry["clients"] = int(rows["client_id"].nunique())
        if rows["day"].notna().any():
            entry |= _lengths(rows)
            entry["with_episode"] = _with_episode(rows, one_series(ledger, instrument, rater))
        found.append(entry)
    return found


def left_out(ledger: pd.DataFrame) -> list[Row]:
    """For each series, episodes and clients by what became of the episode: counted, or the reason it was not."""
    found = []
    for instrument, rater in series_of(ledger):
        rows = one_series(ledger, instrument, rater)
        for reason in sorted(as_codes(rows["reason"]).unique(), key=lambda text: (text != COUNTED, text)):
            here = rows[as_codes(rows["reason"]) == reason]
            clients = int(here["client_id"].nunique())
            found.append(
                {"instrument": instrument, "rater": rater, "reason": reason, "episodes": len(here), "clients": clients}
            )
    return found


def _theme(rows: pd.DataFrame, code: str) -> Row:
    entry: Row = {"theme": code, "episodes": len(rows), "clients": int(rows["client_id"].nunique())}
    for column in ("outcome", "setting", "level"):
        if column in rows:
            entry[column] = counts_by(rows, [column])
    if "level" in rows:
        entry["followed"] = _followed(rows)
        collective = rows[as_codes(rows["level"]).isin(COLLECTIVE)]
        entry["collective"] = {"episodes": len(collective), "clients": int(collective["client_id"].nunique())}
    return entry


def _followed(rows: pd.DataFrame) -> int:
    """Clients with an episode at the micro level and, on the same day or later, one at the mezzo or macro level."""
    levels = as_codes(rows["level"])
    case = rows[levels == "micro"].groupby("client_id", observed=True)["day"].min()
    cause = rows[levels.isin(COLLECTIVE)].groupby("client_id", observed=True)["day"].max()
    both = pd.concat([case, cause], axis=1, keys=["case", "cause"]).dropna()
    return int((both["cause"] >= both["case"]).sum())


def _lengths(rows: pd.DataFrame) -> Row:
    days = (rows["day"].astype("float64") - rows["previous_day"].astype("float64")).dropna()
    gaps = rows[rows["gap"].fillna(False).astype(bool)]
    return {
        "days_mean": float(days.mean()) if len(days) else None,
        "days_sd": float(days.std()) if len(days) > 1 else None,
        "gaps": len(gaps),
        "gap_clients": int(gaps["client_id"].nunique()),
    }


def _with_episode(rows: pd.DataFrame, ledger: pd.DataFrame) -> list[Row]:
    counted = ledger[as_codes(ledger["reason"]) == COUNTED]
    return [_mode_windows(rows, counted, mode) for mode in levels_of(ledger["mode"])]


def _mode_windows(rows: pd.DataFrame, counted: pd.DataFrame, mode: str) -> Row:
    doses: pd.Series[Any] = counted[as_codes(counted["mode"]) == mode].groupby("occasion_id").size()
    per_window = rows.set_index("occasion_id")["client_id"].to_frame()
    per_window["dose"] = doses.reindex(per_window.index, fill_value=0).to_numpy()
    some = per_window[per_window["dose"] > 0]
    within = per_window["dose"] - per_window.groupby("client_id", observed=True)["dose"].transform("mean")
    return {
        "mode": mode,
        "windows": len(some),
        "clients": int(some["client_id"].nunique()),
        "mean_dose": float(per_window["dose"].mean()) if len(per_window) else None,
        "sd_within": float(within.std()) if len(per_window) > 1 else None,
    }
