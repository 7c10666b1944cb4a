"""Harms: ruptures, ratings that fell after advocacy, clients who left early, and results against what was predicted."""

from __future__ import annotations

from pipeline.disclosure.gate import Gate
from pipeline.report import words
from pipeline.report.counts import CLIENTS, harm_key
from pipeline.report.findings import HAZARDS, Finding
from pipeline.report.numbers import listed
from pipeline.report.sections.people import counts_note
from pipeline.report.strain_counts import LEFT, fall_keys, phase_key
from pipeline.report.table import Line, Table
from pipeline.results.description import Description, GoesWith

STRENGTHS = ((0.5, "strong"), (0.3, "medium"), (0.1, "weak"), (0.0, "very weak"))  # Cohen (1988), for correlations
ALPHA = 0.05
RUPTURES = {
    "attended": "Sessions with the question answered",
    "rupture": "with a rupture",
    "repair": "with a rupture repaired",
}


def ruptures(description: Description, gate: Gate) -> Table | None:
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


def falls(description: Description, gate: Gate) -> Table | None:
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


def leavers(description: Description, gate: Gate) -> Table | None:
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


def sentences(found: list[Finding]) -> tuple[str, ...]:
    """Which results point to harm, or cannot exclude it."""
    tested = [one for one in found if one.effect]
    if not tested:
        return ("No hypothesis could be estimated, so nothing is known of effects against what was predicted.",)
    opposite = [_title(one) for one in tested if one.verdict == "opposite"]
    open_ones = [_title(one) for one in tested if one.verdict != "opposite" and _harm_open(one)]
    said = [
        f"Against what was predicted: {listed(opposite)}."
        if opposite
        else "No hypothesis was found to be opposite to what was predicted."
    ]
    if open_ones:
        said.append(
            f"A difference against the prediction, large enough to matter, is not excluded for: {listed(open_ones)}."
        )
    else:
        said.append(
            "Differences against the prediction that are large enough to matter are excluded for all that were tested."
        )
    events = [f"{_title(one)} ({one.verdict})" for one in tested if one.spec.outcome.kind in HAZARDS]
    if events:
        said.append(f"Leaving early and missed sessions were looked at by: {listed(events)}.")
    return tuple(said)


def _title(one: Finding) -> str:
    return words.title(one.name)


def _harm_open(one: Finding) -> bool:
    """Whether the 95% interval reaches beyond the smallest effect that matters on the side that was not predicted."""
    effect, least = one.effect, one.spec.smallest_effect
    if effect is None or effect.sd_low.value is None or effect.sd_high.value is None:
        return False
    low, high = float(effect.sd_low.value), float(effect.sd_high.value)
    if one.spec.predicted == "none":
        return low < -least or high > least
    return high > least if one.spec.predicted == "negative" else low < -least
