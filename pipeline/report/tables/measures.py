"""The measures: how reliable they are, and how the alliance went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.disclosure.steps import setting_shown
from pipeline.report import words
from pipeline.report.numbers import bracket
from pipeline.report.table import Line, Table, Value
from pipeline.report.tables import psychometrics
from pipeline.report.tables.estimable import NONE, Why, note_with_reasons, reasons_text, with_interval
from pipeline.results.course import Point
from pipeline.results.description import Description
from pipeline.results.reliability import ScoreReliability

Z = 1.96  # standard errors in half a 95% interval; few clients have more, which takes the spread larger
SCORE_ORDER = ("total", "goal", "task", "bond")


def reliability_table(rows: Iterable[ScoreReliability], gate: Gate) -> Table:
    """Alpha and omega of each score with their 95% intervals, and how many scores rest on some of the items only."""
    lines, why, odd = [], list[Why](), list[Why]()
    for row in rows:
        about = (row.instrument, row.rater, row.score)
        lines.append((about[:2], Line(words.title(row.score), _cells(row, gate), inner=True)))
        short = row.alpha is None and (row.items or 0) < 2
        why.append((about, "" if short else "alpha", (row.note or "") if row.alpha is None else ""))
        if row.omega is not None:
            odd.append((about, "omega", row.omega_note))
        elif not short:
            why.append((about, "omega", row.omega_note))
    note = (
        "Alpha with Feldt's 95% interval, omega total (one factor, maximum likelihood) with a delta interval, over all "
        "ratings, which come in bundles from the same clients. Prorated: scores that rest on some of their items only."
    )
    head = ("Score", "Ratings", "Items", "Alpha", "Omega", "Prorated")
    return Table(
        "reliability",
        "Reliability of the scores",
        head,
        psychometrics.under_headings(lines),
        note_with_reasons(note, reasons_text(why), reasons_text(odd)),
    )


def _cells(row: ScoreReliability, gate: Gate) -> tuple[Value, ...]:
    items = NONE if row.items is None else setting_shown(row.items)
    behind = psychometrics.clients_behind(row)
    count = gate.rows(row.n, behind, "reliability")
    clients = 0 if count.hidden else behind
    alpha = with_interval((row.alpha, row.conf_low, row.conf_high), gate, clients)
    omega = with_interval((row.omega, row.omega_low, row.omega_high), gate, clients)
    some = row.prorated
    prorated = NONE if some is None else gate.rows(some, min(some, behind), "reliability")
    return count, items, alpha, omega, prorated


def phases_table(description: Description, gate: Gate) -> Table:
    """The course by phase; the whole of it, by session number, where a study has no phases."""
    phases = tuple(row for row in description.trajectories if row.by == "phase")
    if not phases:
        return course_table(description, gate)
    return replace(course_table(description.model_copy(update={"trajectories": phases}), gate), name="course_by_phase")


def course_table(description: Description, gate: Gate) -> Table:
    """The numbers behind the figures: mean scores by phase and by session number."""
    lines = []
    for row in description.trajectories:
        head = f"{words.series(row.instrument, row.rater)}: {row.score}, by {words.plain(row.by)}"
        lines.append(Line(head, group=True))
        ends = description.ranges.get(row.instrument, {}).get(row.score)
        for one in row.points:
            mean, low, high = cleared_mean(one, ends, gate)
            interval = bracket(low, high) if low.value is not None else "–"
            lines.append(Line(words.title(str(one.at)), (mean, interval), inner=True))
    note = "Mean over clients (a client's ratings within a phase averaged first) with its 95% t interval."
    return Table("course", "The course of the alliance", ("", "Mean", "95% CI"), tuple(lines), note)


def cleared_mean(one: Point, ends: tuple[float, float] | None, gate: Gate) -> tuple[Shown, Shown, Shown]:
    """A mean over clients with its 95% interval, on a scale with these ends."""
    if one.mean is None or one.conf_low is None or one.conf_high is None:
        nothing = Shown("–")
        return nothing, nothing, nothing
    error = (one.conf_high - one.conf_low) / (2 * Z)
    mean = gate.mean(one.mean, error * one.clients**0.5, one.clients, "course", ends)
    if mean.value is None:
        return mean, mean, mean
    _, low, high = gate.interval(one.mean, (one.conf_low, one.conf_high), error, one.clients, "course")
    return mean, low, high


def score_order(score: str) -> tuple[int, str]:
    """Where a score stands among those of its instrument: the total first."""
    return (SCORE_ORDER.index(score) if score in SCORE_ORDER else len(SCORE_ORDER), score)
