"""Figures of the measures: items under their key, where scores vary, reliability over time, how many sessions were rated."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown, derived_number
from pipeline.disclosure.steps import setting_shown
from pipeline.report import words
from pipeline.report.numbers import bracket, listed
from pipeline.report.plots import scale
from pipeline.report.plots.figures import Axis, Bar, Bars, Chart, Figure, Group, Label, Line, Mark, Part, Row, Rows, Tick
from pipeline.report.plots.palette import Tone
from pipeline.report.tables.estimable import Ends
from pipeline.report.tables.factors import item_name
from pipeline.report.tables.psychometrics import block_name, clients_behind, level_shares, rated_of, series_key
from pipeline.results.items import ItemFindings
from pipeline.results.reliability import Reliability, ResponseRate

LEVELS: dict[str, tuple[str, Tone, bool]] = {
    "worker": ("workers", "doubt", False),
    "client": ("clients", "held", False),
    "session": ("sessions, with error of measurement", "open", True),
}
FEWEST_POINTS = 2  # of a line


def measure_figures(found: Reliability, gate: Gate) -> Iterator[Figure]:
    """Every figure that the study's numbers allow."""
    for row in found.item_checks:
        if items := _items(row, gate):
            yield items
    if levels := _levels(found, gate):
        yield levels
    for key in dict.fromkeys((row.instrument, row.rater) for row in found.by_occasion):
        if blocks := _over_time(found, key, gate):
            yield blocks
    if rates := _response(found, gate):
        yield rates


def _items(row: ItemFindings, gate: Gate) -> Rows | None:
    """Item-rest correlations with intervals; None where too few clients answered or no item varies."""
    against = {suspect.item for suspect in row.suspects}
    lines = []
    for item in row.items:
        dot = _dot(
            (item.item_rest, item.conf_low, item.conf_high), row.clients, gate, "against" if item.item in against else "held"
        )
        if dot:
            told = "runs against its key" if item.item in against else ""
            lines.append(
                Row(item_name(item), (dot,), dot.estimate.text, bracket(dot.low, dot.high), strong=bool(told), tip=told)
            )
    if not lines:
        return None
    series = words.series(row.instrument, row.rater)
    turned = listed([line.label.lower() for line in lines if line.tip])
    caption = f"{series}: each item's correlation with the others, under its key."
    least, most = (pick(lines, key=lambda line: float(line.marks[0].estimate.value or 0.0)) for pick in (min, max))
    tail = f"Running against their key: {turned}." if turned else "No item runs against its key."
    alt = f"{caption} From {least.number} ({least.label.lower()}) to {most.number} ({most.label.lower()}). {tail}"
    axis = scale.linear_axis([end for line in lines for one in line.marks for end in (one.low, one.high)])
    note = f"95% intervals; (r): reverse-keyed, shown turned. {tail}"
    return Rows(f"items_{row.instrument}_{row.rater}", caption, alt, axis, (Group("", tuple(lines)),), note)


def _levels(found: Reliability, gate: Gate) -> Bars | None:
    """How each score's variance is shared by workers, clients and sessions."""
    bars, missing, used = [], [], []
    clients = {series_key(row): clients_behind(row) for row in found.instruments}
    for row in found.icc:
        label = f"{words.instrument(row.instrument)} {words.plain(row.score)}"
        label += "" if row.rater == "client" else f" ({words.rater(row.rater)})"
        values = level_shares(row, gate, clients.get(series_key(row), 0))
        if not values:
            missing.append(label)
            continue
        used += list(values)
        shown = {name: setting_shown(100 * value) for name, value in values.items()}
        parts = tuple(Part(shown[name], tone, faint) for name, (_, tone, faint) in LEVELS.items() if name in shown)
        bars.append(Bar(label, parts, " · ".join(f"{shown[name]}%" for name in LEVELS if name in shown)))
    if not bars:
        return None
    caption = "Where the scores vary: between workers, between their clients, between sessions of a client."
    legend = tuple((word, tone, "faint" if faint else "") for name, (word, tone, faint) in LEVELS.items() if name in used)
    told = "; ".join(f"{bar.label}: {bar.text}" for bar in bars)
    tail = f" Not estimable: {listed(missing)}." if missing else ""
    return Bars(
        "variance_shares",
        caption,
        f"Stacked bars. {caption} {told}.{tail}",
        tuple(bars),
        setting_shown(100),
        legend,
        tail.strip(),
    )


def _over_time(found: Reliability, key: tuple[str, str], gate: Gate) -> Rows | None:
    """Alpha and omega of one series' total by block of ratings; None below two blocks."""
    lines = []
    for row in found.by_occasion:
        if series_key(row) == (*key, "total"):
            alpha = _dot((row.alpha, row.conf_low, row.conf_high), row.n, gate, "held")
            omega = _dot((row.omega, row.omega_low, row.omega_high), row.n, gate, "open", hollow=True)
            marks = tuple(one for one in (alpha, omega) if one)
            if marks:
                named = [f"alpha {alpha.estimate}" if alpha else "", f"omega {omega.estimate}" if omega else ""]
                lines.append(Row(block_name(row), marks, ", ".join(filter(None, named))))
    if len(lines) < FEWEST_POINTS:
        return None
    caption = f"{words.series(*key)}: reliability of the total over time."
    alt = f"{caption} {'; '.join(f'{line.label.lower()} {line.number}' for line in lines)}."
    axis = scale.linear_axis(
        [end for line in lines for one in line.marks for end in (one.low, one.high)], zero=False, ends=(0.0, 1.0)
    )
    return Rows(
        f"reliability_{key[0]}_{key[1]}",
        caption,
        alt,
        axis,
        (Group("", tuple(lines)),),
        "95% intervals. Filled: alpha. Hollow: omega.",
    )


def _response(found: Reliability, gate: Gate) -> Chart | None:
    """The share of attended sessions that were rated, by session number, from rounded counts."""
    lines, said, labels = [], [], []
    tones: tuple[Tone, ...] = ("held", "doubt", "zero", "open")
    for i, key in enumerate(dict.fromkeys((row.instrument, row.rater) for row in found.response_rates)):
        own = (row for row in found.response_rates if (row.instrument, row.rater) == key)
        points = [point for row in own if (point := _rate(row, gate))]
        if len(points) >= FEWEST_POINTS:
            tone = tones[i % len(tones)]
            lines.append(Line(tuple(points), tone, words.series(*key), dots=tuple(points), dashed=bool(i % 2)))
            labels.append(Label(points[-1], words.series(*key), tone, "left" if i % 2 == 0 else "under", strong=True))
            (start, first), (end, final) = points[0], points[-1]
            said.append(f"{words.series(*key)}: {first}% at session {start}, {final}% at session {end}")
    if not lines:
        return None
    places = [at for line in lines for at, _ in line.points]
    last = max(row.session_number for row in found.response_rates)
    later = any(row.and_later for row in found.response_rates)
    caption = "Share of attended sessions that were rated, by session" + (f" ({last}: and later)." if later else ".")
    whole = scale.linear_axis(places, zero=False, about=6)
    x = Axis(
        min(places, key=_at),
        max(places, key=_at),
        tuple(tick for tick in whole.ticks if float(tick.at.value or 0).is_integer()),
        "Session",
    )
    marks = tuple(Tick(derived_number(value, places[0]), f"{value:.0f}%") for value in (0.0, 25.0, 50.0, 75.0, 100.0))
    y = Axis(marks[0].at, marks[-1].at, marks, "Rated")
    return Chart("response", caption, f"Line chart. {caption} {'; '.join(said)}.", x, y, tuple(lines), labels=tuple(labels))


def _at(shown: Shown) -> float:
    return float(shown.value or 0.0)


def _rate(row: ResponseRate, gate: Gate) -> tuple[Shown, Shown] | None:
    sessions, rated = rated_of(row, gate)
    if not sessions.value or rated.value is None:
        return None
    return setting_shown(row.session_number), setting_shown(min(100.0, 100 * rated.value / sessions.value))


def _dot(ends: Ends, clients: int, gate: Gate, tone: Tone, hollow: bool = False) -> Mark | None:
    """A reliability or correlation with its interval; None where it may not be shown or is not there."""
    shown = [gate.correlation(end, clients, "reliability") for end in ends]
    return None if any(one.value is None for one in shown) else Mark(shown[0], shown[1], shown[2], tone, hollow)
