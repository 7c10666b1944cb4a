"""The measures: how reliable they are, and how the alliance went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.disclosure.gate import Gate, fact
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.figures import Curve, Figure, curves
from pipeline.report.numbers import bracket, listed
from pipeline.report.sections import psychometrics
from pipeline.report.sections.estimable import NONE, Why, noted, reasons, with_interval
from pipeline.report.table import Line, Table, Value
from pipeline.results.description import Description, Point, Trajectory
from pipeline.results.reliability import ScoreReliability

FOLDED = ("items", "loadings", "course")  # tables for those who look twice: folded on the page, not in print
DECIMALS = 2
Z = 1.96  # standard errors in half a 95% interval; few clients have more, which takes the spread larger
MOST_TICKS = 16  # sessions that an axis can name one by one
SCORE_ORDER = ("total", "goal", "task", "bond")


def reliability(rows: Iterable[ScoreReliability], gate: Gate) -> Table:
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
        psychometrics.headed(lines),
        noted(note, reasons(why), reasons(odd)),
    )


def _cells(row: ScoreReliability, gate: Gate) -> tuple[Value, ...]:
    items = NONE if row.items is None else fact(row.items)
    behind = psychometrics.clients_behind(row)
    count = gate.rows(row.n, behind, "reliability")
    clients = 0 if count.hidden else behind
    alpha = with_interval((row.alpha, row.conf_low, row.conf_high), gate, clients)
    omega = with_interval((row.omega, row.omega_low, row.omega_high), gate, clients)
    some = row.prorated
    prorated = NONE if some is None else gate.rows(some, min(some, behind), "reliability")
    return count, items, alpha, omega, prorated


def courses(description: Description, gate: Gate, dpi: int) -> tuple[Figure, ...]:
    """Scores by phase, or by session number where there are no phases: one figure a series and range of scores."""
    figures = []
    for series in description.series:
        rows = [row for row in description.trajectories if row.instrument == series.instrument]
        rows = [row for row in rows if row.rater == series.rater]
        by = "phase" if any(row.by == "phase" for row in rows) else "session_number"
        chosen = sorted((row for row in rows if row.by == by), key=lambda row: _order(row.score))
        ranges = description.ranges.get(series.instrument, {})
        figures += [_course(part, by, gate, dpi) for part in _same_range(chosen, ranges)]
    return tuple(figure for figure in figures if figure)


def _same_range(rows: Iterable[Trajectory], ranges: Mapping[str, tuple[float, float]]) -> list[list[Trajectory]]:
    """Rows whose scores run over the same range, as a sum and its parts do not."""
    groups: dict[tuple[float, ...], list[Trajectory]] = {}
    for row in rows:
        groups.setdefault(tuple(ranges.get(row.score, ())), []).append(row)
    return list(groups.values())


def course_table(description: Description, gate: Gate) -> Table:
    """The numbers behind the figures: mean scores by phase and by session number."""
    lines = []
    for row in description.trajectories:
        head = f"{words.series(row.instrument, row.rater)}: {row.score}, by {words.plain(row.by)}"
        lines.append(Line(head, group=True))
        for point in row.points:
            mean, low, high = _point(point, gate)
            interval = bracket(low, high) if low.value is not None else "–"
            lines.append(Line(words.title(str(point.at)), (mean, interval), inner=True))
    note = "Mean over clients (a client's ratings within a phase averaged first) with its 95% t interval."
    return Table("course", "The course of the alliance", ("", "Mean", "95% CI"), tuple(lines), note)


def _course(rows: Sequence[Trajectory], by: str, gate: Gate, dpi: int) -> Figure | None:
    named = list(dict.fromkeys(point.at for row in rows for point in row.points))
    ticks = named if by == "phase" or len(named) <= MOST_TICKS else None
    lines = [curve for row in rows if (curve := _curve(row, ticks, gate))]
    if not lines:
        return None
    instrument, rater = rows[0].instrument, rows[0].rater
    axis = "Phase" if by == "phase" else "Session"
    labels = [words.title(str(tick)) for tick in ticks] if ticks else None
    drawn = curves(lines, axis, "Mean score", labels, dpi)
    scores = listed([line.label.lower() for line in lines])
    caption = f"{words.series(instrument, rater)}: mean {scores} by {axis.lower()}, with 95% intervals"
    return Figure(f"course_{instrument}_{rater}_{rows[0].score}", caption, _alt(lines, axis, caption), drawn)


def _curve(row: Trajectory, ticks: list[int | str] | None, gate: Gate) -> Curve | None:
    points = []
    for point in row.points:
        mean, low, high = _point(point, gate)
        if mean.value is not None:
            at = float(ticks.index(point.at) if ticks else point.at)
            points.append((at, mean.value, mean.value if low.value is None else low.value, high.value or mean.value))
    if not points:
        return None
    at_, mean_, low_, high_ = zip(*points, strict=True)
    return Curve(words.title(row.score), at_, mean_, low_, high_)


def _point(point: Point, gate: Gate) -> tuple[Shown, Shown, Shown]:
    clients = point.clients
    spread = None
    if point.conf_low is not None and point.conf_high is not None:
        spread = (point.conf_high - point.conf_low) / (2 * Z) * clients**0.5
    numbers = (point.mean, point.conf_low, point.conf_high)
    mean, low, high = (gate.number(number, DECIMALS, clients, "course", spread) for number in numbers)
    return mean, low, high


def _alt(lines: list[Curve], axis: str, caption: str) -> str:
    moves = []
    for line in lines:
        start, end = line.mean[0], line.mean[-1]
        moves.append(f"{line.label} goes from {start:.{DECIMALS}f} to {end:.{DECIMALS}f}")
    return f"Line chart. {caption}. From the first to the last {axis.lower()}: {'; '.join(moves)}."


def _order(score: str) -> tuple[int, str]:
    return (SCORE_ORDER.index(score) if score in SCORE_ORDER else len(SCORE_ORDER), score)
