"""What lies behind the scores: reliability within and between clients, over time, dyads, response."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.disclosure.steps import setting_shown
from pipeline.report import words
from pipeline.report.numbers import bracket
from pipeline.report.table import Line, Table, Value
from pipeline.report.tables.estimable import (
    DECIMALS,
    NONE,
    NOT_ESTIMABLE,
    Ends,
    Why,
    note_with_reasons,
    reasons_text,
    with_interval,
)
from pipeline.results.backing import Backing
from pipeline.results.dyads import Dyads, VarianceShares
from pipeline.results.factors import LEAST_CFI, Generalizability, Invariance, OmegaPart, TwoLevel
from pipeline.results.items import ItemFindings, ShippedScore
from pipeline.results.reliability import BlockReliability, FloorCeiling, Reliability, ResponseRate, ScoreReliability
from pipeline.vocabulary.measures import (
    evidence_text,
    invariance_text,
    other_key_text,
    shipped_text,
    suspect_text,
    unused_text,
)

Key = tuple[str, str, str]
TOO_FEW = "too few ratings"
BELOW_ZERO = "a component is estimated below zero"
Scored = (
    ScoreReliability | BlockReliability | TwoLevel | Generalizability | VarianceShares | FloorCeiling | Dyads | ShippedScore
)


def levels_table(found: Reliability, gate: Gate) -> Table:
    """Each score's omega within and between clients, and how far it tells clients and weeks apart."""
    two = {series_key(row): row for row in found.two_level}
    general = {series_key(row): row for row in found.generalizability}
    lines, why, odd = [], list[Why](), list[Why]()
    for row in found.instruments:
        key = series_key(row)
        if key not in two and key not in general:
            continue
        one, other = two.get(key), general.get(key)
        lines.append((key, _level_cells(one, other, gate, clients_behind(row))))
        (odd if one and one.within else why).append((key, "omega by level", one.note if one else ""))
        why.append((key, "", _general_note(other)))
    head = ("Score", "Omega within", "Omega between", "RkF", "R1R", "RkR", "Rc")
    note = (
        "Two-level omega within and between clients with 95% intervals (Geldhof et al., 2014). Reliability (Cranford et "
        "al., 2006; Shrout & Lane, 2012) of a client's mean over the same ratings (RkF), of one rating (R1R) and of a mean "
        "of ratings (RkR) at random times, and of change within clients (Rc)."
    )
    return Table(
        "reliability_levels",
        "Reliability by level",
        head,
        _grouped(lines),
        note_with_reasons(note, reasons_text(why), reasons_text(odd)),
    )


def _level_cells(two: TwoLevel | None, general: Generalizability | None, gate: Gate, clients: int) -> list[Value]:
    omegas = [with_interval(_omega(side), gate, clients) for side in (two.within, two.between)] if two else [NONE, NONE]
    values = _general(general) if general else ()
    shown = [NOT_ESTIMABLE if value is None else gate.correlation(value, clients, "reliability") for value in values]
    return [*omegas, *(shown or [NONE] * 4)]


def _omega(part: OmegaPart | None) -> Ends:
    return (part.omega, part.conf_low, part.conf_high) if part else (None, None, None)


def _general(row: Generalizability) -> tuple[float | None, ...]:
    """The coefficients in the order of the table."""
    return row.r_kf, row.r_1r, row.r_kr, row.r_c


def _general_note(row: Generalizability | None) -> str:
    """Why a coefficient is missing: unbiased components may fall below zero and leave nothing to divide."""
    return (row.note or BELOW_ZERO) if row and None in _general(row) else ""


def shares_table(found: Reliability, gate: Gate) -> Table:
    """The shares of each score's variance by level, and of ratings at the ends of its scale."""
    shares = {series_key(row): row for row in found.icc}
    ends = {series_key(row): row for row in found.floor_ceiling}
    lines, why = [], list[Why]()
    for row in found.instruments:
        key, clients = series_key(row), clients_behind(row)
        share = shares.get(key)
        lines.append((key, [*_level_cells_of(share, gate, clients), *_tails(ends.get(key), gate, clients)]))
        why.append((key, "shares of variance", share.note if share else ""))
    head = ("Score", "Worker", "Client", "Session", "At lowest", "At highest", "Of concern")
    note = (
        "Shares of variance between workers, between clients of a worker and between sessions of a client (with error of "
        "measurement), from a mixed model; shares of ratings at the lowest and highest possible score, and at or below the "
        "instrument's sign of concern."
    )
    return Table("variance", "Where the scores vary", head, _grouped(lines), note_with_reasons(note, reasons_text(why)))


def level_shares(row: VarianceShares | None, gate: Gate, clients: int) -> dict[str, float]:
    """A score's shares of variance by level as cleared, the session's what the others leave; empty: not to be had.

    All or none: they add up to one, so that two of them give the third.
    """
    if row is None or row.session is None or gate.portion(row.session, clients, "reliability").hidden:
        return {}
    people = {"worker": Backing(clients, row.workers), "client": Backing(clients)}
    known = {name: value for name, value in (("worker", row.worker), ("client", row.client)) if value is not None}
    shown = {name: gate.portion(max(0.0, value), people[name], "reliability").value for name, value in known.items()}
    cleared = {name: float(value) for name, value in shown.items() if value is not None}
    if len(cleared) < len(known):
        return {}
    return cleared | {"session": round(1 - sum(cleared.values()), DECIMALS)}


def _level_cells_of(row: VarianceShares | None, gate: Gate, clients: int) -> list[Value]:
    shown, estimated = level_shares(row, gate, clients), row is not None and row.session is not None
    if not shown:
        return [Shown(gate.mark, None, hidden=True) if estimated else NOT_ESTIMABLE] * 3
    found = [shown.get(name) for name in ("worker", "client", "session")]
    return [NONE if value is None else setting_shown(100 * value).text + "%" for value in found]


def _tails(row: FloorCeiling | None, gate: Gate, clients: int) -> list[Value]:
    """Shares of ratings at the ends of the scale, from their rounded counts."""
    if row is None or not row.n:
        return [NONE] * 3
    parts = (row.floor, row.ceiling, row.concern)
    return [NONE if share is None else share_of(share, row.n, gate, clients, "ends") for share in parts]


def share_of(share: float, n: int, gate: Gate, clients: int, where: str) -> Value:
    """A share of `n` ratings of so many clients, from rounded counts; those it is about may be of fewer clients."""
    count = round(share * n)
    part, whole = gate.rows(count, min(count, clients), where), gate.rows(n, clients, where)
    if part.value is None or whole.value is None:
        return part if part.hidden else whole
    return f"{setting_shown(100 * part.value / whole.value)}%" if whole.value else NONE


def occasions_table(found: Reliability, gate: Gate) -> Table:
    """Alpha and omega of the total by block of occasions, each client once a block."""
    rows = [row for row in found.by_occasion if row.score == "total"]
    lines, why = [], list[Why]()
    for row in rows:
        alpha = with_interval((row.alpha, row.conf_low, row.conf_high), gate, row.n)
        omega = with_interval((row.omega, row.omega_low, row.omega_high), gate, row.n)
        about = (row.instrument, row.rater, block_name(row))
        lines.append((about[:2], Line(about[2], (alpha, omega), inner=True)))
        why.append((about, "alpha", "" if row.alpha is not None else row.note or TOO_FEW))
        why.append((about, "omega", "" if row.omega is not None else row.omega_note or TOO_FEW))
    note = "Reliability of the total by block of ratings with 95% intervals, one rating a client and block."
    head = ("", "Alpha", "Omega")
    return Table(
        "reliability_by_occasion",
        "Reliability over time",
        head,
        under_headings(lines),
        note_with_reasons(note, reasons_text(why)),
    )


def block_name(row: BlockReliability) -> str:
    """A block of occasions by its first and last rating."""
    return f"Rating {row.first}" if row.first == row.last else f"Ratings {row.first}–{row.last}"


def measure_sentences(found: Reliability, gate: Gate) -> tuple[str, ...]:
    """What the checks of items, shipped totals and invariance say, in words; every number cleared."""
    said = []
    for row in found.item_checks:
        if gate.group(row.clients):
            name = words.series(row.instrument, row.rater)
            said += [f"{name}: {text}" for text in _findings(row, gate) or ["all items run with their key."]]
    said += [_shipped(row, gate) for row in found.shipped_totals]
    over = {"occasion": "over time", "rater": "over raters"}
    for tested in found.invariance:
        series = words.series(tested.instrument, tested.rater)
        said.append(f"{series}, {over.get(tested.over, '')}. {_invariance(tested, gate)}")
    return tuple(said)


def _findings(row: ItemFindings, gate: Gate) -> list[str]:
    """Items against their key, keys that fit better, ends of the scale nobody used."""

    def show(value: float | None) -> str:
        return gate.correlation(value, row.clients, "measures", DECIMALS).text

    def chi2(value: float) -> str:
        return gate.statistic(value, math.sqrt(2 * value), row.clients, "measures", 1).text

    scale = [unused_text(row.instrument, row.unused)] if any(row.unused) else []
    others = [other_key_text(other, row.instrument, chi2) for other in row.siblings]
    return [*others, *(suspect_text(suspect, show) for suspect in row.suspects), *scale]


def _invariance(row: Invariance, gate: Gate) -> str:
    cfi = row.steps[0].cfi if row.steps else None
    clients = min((group.n for group in row.groups), default=0)
    return invariance_text(row.holds, row.untested, gate.correlation(cfi, clients, "structure", DECIMALS).text, LEAST_CFI)


def _shipped(row: ShippedScore, gate: Gate) -> str:
    """What became of a score that came with the data; the numbers of its items are no counts and stay as they are."""
    evidence = row.evidence if gate.group(row.clients) else ()
    shown = {one.item: gate.correlation(one.correlation, row.clients, "measures", DECIMALS).text for one in evidence}
    text = shipped_text(row, row.instrument, lambda count: _at_most(gate, count))
    return " ".join(filter(None, (f"{words.series(row.instrument, row.rater)}.", text, evidence_text(shown))))


def _at_most(gate: Gate, count: int) -> str:
    shown = gate.rows(count, count, "measures")
    return f"fewer than {gate.rules.min_cell}" if shown.hidden else shown.text


def dyads_table(found: Reliability, gate: Gate) -> Table | None:
    """Client and worker ratings of the same sessions; None without a second rater."""
    if not found.dyads:
        return None
    lines, why = [], list[Why]()
    for row in found.dyads:
        about = series_key(row)
        parts = [_estimate(ends, row.clients, gate) for ends in _dyad_numbers(row)]
        lines.append((about[:2], Line(words.title(row.score), tuple(parts), inner=True)))
        why.append((about, "", row.note))
        why.append((about, "trend of the gap", _no_trend(row)))
    head = ("Score", "Agreement ICC(A,1)", "Bias", "r of levels", "r within clients", "r of changes", "Trend of the gap")
    first = found.dyads[0]
    sessions = gate.rows(first.sessions, first.clients, "dyads")
    rated = "a withheld number of" if sessions.hidden else sessions.text
    note = (
        f"Other rater less client; estimates with 95% intervals, over {rated} sessions. Within clients: repeated-measures "
        "correlation (Bakdash & Marusich, 2017)."
    )
    caption = "Client and worker on the same sessions"
    return Table("dyads", caption, head, under_headings(lines), note_with_reasons(note, reasons_text(why)))


def _no_trend(row: Dyads) -> str:
    """Why the gap between two raters has no trend."""
    missing = row.convergence is not None and row.convergence.estimate is None
    return "all sessions have the same number or the model did not converge" if missing else ""


def _dyad_numbers(row: Dyads) -> list[Ends]:
    """Agreement, bias, correlations of levels, within clients and of changes, trend: in the order of the table."""
    icc = (row.icc.icc, row.icc.conf_low, row.icc.conf_high) if row.icc else (None, None, None)
    rest = (row.bias, row.levels, row.within, row.changes, row.convergence)
    return [icc, *((one.estimate, one.conf_low, one.conf_high) if one else (None, None, None) for one in rest)]


def response_table(found: Reliability, gate: Gate) -> Table | None:
    """Share of attended sessions that were rated, by session number."""
    if not found.response_rates:
        return None
    lines = []
    for row in found.response_rates:
        sessions, rated = rated_of(row, gate)
        share = f"{100 * rated.value / sessions.value:.0f}%" if rated.value is not None and sessions.value else ""
        label = f"Session {row.session_number}" + (" and later" if row.and_later else "")
        lines.append(((row.instrument, row.rater), Line(label, (sessions, rated, share), inner=True)))
    head = ("", "Attended", "Rated", "Share")
    return Table(
        "response", "How many sessions were rated", head, under_headings(lines), "Percentages of the rounded counts."
    )


def rated_of(row: ResponseRate, gate: Gate) -> tuple[Shown, Shown]:
    """The sessions attended with one number, and those of them rated."""
    clients = row.clients or row.sessions
    sessions = gate.rows(row.sessions, clients, "response")
    return sessions, gate.part(row.rated, row.sessions, min(row.rated, clients), "response")


def _estimate(ends: Ends, clients: int, gate: Gate) -> str:
    estimate, conf_low, conf_high = ends
    if estimate is None:
        return NOT_ESTIMABLE.text
    error = (conf_high - conf_low) / 4 if conf_low is not None and conf_high is not None else None
    value, low, high = gate.interval(estimate, (conf_low, conf_high), error, clients, "dyads")
    return value.text if low.value is None else f"{value} {bracket(low, high)}"


def series_key(row: Scored) -> Key:
    """Whose results a row holds: instrument, rater, score."""
    return (row.instrument, row.rater, row.score)


def clients_behind(row: ScoreReliability) -> int:
    """The clients behind a score's reliability; its ratings where clients were not counted."""
    return row.clients or row.n


def _grouped(rows: Iterable[tuple[Key, list[Value]]]) -> tuple[Line, ...]:
    return under_headings([(key[:2], Line(words.title(key[2]), tuple(cells), inner=True)) for key, cells in rows])


def under_headings(lines: Sequence[tuple[tuple[str, ...], Line]]) -> tuple[Line, ...]:
    """Lines under a heading for each series of ratings."""
    found: list[Line] = []
    last: tuple[str, ...] | None = None
    for key, line in lines:
        if key != last:
            found.append(Line(words.series(key[0], key[1]), group=True))
            last = key
        found.append(line)
    return tuple(found)
