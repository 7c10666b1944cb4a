"""Figures of the measures, from cleared numbers: items under their key, shares of variance, reliability, response."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.disclosure.gate import Gate
from pipeline.report import words
from pipeline.report.figures import Figure
from pipeline.report.measure_plots import Bar, Block, Dot, blocks, dots, rates, shares
from pipeline.report.numbers import listed
from pipeline.report.sections.estimable import DECIMALS, Ends
from pipeline.report.sections.factors import item_name
from pipeline.report.sections.psychometrics import block_name, clients_behind, level_shares, rated_of, series_key
from pipeline.results.reliability import ItemFindings, Reliability, ResponseRate

LEVELS = {"Workers": "worker", "Clients": "client", "Sessions": "session"}
FEWEST_POINTS = 2  # of a line


def figures(found: Reliability, gate: Gate, dpi: int) -> Iterator[Figure]:
    """Every figure that the study's numbers allow, in the order of the page."""
    for row in found.item_checks:
        if figure := items(row, gate, dpi):
            yield figure
    if figure := levels(found, gate, dpi):
        yield figure
    for key in dict.fromkeys((row.instrument, row.rater) for row in found.by_occasion):
        if figure := over_time(found, key, gate, dpi):
            yield figure
    if figure := response(found, gate, dpi):
        yield figure


def items(row: ItemFindings, gate: Gate, dpi: int) -> Figure | None:
    """Item-rest correlations with intervals; None where too few clients answered or no item varies."""
    against = {suspect.item for suspect in row.suspects}
    drawn = []
    for item in row.items:
        values = _cleared((item.item_rest, item.conf_low, item.conf_high), gate, row.clients)
        if values:
            drawn.append(Dot(item_name(item), *values, against=item.item in against))
    if not drawn:
        return None
    series = words.series(row.instrument, row.rater)
    lowest, highest = (pick(drawn, key=lambda dot: dot.estimate) for pick in (min, max))
    turned = listed([dot.label.lower() for dot in drawn if dot.against])
    alt = (
        f"Dot plot of each item's correlation with the other items, as keyed, with 95% intervals. {series}. From "
        f"{lowest.estimate:.2f} ({lowest.label.lower()}) to {highest.estimate:.2f} ({highest.label.lower()}). "
        + (f"Marked as running against the key: {turned}." if turned else "No item runs against its key.")
    )
    caption = f"{series}: items under the key, with 95% intervals; (r) reverse-keyed, shown turned"
    return Figure(f"items_{row.instrument}_{row.rater}", caption, alt, dots(drawn, "Correlation with the rest", dpi))


def levels(found: Reliability, gate: Gate, dpi: int) -> Figure | None:
    """The ICC bar: how each score's variance is shared by workers, clients and sessions."""
    rows, missing = [], []
    clients = {series_key(row): clients_behind(row) for row in found.instruments}
    for row in found.icc:
        label = f"{words.instrument(row.instrument)} {words.plain(row.score)}"
        label += "" if row.rater == "client" else f" ({words.RATERS.get(row.rater, row.rater)})"
        values = level_shares(row, gate, clients.get(series_key(row), 0))
        if not values:
            missing.append(label)
            continue
        rows.append(Bar(label, {name: values[key] for name, key in LEVELS.items() if key in values}))
    if not rows:
        return None
    said = [
        f"{row.label}: " + ", ".join(f"{name.lower()} {100 * value:.0f}%" for name, value in row.shares.items())
        for row in rows
    ]
    alt = f"Stacked bars of the shares of variance between workers, clients and sessions. {'; '.join(said)}."
    alt += f" Not estimable: {listed(missing)}." if missing else ""
    caption = "Where the scores vary: between workers, between their clients, between sessions of a client"
    return Figure("variance_shares", caption, alt, shares(rows, dpi))


def over_time(found: Reliability, key: tuple[str, str], gate: Gate, dpi: int) -> Figure | None:
    """Alpha and omega of one series' total by block of ratings; None below two blocks."""
    rows = []
    for row in found.by_occasion:
        if series_key(row) == (*key, "total"):
            alpha = _cleared((row.alpha, row.conf_low, row.conf_high), gate, row.n)
            omega = _cleared((row.omega, row.omega_low, row.omega_high), gate, row.n)
            if alpha or omega:
                rows.append(Block(block_name(row), alpha, omega))
    if len(rows) < FEWEST_POINTS:
        return None
    series = words.series(*key)
    said = [f"{row.label.lower()} " + " and ".join(_told(row)) for row in rows]
    alt = f"Reliability of the total by block of ratings, with 95% intervals. {series}. {'; '.join(said).capitalize()}."
    caption = f"{series}: reliability of the total over time, with 95% intervals"
    return Figure(f"reliability_{key[0]}_{key[1]}", caption, alt, blocks(rows, dpi))


def _told(row: Block) -> list[str]:
    named = (("alpha", row.alpha), ("omega", row.omega))
    return [f"{name} {values[0]:.2f}" for name, values in named if values]


def response(found: Reliability, gate: Gate, dpi: int) -> Figure | None:
    """The share of attended sessions that were rated, by session number, from rounded counts."""
    lines, said = [], []
    for key in dict.fromkeys((row.instrument, row.rater) for row in found.response_rates):
        own = (row for row in found.response_rates if (row.instrument, row.rater) == key)
        points = [point for row in own if (point := _rate(row, gate))]
        if len(points) >= FEWEST_POINTS:
            at, values = zip(*points, strict=True)
            lines.append((words.series(*key), list(at), list(values)))
            said.append(f"{words.series(*key)}: {values[0]:.0f}% at session {at[0]}, {values[-1]:.0f}% at session {at[-1]}")
    if not lines:
        return None
    last = max(row.session_number for row in found.response_rates)
    later = any(row.and_later for row in found.response_rates)
    caption = "Share of attended sessions that were rated, by session" + (f" ({last}: and later)" if later else "")
    return Figure("response", caption, f"Line chart. {caption}. {'; '.join(said)}.", rates(lines, dpi))


def _rate(row: ResponseRate, gate: Gate) -> tuple[int, float] | None:
    sessions, rated = rated_of(row, gate)
    if not sessions.value or rated.value is None:
        return None
    return row.session_number, min(100.0, 100 * rated.value / sessions.value)


def _cleared(ends: Ends, gate: Gate, clients: int) -> tuple[float, float, float] | None:
    """An estimate with its interval as the page shows it; None where it may not be shown or is not there."""
    values = [gate.number(end, DECIMALS, clients, "reliability").value for end in ends]
    one, low, high = (None if value is None else float(value) for value in values)
    return None if one is None or low is None or high is None else (one, low, high)
