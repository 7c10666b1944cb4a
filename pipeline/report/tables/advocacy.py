"""What advocacy there was: by mode and setting, in windows, and what was left out and why."""

from __future__ import annotations

from pipeline.disclosure.gate import Gate
from pipeline.report import words
from pipeline.report.counts import EPISODES, episode_clients_key, episode_key, left_out_key
from pipeline.report.plots.figures import Bar, Bars, Part
from pipeline.report.table import Line, Table
from pipeline.report.tables.people import counts_note
from pipeline.results.description import Description
from pipeline.results.episodes import Split, WindowDays


def modes_table(description: Description, gate: Gate) -> Table:
    """Episodes and clients by mode."""
    rows = description.exposure.modes
    lines = []
    for row in rows:
        own = ("mode", row.code)
        key, clients = episode_key(own), gate.count(episode_clients_key(own), "exposure")
        lines.append(Line(_title(words.mode(row.code)), (gate.count(key, "exposure"), gate.share(key, EPISODES), clients)))
    lines.append(Line("All episodes", (gate.count(EPISODES, "exposure"), "", "")))
    head = ("Mode", "Episodes", "Share", "Clients")
    return Table("modes", "Advocacy episodes by mode", head, tuple(lines), counts_note(lines, gate))


def episodes_table(description: Description, split: Split, gate: Gate) -> Table:
    """Episodes by a column such as setting (rows) and mode (columns)."""
    column, mode_names = split.column, [row.code for row in description.exposure.modes]
    lines = []
    for row in split.margins:
        cells = [gate.count(episode_key(("mode", mode), (column, row.code)), "exposure") for mode in mode_names]
        cells.append(gate.count(episode_key((column, row.code)), "exposure"))
        lines.append(Line(words.episode_level(column, row.code), tuple(cells)))
    head = (words.episode_column(column), *(_title(words.mode(mode)) for mode in mode_names), "All")
    caption = f"Advocacy episodes by {words.episode_column(column).lower()} and mode"
    return Table(f"episodes_by_{column}", caption, head, tuple(lines), counts_note(lines, gate))


def settings_figure(description: Description, gate: Gate, mode: str = "joint") -> Bars | None:
    """Episodes of one mode by place, most first: only counts that the table shows."""
    split = description.exposure.split("setting")
    if split is None:
        return None
    counts = [
        (row.code, gate.count(episode_key(("mode", mode), ("setting", row.code))))
        for row in split.margins
        if row.code != "missing"
    ]
    shown = sorted((pair for pair in counts if pair[1].value), key=lambda pair: -int(pair[1].value or 0))
    if not shown:
        return None
    rows = tuple(Bar(words.title(code), (Part(count, "held"),), count.text) for code, count in shown)
    whole = gate.count(episode_key(("mode", mode)))
    caption = f"Where {'worker and client went together' if mode == 'joint' else words.mode(mode)}: {whole} episodes."
    told = "; ".join(f"{words.plain(code)} {count}" for code, count in shown)
    return Bars(f"episodes_by_setting_{mode}", caption, f"Bars. {caption} {told}.", rows, shown[0][1])


def windows_table(description: Description, gate: Gate) -> Table:
    """Windows between ratings: how many, how long, and how many hold a counted episode."""
    lines = []
    for row in description.windows:
        lines.append(Line(words.series(row.instrument, row.rater), group=True))
        lines.append(_windows_line("Windows", row.windows, row.clients, gate))
        if row.days:
            lines.append(Line("Length in days, mean (SD)", (_mean_sd(row.days, row.clients, gate),), inner=True))
            gaps = row.days.gaps, row.days.gap_clients
            lines.append(_windows_line("Windows with a gap", *gaps, gate))
        for entry in row.with_episode:
            text = f"Windows with {words.mode(entry.mode)}"
            lines.append(_windows_line(text, entry.windows, entry.clients, gate))
    note = "A window runs from one rating to the next; episodes count for the rating that ends it."
    return Table("windows", "Windows between ratings", ("", "Value"), tuple(lines), note)


def left_out(description: Description, gate: Gate) -> Table:
    """What became of every episode, in each series of ratings."""
    lines = []
    group = ""
    for row in description.left_out:
        series = words.series(row.instrument, row.rater)
        if series != group:
            lines.append(Line(series, group=True))
            group = series
        lines.append(
            Line(
                _title(words.reason(row.reason)),
                (gate.count(left_out_key(row.instrument, row.rater, row.reason), "left out"),),
                inner=True,
            )
        )
    return Table("left_out", "What became of each episode", ("", "Episodes"), tuple(lines), counts_note(lines, gate))


def _windows_line(text: str, windows: int, clients: int, gate: Gate) -> Line:
    return Line(text, (gate.rows(windows, clients, "windows"),), inner=True)


def _mean_sd(days: WindowDays, clients: int, gate: Gate) -> str:
    mean = gate.mean(days.mean, days.sd, clients, "windows", digits=1)
    return mean.text if mean.value is None else f"{mean} ({gate.spread(days.sd, clients, 'windows', digits=1)})"


def _title(text: str) -> str:
    return text[:1].upper() + text[1:]
