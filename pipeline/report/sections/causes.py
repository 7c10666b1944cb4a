"""From case to cause, harms, and who is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.counts import episode_clients_key, episode_key, harm_key, staying_key
from pipeline.report.numbers import bracket
from pipeline.report.sections.people import counts_note
from pipeline.report.table import Line, Table, Value

Row = Mapping[str, Any]
OUTCOMES = ("granted", "partial", "denied", "pending")


def themes(description: Row, gate: Gate) -> Table | None:
    """Themes that recur across clients: episodes, clients, outcomes, and episodes at mezzo or macro level."""
    rows = description["themes"]
    if not rows:
        return None
    lines = [Line(words.title(row["theme"]), _theme_cells(row, gate)) for row in rows]
    head = ("Theme", "Episodes", "Clients", *(words.title(name) for name in OUTCOMES), "Collective action")
    note = f"Shares of the theme's episodes. Collective action: episodes at mezzo or macro level. {counts_note(lines, gate)}"
    return Table("themes", "From case to cause: themes across clients", head, tuple(lines), note)


def _theme_cells(row: Row, gate: Gate) -> tuple[Value, ...]:
    key = episode_key(row, ["theme"])
    known = {entry["outcome"] for entry in row.get("outcome", [])}
    shares: list[Value] = []
    for name in OUTCOMES:
        if name in known:
            one = episode_key({**row, "outcome": name}, ["theme", "outcome"])
            shares.append(gate.share(one, key).text or gate.count(one, "themes"))
        else:
            shares.append("–")
    collective = gate.count(("episodes", "theme", row["theme"], "collective"), "themes") if row.get("collective") else "–"
    return (gate.count(key, "themes"), gate.count(episode_clients_key(row, ["theme"]), "themes"), *shares, collective)


def harms(description: Row, gate: Gate) -> Table | None:
    """Ruptures, and how many were repaired."""
    rows = description["harms"]
    if not rows:
        return None
    lines = [Line(_HARMS[row["what"]], (gate.count(harm_key(row), "harms"),)) for row in rows]
    return Table("harms", "Ruptures of the alliance", ("", "Sessions"), tuple(lines), counts_note(lines, gate))


_HARMS = {
    "attended": "Sessions with the question answered",
    "rupture": "with a rupture",
    "repair": "with a rupture repaired",
}


def staying(description: Row, gate: Gate) -> Table | None:
    """Clients who gave at least so many ratings."""
    lines = []
    for row in description["staying"]:
        lines.append(Line(words.series(row["instrument"], row["rater"]), group=True))
        for n in range(1, len(row["clients_with_at_least"]) + 1):
            text = "1 rating or more" if n == 1 else f"{n} ratings or more"
            key = staying_key(row, n)
            if key in gate.census.cells:
                lines.append(Line(text, (gate.count(key, "staying"),), inner=True))
    return Table("staying", "Who stays", ("", "Clients"), tuple(lines), counts_note(lines, gate)) if lines else None


def leaving(description: Row, gate: Gate) -> tuple[str, ...]:
    """Whether those whose ratings end early began lower, one sentence a series."""
    said = []
    for row in description["leaving"]:
        early, late = row["early"], row["late"]
        if not (gate.group(early["clients"]) and gate.group(late["clients"])):
            continue
        parts = [_mean(part, gate) for part in (early, late)]
        said.append(
            f"{words.series(row['instrument'], row['rater'])}: clients with half of the ratings or fewer began at "
            f"{parts[0]}, those with more at {parts[1]} (mean of the first total, with 95% interval)."
        )
    return tuple(said)


def _mean(part: Row, gate: Gate) -> str:
    mean, low, high = (gate.number(part[name], 2, part["clients"], "leaving") for name in ("mean", "conf_low", "conf_high"))
    return f"{mean} {bracket(low, high)}" if isinstance(low, Shown) and low.value is not None else mean.text
