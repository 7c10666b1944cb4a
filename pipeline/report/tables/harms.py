"""Harms: ruptures, ratings that fell after advocacy, clients who left early, and results against what was predicted."""

from __future__ import annotations

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.counts import CLIENTS, harm_key
from pipeline.report.strain_counts import LEFT, fall_keys, phase_key
from pipeline.report.table import Line, Table
from pipeline.report.tables.people import counts_note
from pipeline.results.course import GoesWith
from pipeline.results.description import Description

STRENGTHS = ((0.5, "strong"), (0.3, "medium"), (0.1, "weak"), (0.0, "very weak"))  # Cohen (1988), for correlations
ALPHA = 0.05
RUPTURES = {
    "attended": "Sessions with the question answered",
    "rupture": "with a rupture",
    "repair": "with a rupture repaired",
}


def ruptures_table(description: Description, gate: Gate) -> Table | None:
    """Ruptures, and how many were repaired."""
    rows = description.harms
    if not rows:
        return None
    whole = harm_key(rows[0])
    lines = []
    for row in rows:
        share = "" if row is rows[0] else gate.share(harm_key(row), whole)
        lines.append(Line(RUPTURES[row.what], (gate.count(harm_key(row), "harms"), share)))
    note = f"Shares of the sessions with the question answered. {counts_note(lines, gate)}".strip()
    return Table("harms", "Ruptures of the alliance", ("", "Sessions", "Share"), tuple(lines), note)


def falls_table(description: Description, gate: Gate) -> Table | None:
    """Ratings that fell by more than one within-client SD, after windows with joint advocacy and without."""
    lines = []
    series = ""
    for row in description.falls:
        own = words.series(row.instrument, row.rater)
        if own != series:
            lines.append(Line(own, group=True))
            series = own
        every, fell = fall_keys(row)
        cells = (gate.count(every, "falls"), gate.count(fell, "falls"), gate.share(fell, every))
        lines.append(Line(f"{'With' if row.joint else 'Without'} joint advocacy before it", cells, inner=True))
    if not lines:
        return None
    note = (
        "Fell: more than one within-client SD below the client's rating before. Counted as they come, adjusted for nothing. "
        f"{counts_note(lines, gate)}"
    ).strip()
    return Table("falls", "Ratings that fell", ("Rating", "Ratings", "Fell", "Share"), tuple(lines), note)


def leavers_table(description: Description, gate: Gate) -> Table | None:
    """Clients who left early, by the phase of their last rating."""
    left = description.leavers
    if not left:
        return None
    lines = [Line("Left early", (gate.count(LEFT, "leavers"), gate.share(LEFT, CLIENTS)))]
    for row in left.phases:
        cells = (gate.count(phase_key(row), "leavers"), gate.share(phase_key(row), CLIENTS))
        lines.append(Line(f"in the {words.plain(row.phase)} phase", cells, inner=True))
    note = f"No session attended any more after the last rating. Shares of all clients. {counts_note(lines, gate)}".strip()
    return Table("leavers", "Who left early, and when", ("", "Clients", "Share"), tuple(lines), note)


def goes_with(description: Description, gate: Gate) -> Table | None:
    """What leaving early goes with: in words, since numbers of two groups of clients would tell of those left out."""
    left = description.leavers
    if not left or not (gate.group(left.clients) and gate.group(left.stayed)):
        return None
    lines = [Line(_name(row), (_strength(row),)) for row in left.goes_with]
    if not lines:
        return None
    note = (
        f"Strength after Cohen (1988), where p is below {ALPHA:.2f}; of {len(lines)} things looked at, some would show by "
        "chance. What too few clients share is left out."
    )
    return Table("leaving", "What leaving early goes with", ("", "Goes with leaving early"), tuple(lines), note)


def _name(row: GoesWith) -> str:
    if row.name == "first_rating":
        return f"First rating ({words.series(str(row.instrument), str(row.rater))})"
    return words.column(row.name)


def _strength(row: GoesWith) -> str:
    if row.p_value >= ALPHA:
        return "not as far as can be seen"
    word = next(word for least, word in STRENGTHS if row.strength >= least)
    if row.higher is None:
        return word
    return f"{word}: {'higher' if row.higher else 'lower'} among those who left"


def harm_count_sentences(description: Description, gate: Gate) -> tuple[str, ...]:
    """Falls and ruptures in a sentence each, where their counts may be shown."""
    said = []
    series = dict.fromkeys((row.instrument, row.rater) for row in description.falls)
    for one in list(series)[-1:]:
        rows = {row.joint: fall_keys(row) for row in description.falls if (row.instrument, row.rater) == one}
        shares = {joint: gate.share(fell, every) for joint, (every, fell) in rows.items()}
        if len(shares) == 2 and all(share.text for share in shares.values()):
            with_it, without = float(shares[True].value or 0), float(shares[False].value or 0)
            way = "less often" if with_it < without else "more often" if with_it > without else "as often"
            than = "as" if way == "as often" else "than"
            said.append(f"Ratings fell {way} after joint advocacy ({shares[True]}) {than} without it ({shares[False]}).")
    attended, rupture, repair = (_harm_count(description, gate, what) for what in RUPTURES)
    if attended is not None and rupture is not None and attended.value and rupture.value:
        tail = f"; {repair} of these were repaired" if repair is not None and repair.value else ""
        said.append(f"A rupture of the alliance was noted in {rupture} of {attended} sessions{tail}.")
    return tuple(said)


def _harm_count(description: Description, gate: Gate, what: str) -> Shown | None:
    """How many sessions: attended, with a rupture, with its repair; None where the study does not have that."""
    return next((gate.count(harm_key(row), "harms") for row in description.harms if row.what == what), None)
