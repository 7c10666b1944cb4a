"""The census of a release: every count the report is going to show, entered once and tied to the counts it adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.disclosure.census import Census, Key
from pipeline.report import strain_counts
from pipeline.results.backing import Backing
from pipeline.results.course import SessionsWith, Staying
from pipeline.results.description import Attendance, Description, TableOne
from pipeline.results.episodes import CodeCount, Episodes, LeftOut, Theme
from pipeline.results.fit import Fit
from pipeline.results.flow import ClientsFlow

CLIENTS: Key = ("clients",)
EPISODES: Key = ("episodes",)
SESSIONS: Key = ("sessions",)
COUNTED = "counted"
PSEUDONYMS = ("agency_id",)  # codes that may name an agency: shown by number


def census_of(description: Description, fits: Mapping[str, Fit], least: int) -> Census:
    """All counts of a description and of the models' rows; `least` is the smallest cell of the release."""
    census = Census(description.workers.workers)
    census.aliases = group_aliases(description.table1)
    enter_table_one(census, description.table1)
    _sessions(census, description)
    _people(census, description.clients_flow)
    _episodes(census, description.exposure)
    _themes(census, description.themes)
    _all_themes(census, description.themes, description.exposure)
    _harms(census, description.harms)
    _staying(census, description.staying, least)
    _left_out(census, description.left_out)
    strain_counts.enter_strain_counts(census, description)
    for name, fit in fits.items():
        _model(census, name, fit)
    return census


def group_aliases(table: TableOne) -> dict[str, str]:
    """What stands for a group's code wherever it is shown: agencies are numbered."""
    if table.by not in PSEUDONYMS:
        return {}
    return {group: f"Agency {i}" for i, group in enumerate(table.groups, 1) if group != "missing"}


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


def episode_key(*codes: tuple[str, str]) -> Key:
    """Episodes with some codes, each given as column and code."""
    return ("episodes", *(part for pair in codes for part in pair))


def episode_clients_key(*codes: tuple[str, str]) -> Key:
    """Clients behind episodes with some codes."""
    return ("episode clients", *episode_key(*codes)[1:])


def model_key(name: str, step: str) -> Key:
    """Clients left at a step from the linked ratings to a hypothesis' model."""
    return ("clients", "model", name, step)


def enter_table_one(census: Census, table: TableOne) -> None:
    """Enter the clients of Table 1, and tie them: by group, and the codes of a variable that exclude each other."""
    census.add(CLIENTS, table.clients)
    groups = table.groups
    for group in groups:
        census.add(group_key(group), table.group_clients[group], _of_group(table, group, table.group_clients[group]))
    if groups:
        census.tie(CLIENTS, [group_key(group) for group in groups])
    for variable in table.variables:
        name = variable.name
        for row in variable.levels:
            key = census.add(level_key(name, row.level), row.clients, part_of=CLIENTS, label=True)
            for group in groups:
                behind = _of_group(table, group, row.groups[group])
                census.add(level_key(name, row.level, group), row.groups[group], behind, part_of=group_key(group))
            if groups:
                census.tie(key, [level_key(name, row.level, group) for group in groups])
        if variable.kind == "codes":
            levels = [row.level for row in variable.levels]
            census.tie(CLIENTS, [level_key(name, level) for level in levels])
            for group in groups:
                census.tie(group_key(group), [level_key(name, level, group) for level in levels])


def _of_group(table: TableOne, group: str, clients: int) -> Backing:
    """Some clients of an agency or program, with all its workers: no group of few workers is shown by itself."""
    return Backing(clients, table.group_workers.get(group))


def attendance_key(row: Attendance) -> Key:
    """Sessions with an attendance code."""
    return ("sessions", row.attendance)


def _sessions(census: Census, description: Description) -> None:
    census.add(SESSIONS, description.sessions, description.clients)
    rows = description.attendance
    for row in rows:
        census.add(attendance_key(row), row.sessions, row.behind)
    if rows and sum(row.sessions for row in rows) == description.sessions:
        census.tie(SESSIONS, [attendance_key(row) for row in rows])


def _people(census: Census, flows: Iterable[ClientsFlow]) -> None:
    for flow in flows:
        before = CLIENTS
        for step in flow.steps:
            key = step_key(step.step, flow.instrument, flow.rater)
            if key != CLIENTS:
                census.add(key, step.clients, part_of=before)
            before = key


def _episodes(census: Census, exposure: Episodes) -> None:
    if not exposure.modes:
        return
    census.add(EPISODES, exposure.episodes, exposure.behind)
    _margins(census, exposure.modes, "mode")
    for split in exposure.splits:
        column = split.column
        _margins(census, split.margins, column)
        for cell in split.crossed:
            _enter(census, (("mode", cell.mode), (column, cell.code)), cell.episodes, cell.behind)
        for row in exposure.modes:
            codes = [cell.code for cell in split.crossed if cell.mode == row.code]
            parts = [episode_key(("mode", row.code), (column, code)) for code in codes]
            census.tie(episode_key(("mode", row.code)), parts)
        for row in split.margins:
            modes = [cell.mode for cell in split.crossed if cell.code == row.code]
            parts = [episode_key(("mode", mode), (column, row.code)) for mode in modes]
            census.tie(episode_key((column, row.code)), parts)


def _margins(census: Census, rows: Iterable[CodeCount], column: str) -> None:
    rows = list(rows)
    for row in rows:
        _enter(census, ((column, row.code),), row.episodes, row.behind)
    census.tie(EPISODES, [episode_key((column, row.code)) for row in rows])


def _enter(census: Census, codes: tuple[tuple[str, str], ...], episodes: int, behind: Backing) -> None:
    clients = census.add(
        episode_clients_key(*codes), behind.clients, Backing(behind.clients, behind.workers), part_of=CLIENTS
    )
    census.add(episode_key(*codes), episodes, behind, at_least=clients)


def harm_key(row: SessionsWith) -> Key:
    """Sessions by what was said of ruptures."""
    return ("sessions", "harm", row.what)


def staying_key(row: Staying, n: int) -> Key:
    """Clients with at least so many ratings in one series."""
    return ("clients", "staying", row.instrument, row.rater, str(n))


def _harms(census: Census, rows: Iterable[SessionsWith]) -> None:
    before: Key | None = None
    for row in rows:
        before = census.add(harm_key(row), row.sessions, row.behind, part_of=before)


def _staying(census: Census, rows: Iterable[Staying], least: int) -> None:
    """Only steps at which at least so many clients more have left: steps between would tell of a few."""
    for row in rows:
        last = None
        for n, count in enumerate(row.clients_with_at_least, start=1):
            if last is None or last - count >= least:
                census.add(staying_key(row, n), count, part_of=CLIENTS)
                last = count


def collective_key(theme: Theme) -> Key:
    """Episodes of a theme at mezzo or macro level."""
    return ("episodes", "theme", theme.theme, "collective")


def _themes(census: Census, themes: Iterable[Theme]) -> None:
    for theme in themes:
        own = ("theme", theme.theme)
        behind = census.add(episode_clients_key(own), theme.clients, part_of=CLIENTS, label=True)
        key = census.add(episode_key(own), theme.episodes, theme.behind, at_least=behind, label=True)
        for column, rows in (("outcome", theme.outcome), ("setting", theme.setting)):
            parts = [census.add(episode_key(own, (column, row.code)), row.episodes, row.behind) for row in rows]
            if parts:
                census.tie(key, parts)
        if theme.collective:
            census.add(collective_key(theme), theme.collective.episodes, theme.collective.behind)


def _all_themes(census: Census, themes: tuple[Theme, ...], exposure: Episodes) -> None:
    """The themes and what has none add up to all episodes, in all and within each outcome and setting.

    The rest is never shown, but whoever subtracts has it: it counts as known where it is large.
    """
    if not themes or EPISODES not in census.cells:
        return
    _with_rest(census, EPISODES, [episode_key(("theme", theme.theme)) for theme in themes])
    for column in ("outcome", "setting"):
        split = exposure.split(column)
        for row in split.margins if split else ():
            parts = [episode_key(("theme", theme.theme), (column, row.code)) for theme in themes]
            _with_rest(census, episode_key((column, row.code)), [part for part in parts if part in census.cells])


def _with_rest(census: Census, total: Key, parts: list[Key]) -> None:
    rest = census.cells[total].count - sum(census.cells[part].count for part in parts)
    census.tie(total, [*parts, census.add((*total, "no theme"), rest)])


def left_out_key(instrument: str, rater: str, reason: str) -> Key:
    """Episodes by what became of them in one series of ratings."""
    return ("episodes", "series", instrument, rater, reason)


def _left_out(census: Census, rows: Iterable[LeftOut]) -> None:
    by_series: dict[tuple[str, str], list[LeftOut]] = {}
    for row in rows:
        by_series.setdefault((row.instrument, row.rater), []).append(row)
    for series, own in by_series.items():
        if not any(row.reason == COUNTED for row in own):
            census.add(left_out_key(*series, COUNTED), 0, 0)
        keys = [census.add(left_out_key(*series, row.reason), row.episodes, row.behind) for row in own]
        if EPISODES in census.cells and sum(row.episodes for row in own) == census.cells[EPISODES].count:
            census.tie(EPISODES, keys)


def _model(census: Census, name: str, fit: Fit) -> None:
    before: Key | None = None
    for step in fit.counts:
        key = model_key(name, step.step)
        if key not in census.cells:
            census.add(key, step.clients, part_of=before or CLIENTS)
            before = key
