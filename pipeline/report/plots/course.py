"""How the alliance went: small charts by phase, or by session where there are no phases; first and last value named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown, derived_number
from pipeline.report import words
from pipeline.report.plots import scale
from pipeline.report.plots.figures import Axis, Chart, Label, Line, Multiples, Tick
from pipeline.report.tables.measures import cleared_mean, score_order
from pipeline.results.course import Trajectory
from pipeline.results.description import Description

FEWEST = 2


def course_figures(description: Description, gate: Gate) -> tuple[Multiples, ...]:
    """One figure a series and range of scores, longest series first."""
    found: list[tuple[int, Multiples]] = []
    for series in description.series:
        rows = [row for row in description.trajectories if (row.instrument, row.rater) == (series.instrument, series.rater)]
        by = "phase" if any(row.by == "phase" for row in rows) else "session_number"
        chosen = sorted((row for row in rows if row.by == by), key=lambda row: score_order(row.score))
        ranges = description.ranges.get(series.instrument, {})
        for own in _same_range(chosen, ranges):
            figure = _figure(own, by, ranges.get(own[0].score), gate)
            found += [(-len(own), figure)] if figure else []
    return tuple(figure for _, figure in sorted(found, key=lambda pair: pair[0]))


def _same_range(rows: Iterable[Trajectory], ranges: Mapping[str, tuple[float, float]]) -> list[list[Trajectory]]:
    """Rows whose scores run over the same range, as a sum and its parts do not."""
    groups: dict[tuple[float, ...], list[Trajectory]] = {}
    for row in rows:
        groups.setdefault(tuple(ranges.get(row.score, ())), []).append(row)
    return list(groups.values())


def _figure(rows: list[Trajectory], by: str, ends: tuple[float, float] | None, gate: Gate) -> Multiples | None:
    points = {row.score: _points(row, ends, gate) for row in rows}
    shown = {score: found for score, found in points.items() if len(found) >= FEWEST}
    if not shown:
        return None
    first = rows[0]
    y = scale.linear_axis(
        [end for found in shown.values() for _, _, low, high in found for end in (low, high)], zero=False, about=3
    )
    charts = tuple(
        _chart(f"course_{first.instrument}_{first.rater}_{score}", score, found, y, by) for score, found in shown.items()
    )
    axis, whole = ("phase" if by == "phase" else "session"), (f", {ends[0]:g} to {ends[1]:g}" if ends else "")
    window = f"; shown: {y.ticks[0].label} to {y.ticks[-1].label}" if y.ticks else ""
    who = words.series(first.instrument, first.rater)
    caption = f"{who}, by {axis}: means and 95% intervals ({words.instrument(first.instrument)}{whole}{window})."
    moves = "; ".join(f"{words.score(score)} from {found[0][1]} to {found[-1][1]}" for score, found in shown.items())
    return Multiples(
        f"course_{first.instrument}_{first.rater}_{first.score}", caption, f"Line charts. {caption} {moves}.", charts
    )


def _points(row: Trajectory, ends: tuple[float, float] | None, gate: Gate) -> list[tuple[str, Shown, Shown, Shown]]:
    made = [(str(one.at), *cleared_mean(one, ends, gate)) for one in row.points]
    return [(at, mean, low, high) for at, mean, low, high in made if None not in (mean.value, low.value, high.value)]


def _chart(name: str, score: str, found: list[tuple[str, Shown, Shown, Shown]], y: Axis, by: str) -> Chart:
    places = [derived_number(float(i), found[0][1]) for i in range(len(found))]
    points = tuple((place, mean) for place, (_, mean, _, _) in zip(places, found, strict=True))
    ribbon = tuple((place, low, high) for place, (_, _, low, high) in zip(places, found, strict=True))
    ticks = tuple(Tick(places[i], _name(found[i][0], by)) for i in (0, len(found) - 1))
    half = derived_number(0.3, found[0][1]) if by == "phase" else derived_number(0.0, found[0][1])
    low, high = -float(half.value or 0), len(found) - 1 + float(half.value or 0)
    x = Axis(derived_number(low, found[0][1]), derived_number(high, found[0][1]), ticks)
    labels = (Label(points[0], found[0][1].text, "open", "start"), Label(points[-1], found[-1][1].text, "open", "left"))
    line = Line(points, "held", ribbon=ribbon, whiskers=by == "phase", dots=points if by == "phase" else ())
    title = words.score(score)
    alt = f"{title}: {found[0][1]} to {found[-1][1]}."
    return Chart(name, title[:1].upper() + title[1:], alt, x, y, (line,), labels=labels)


def _name(at: str, by: str) -> str:
    return words.plain(at) if by == "phase" else f"session {at}"
