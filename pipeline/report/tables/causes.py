"""From case to cause, and who is missing."""

from __future__ import annotations

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.counts import EPISODES, collective_key, episode_clients_key, episode_key, staying_key
from pipeline.report.numbers import bracket
from pipeline.report.strain_counts import followed_key
from pipeline.report.table import Line, Table, Value
from pipeline.report.tables.people import counts_note, rare_note
from pipeline.results.course import FirstRating
from pipeline.results.description import Description
from pipeline.results.episodes import Theme

LEVELS = {"micro": "Micro: for one client", "mezzo": "Mezzo: with an organization", "macro": "Macro: with the system"}
Z = 1.96  # standard errors in half a 95% interval; few clients have more, which takes the error larger
OUTCOMES = ("granted", "partial", "denied", "pending")


def themes_table(description: Description, gate: Gate) -> Table | None:
    """Themes that recur across clients: episodes, clients, outcomes, and where collective action followed."""
    rows = _named(description, gate)
    if not rows:
        return None
    lines = [Line(words.title(row.theme), _theme_cells(row, gate)) for row in rows]
    head = ("Theme", "Episodes", "Clients", *(words.title(name) for name in OUTCOMES), "Collective", "Followed")
    said = (
        "Granted to pending: shares of the theme's episodes. Collective: episodes at mezzo or macro level. Followed: "
        "clients with a case (an episode at micro level) and collective action on the same theme on that day or later."
    )
    note = " ".join(filter(None, (said, rare_note(description.themes, rows, "themes"), counts_note(lines, gate))))
    return Table("themes", "From case to cause: themes across clients", head, tuple(lines), note)


def themes_by_setting(description: Description, gate: Gate) -> Table | None:
    """Where the themes came up."""
    known = [row for row in description.themes if row.setting]
    rows = [row for row in _named(description, gate) if row.setting]
    if not rows:
        return None
    places = list(dict.fromkeys(entry.code for row in rows for entry in row.setting))
    lines = []
    for row in rows:
        theme = ("theme", row.theme)
        own = {entry.code: episode_key(theme, ("setting", entry.code)) for entry in row.setting}
        cells = [gate.count(own[place], "themes") if place in own else Shown("–") for place in places]
        lines.append(Line(words.title(row.theme), (*cells, gate.count(episode_key(theme), "themes"))))
    head = ("Theme", *(words.title(place) for place in places), "All")
    note = f"{rare_note(known, rows, 'themes')} {counts_note(lines, gate)}".strip()
    return Table("themes_by_setting", "Where the themes came up", head, tuple(lines), note)


def _named(description: Description, gate: Gate) -> list[Theme]:
    """The themes that may be named: that there are cases of a rare one tells of the clients who had them."""
    return [row for row in description.themes if gate.names(episode_clients_key(("theme", row.theme)), "themes")]


def level_mix_table(description: Description, gate: Gate) -> Table | None:
    """How much of the advocacy was for one client (micro), for an organization (mezzo), for a system (macro)."""
    split = description.exposure.split("level")
    if split is None:
        return None
    lines = []
    for row in split.margins:
        own = ("level", row.code)
        key, clients = episode_key(own), gate.count(episode_clients_key(own), "levels")
        lines.append(
            Line(LEVELS.get(row.code, words.title(row.code)), (gate.count(key), gate.share(key, EPISODES), clients))
        )
    lines.append(Line("All episodes", (gate.count(EPISODES, "levels"), "", "")))
    heads = ("Level", "Episodes", "Share", "Clients")
    return Table("level_mix", "Micro and macro: at which level advocacy was", heads, tuple(lines), counts_note(lines, gate))


def _theme_cells(row: Theme, gate: Gate) -> tuple[Value, ...]:
    own = ("theme", row.theme)
    key, known = episode_key(own), {entry.code for entry in row.outcome}
    shares: list[Value] = []
    for name in OUTCOMES:
        if name in known:
            one = episode_key(own, ("outcome", name))
            shares.append(gate.share(one, key).text or gate.count(one, "themes"))
        else:
            shares.append("–")
    collective = gate.count(collective_key(row), "themes") if row.collective else "–"
    followed = gate.count(followed_key(row), "themes") if row.followed is not None else "–"
    clients = gate.count(episode_clients_key(own), "themes")
    return (gate.count(key, "themes"), clients, *shares, collective, followed)


def staying_table(description: Description, gate: Gate) -> Table | None:
    """Clients who gave at least so many ratings."""
    lines = []
    for row in description.staying:
        lines.append(Line(words.series(row.instrument, row.rater), group=True))
        for n in range(1, len(row.clients_with_at_least) + 1):
            text = "1 rating or more" if n == 1 else f"{n} ratings or more"
            key = staying_key(row, n)
            if key in gate.census.cells:
                lines.append(Line(text, (gate.count(key, "staying"),), inner=True))
    return Table("staying", "Who stays", ("", "Clients"), tuple(lines), counts_note(lines, gate)) if lines else None


def leaving_sentences(description: Description, gate: Gate) -> tuple[str, ...]:
    """Whether those whose ratings end early began lower, one sentence a series."""
    said = []
    for row in description.leaving:
        early, late = row.early, row.late
        if not (gate.group(early.clients) and gate.group(late.clients)):
            continue
        parts = [_mean(part, gate) for part in (early, late)]
        said.append(
            f"{words.series(row.instrument, row.rater)}: clients with at most half as many ratings as the longest "
            f"series has began at {parts[0]}, the others at {parts[1]} (mean of the first total, with 95% interval)."
        )
    return tuple(said)


def _mean(part: FirstRating, gate: Gate) -> str:
    error = None if part.conf_low is None or part.conf_high is None else (part.conf_high - part.conf_low) / (2 * Z)
    ends = (part.conf_low, part.conf_high)
    mean, low, high = gate.interval(part.mean, ends, error, part.clients, "leaving")
    return f"{mean} {bracket(low, high)}" if isinstance(low, Shown) and low.value is not None else mean.text
