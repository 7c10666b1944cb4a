"""The census of a release: every count the report is going to show, entered once and tied to the counts it adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.disclosure.census import Census, Key
from pipeline.report import strain_counts

Row = Mapping[str, Any]
CLIENTS: Key = ("clients",)
EPISODES: Key = ("episodes",)
SESSIONS: Key = ("sessions",)
PSEUDONYMS = ("agency_id",)  # codes that may name an agency: shown by number


def census_of(description: Row, fits: Mapping[str, Row], least: int) -> Census:
    """All counts of a description and of the models' rows; `least` is the smallest cell of the release."""
    census = Census()
    census.aliases = group_aliases(description["table1"])
    census.add(CLIENTS, description["clients"])
    _table_one(census, description["table1"])
    _sessions(census, description)
    _people(census, description["clients_flow"])
    _episodes(census, description["exposure"])
    _themes(census, description["themes"])
    _all_themes(census, description["themes"], description["exposure"])
    _harms(census, description["harms"])
    _staying(census, description["staying"], least)
    _left_out(census, description["left_out"])
    strain_counts.enter(census, description)
    for name, fit in fits.items():
        _model(census, name, fit)
    return census


def group_aliases(table: Row) -> dict[str, str]:
    """What stands for a group's code wherever it is shown: agencies are numbered."""
    if table["by"] not in PSEUDONYMS:
        return {}
    return {group: f"Agency {i}" for i, group in enumerate(table["groups"], 1) if group != "missing"}


def level_key(variable: str, level: str, group: str | None = None) -> Key:
    """Clients at a level of a Table 1 variable, in all or in one group."""
    return ("clients", variable, level) if group is None else ("clients", variable, level, "group", group)


def group_key(group: str) -> Key:
    """Clients of an agency or program."""
    return ("clients", "group", group)


def step_key(step: str, instrument: str | None = None, rater: str | None = None) -> Key:
    """Clients left at a step of the flow; the steps before ratings are the same for every series."""
    if step == "on_file":
        return CLIENTS
    return ("clients", "step", step) if step == "attended" else ("clients", "step", step, str(instrument), str(rater))


def episode_key(row: Row, columns: Iterable[str]) -> Key:
    """Episodes with some codes."""
    return ("episodes", *(part for name in columns for part in (name, str(row[name]))))


def episode_clients_key(row: Row, columns: Iterable[str]) -> Key:
    """Clients behind episodes with some codes."""
    return ("episode clients", *episode_key(row, columns)[1:])


def model_key(name: str, step: str) -> Key:
    """Clients left at a step from the linked ratings to a hypothesis' model."""
    return ("clients", "model", name, step)


def _table_one(census: Census, table: Row) -> None:
    groups = table["groups"]
    for group in groups:
        census.add(group_key(group), table["group_clients"][group])
    if groups:
        census.tie(CLIENTS, [group_key(group) for group in groups])
    for variable in table["variables"]:
        if variable["kind"] == "number":
            continue
        name = variable["name"]
        for row in variable["levels"]:
            whole = CLIENTS if variable["kind"] == "several" else None
            key = census.add(level_key(name, row["level"]), row["clients"], part_of=whole, label=True)
            for group in groups:
                whole = group_key(group) if variable["kind"] == "several" else None
                census.add(level_key(name, row["level"], group), row["groups"][group], part_of=whole)
            if groups:
                census.tie(key, [level_key(name, row["level"], group) for group in groups])
        if variable["kind"] == "codes":
            levels = [row["level"] for row in variable["levels"]]
            census.tie(CLIENTS, [level_key(name, level) for level in levels])
            for group in groups:
                census.tie(group_key(group), [level_key(name, level, group) for level in levels])


def _sessions(census: Census, description: Row) -> None:
    census.add(SESSIONS, description["sessions"], description["clients"])
    rows = description["attendance"]
    for row in rows:
        census.add(("sessions", row["attendance"]), row["sessions"], row["clients"])
    if rows and sum(row["sessions"] for row in rows) == description["sessions"]:
        census.tie(SESSIONS, [("sessions", row["attendance"]) for row in rows])


def _people(census: Census, flows: list[Row]) -> None:
    for flow in flows:
        before = CLIENTS
        for step in flow["steps"]:
            key = step_key(step["step"], flow["instrument"], flow["rater"])
            if key != CLIENTS:
                census.add(key, step["clients"], part_of=before)
            before = key


def _episodes(census: Census, exposure: Row) -> None:
    modes = exposure["modes"]
    if not modes:
        return
    census.add(EPISODES, exposure["episodes"], exposure["clients"])
    _enter(census, modes, ["mode"], EPISODES)
    for column in (name for name in exposure["crossed"]):
        crossed, margins = exposure["crossed"][column], exposure["margins"][column]
        _enter(census, margins, [column], EPISODES)
        _enter(census, crossed, ["mode", column], None)
        for row in modes:
            parts = [cell for cell in crossed if cell["mode"] == row["mode"]]
            census.tie(episode_key(row, ["mode"]), [episode_key(cell, ["mode", column]) for cell in parts])
        for row in margins:
            parts = [cell for cell in crossed if cell[column] == row[column]]
            census.tie(episode_key(row, [column]), [episode_key(cell, ["mode", column]) for cell in parts])


def _enter(census: Census, rows: list[Row], columns: list[str], total: Key | None) -> None:
    for row in rows:
        behind = census.add(episode_clients_key(row, columns), row["clients"], part_of=CLIENTS)
        census.add(episode_key(row, columns), row["episodes"], row["clients"], at_least=behind)
    if total:
        census.tie(total, [episode_key(row, columns) for row in rows])


def harm_key(row: Row) -> Key:
    """Sessions by what was said of ruptures."""
    return ("sessions", "harm", str(row["what"]))


def staying_key(row: Row, n: int) -> Key:
    """Clients with at least so many ratings in one series."""
    return ("clients", "staying", str(row["instrument"]), str(row["rater"]), str(n))


def _harms(census: Census, rows: list[Row]) -> None:
    before: Key | None = None
    for row in rows:
        before = census.add(harm_key(row), row["sessions"], row["clients"], part_of=before)


def _staying(census: Census, rows: list[Row], least: int) -> None:
    """Only steps at which at least so many clients more have left: steps between would tell of a few."""
    for row in rows:
        counts = row["clients_with_at_least"]
        last = None
        for n, count in enumerate(counts, start=1):
            if last is None or last - count >= least:
                census.add(staying_key(row, n), count, part_of=CLIENTS)
                last = count


def _themes(census: Census, themes: list[Row]) -> None:
    for theme in themes:
        behind = census.add(episode_clients_key(theme, ["theme"]), theme["clients"], part_of=CLIENTS, label=True)
        key = census.add(episode_key(theme, ["theme"]), theme["episodes"], theme["clients"], at_least=behind, label=True)
        for column in ("outcome", "setting"):
            rows = [{**row, "theme": theme["theme"]} for row in theme.get(column, [])]
            for row in rows:
                census.add(episode_key(row, ["theme", column]), row["episodes"], row["clients"])
            if rows:
                census.tie(key, [episode_key(row, ["theme", column]) for row in rows])
        collective = theme.get("collective")
        if collective:
            census.add(("episodes", "theme", theme["theme"], "collective"), collective["episodes"], collective["clients"])


def _all_themes(census: Census, themes: list[Row], exposure: Row) -> None:
    """The themes and what has none add up to all episodes, in all and within each outcome and setting.

    The rest is never shown, but whoever subtracts has it: it counts as known where it is large.
    """
    if not themes or EPISODES not in census.cells:
        return
    _with_rest(census, EPISODES, [episode_key(theme, ["theme"]) for theme in themes])
    for column in ("outcome", "setting"):
        for row in exposure["margins"].get(column, []):
            parts = [episode_key({**row, "theme": theme["theme"]}, ["theme", column]) for theme in themes]
            _with_rest(census, episode_key(row, [column]), [part for part in parts if part in census.cells])


def _with_rest(census: Census, total: Key, parts: list[Key]) -> None:
    rest = census.cells[total].count - sum(census.cells[part].count for part in parts)
    census.tie(total, [*parts, census.add((*total, "no theme"), rest)])


def left_out_key(row: Row) -> Key:
    """Episodes by what became of them in one series of ratings."""
    return ("episodes", "series", str(row["instrument"]), str(row["rater"]), str(row["reason"]))


def _left_out(census: Census, rows: list[Row]) -> None:
    for series in {(row["instrument"], row["rater"]) for row in rows}:
        census.add(left_out_key({"instrument": series[0], "rater": series[1], "reason": "counted"}), *_counted(rows, series))
    for row in rows:
        census.add(left_out_key(row), row["episodes"], row["clients"])
    for series in {(row["instrument"], row["rater"]) for row in rows}:
        parts = [row for row in rows if (row["instrument"], row["rater"]) == series]
        if EPISODES in census.cells and sum(row["episodes"] for row in parts) == census.cells[EPISODES].count:
            census.tie(EPISODES, [left_out_key(row) for row in parts])


def _counted(rows: list[Row], series: tuple[str, str]) -> tuple[int, int]:
    """Episodes and clients counted for some rating of a series: none where every episode was left out."""
    own = [row for row in rows if (row["instrument"], row["rater"]) == series and row["reason"] == "counted"]
    return (own[0]["episodes"], own[0]["clients"]) if own else (0, 0)


def _model(census: Census, name: str, fit: Row) -> None:
    before: Key | None = None
    for step in fit.get("counts") or []:
        key = model_key(name, str(step["step"]))
        if step.get("clients") is not None and key not in census.cells:
            census.add(key, int(step["clients"]), part_of=before or CLIENTS)
            before = key
