"""What lies behind the scores: reliability within and between clients, over time, dyads, response."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.disclosure.gate import Gate, fact
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.numbers import bracket, digits_for
from pipeline.report.sections.estimable import DECIMALS, NONE, NOT_ESTIMABLE, clients_of, noted, reasons, with_interval
from pipeline.report.table import Line, Table, Value

Row = Mapping[str, Any]
GENERAL = ("r_kf", "r_1r", "r_kr", "r_c")
OMEGA = ("omega", "conf_low", "conf_high")
BELOW_ZERO = "a component is estimated below zero"


def levels(found: Row, gate: Gate) -> Table:
    """Each score's omega within and between clients, and how far it tells clients and weeks apart."""
    two, general = _by(found, "two_level"), _by(found, "generalizability")
    lines, why, odd = [], list[tuple[Row, str, str]](), list[tuple[Row, str, str]]()
    for row in found["instruments"]:
        key = series_key(row)
        if key not in two and key not in general:
            continue
        one, other = two.get(key, {}), general.get(key, {})
        lines.append((key, _level_cells(one, other, gate, clients_of(row))))
        (odd if one.get("within") else why).append((row, "omega by level", str(one.get("note") or "")))
        why.append((row, "", _general_note(other)))
    head = ("Score", "Omega within", "Omega between", "RkF", "R1R", "RkR", "Rc")
    note = (
        "Two-level omega within and between clients with 95% intervals (Geldhof et al., 2014). Reliability (Cranford et "
        "al., 2006; Shrout & Lane, 2012) of a client's mean over the same ratings (RkF), of one rating (R1R) and of a mean "
        "of ratings (RkR) at random times, and of change within clients (Rc)."
    )
    return Table(
        "reliability_levels", "Reliability by level", head, _grouped(lines), noted(note, reasons(why), reasons(odd))
    )


def _level_cells(two: Row, general: Row, gate: Gate, clients: int) -> list[Value]:
    omegas = [with_interval(two.get(side), OMEGA, gate, clients) if two else NONE for side in ("within", "between")]
    values = [general.get(name) for name in GENERAL]
    shown = [NOT_ESTIMABLE if value is None else gate.number(value, DECIMALS, clients, "reliability") for value in values]
    return [*omegas, *(shown if general else [NONE] * len(GENERAL))]


def _general_note(row: Row) -> str:
    """Why a coefficient is missing: unbiased components may fall below zero and leave nothing to divide."""
    missing = row and any(row.get(name) is None for name in GENERAL)
    return str(row.get("note") or BELOW_ZERO) if missing else ""


def spread(found: Row, gate: Gate) -> Table:
    """The shares of each score's variance by level, and of ratings at the ends of its scale."""
    shares, ends = _by(found, "icc"), _by(found, "floor_ceiling")
    lines, why = [], list[tuple[Row, str, str]]()
    for row in found["instruments"]:
        share, end, clients = shares.get(series_key(row), {}), ends.get(series_key(row), {}), clients_of(row)
        parts = _level_cells_of(share, gate, clients)
        tails = [_share_of(end, name, gate, clients) for name in ("floor", "ceiling", "concern")]
        lines.append((series_key(row), [*parts, *tails]))
        why.append((row, "shares of variance", str(share.get("note") or "")))
    head = ("Score", "Worker", "Client", "Session", "At lowest", "At highest", "Of concern")
    note = (
        "Shares of variance between workers, between clients of a worker and between sessions of a client (with error of "
        "measurement), from a mixed model; shares of ratings at the lowest and highest possible score, and at or below the "
        "instrument's sign of concern."
    )
    return Table("variance", "Where the scores vary", head, _grouped(lines), noted(note, reasons(why)))


def level_shares(row: Row, gate: Gate, clients: int) -> dict[str, float]:
    """A score's shares of variance by level to whole percents, the session's what the others leave; empty: not to be had."""
    if row.get("session") is None or gate.number(row["session"], DECIMALS, clients, "reliability").hidden:
        return {}
    known = {name: row[name] for name in ("worker", "client") if row.get(name) is not None}
    shown = {name: max(0.0, round(float(value), DECIMALS)) for name, value in known.items()}
    return shown | {"session": round(1 - sum(shown.values()), DECIMALS)}


def _level_cells_of(row: Row, gate: Gate, clients: int) -> list[Value]:
    shown, estimated = level_shares(row, gate, clients), row.get("session") is not None
    if not shown:
        return [Shown(gate.mark, None, hidden=True) if estimated else NOT_ESTIMABLE] * 3
    found = [shown.get(name) for name in ("worker", "client", "session")]
    return [NONE if value is None else fact(100 * value).text + "%" for value in found]


def _share_of(row: Row, name: str, gate: Gate, clients: int) -> Value:
    """A share of ratings, from its rounded count."""
    share, n = row.get(name), row.get("n")
    return NONE if share is None or not n else share_of(share, n, gate, clients, "ends")


def share_of(share: float, n: int, gate: Gate, clients: int, where: str) -> Value:
    """A share of `n` ratings of so many clients, from rounded counts; those it is about may be of fewer clients."""
    count = round(share * n)
    part, whole = gate.rows(count, min(count, clients), where), gate.rows(n, clients, where)
    if part.value is None or whole.value is None:
        return part if part.hidden else whole
    return f"{fact(100 * part.value / whole.value)}%" if whole.value else NONE


def occasions(found: Row, gate: Gate) -> Table:
    """Alpha and omega of the total by block of occasions, each client once a block."""
    rows = [row for row in found["by_occasion"] if row["score"] == "total"]
    lines, why = [], list[tuple[Row, str, str]]()
    for row in rows:
        alpha = with_interval(row, ("alpha", "conf_low", "conf_high"), gate, row["n"])
        omega = with_interval(row, ("omega", "omega_low", "omega_high"), gate, row["n"])
        lines.append((series_key(row)[:2], Line(block_name(row), (alpha, omega), inner=True)))
        about = {"instrument": row["instrument"], "rater": row["rater"], "score": block_name(row)}
        why += [(about, "alpha", _missing(row, "alpha", "note")), (about, "omega", _missing(row, "omega", "omega_note"))]
    note = "Reliability of the total by block of ratings with 95% intervals, one rating a client and block."
    head = ("", "Alpha", "Omega")
    return Table("reliability_by_occasion", "Reliability over time", head, headed(lines), noted(note, reasons(why)))


def block_name(row: Row) -> str:
    """A block of occasions by its first and last rating."""
    one = row["first"] == row["last"]
    return f"Rating {row['first']}" if one else f"Ratings {row['first']}–{row['last']}"


def _missing(row: Row, name: str, note: str) -> str:
    """Why a number is not there."""
    return str(row.get(note) or "too few ratings") if row.get(name) is None else ""


def sentences(found: Row, gate: Gate) -> tuple[str, ...]:
    """What the checks of items, shipped totals and invariance say, in words; counts cleared one by one."""
    said = []
    for row in found["item_checks"]:
        name = words.series(row["instrument"], row["rater"])
        if gate.group(clients_of(row)):
            said += [f"{name}: {text}" for text in row["sentences"] or ["all items run with their key."]]
    said += [_shipped(row, gate) for row in found["shipped_totals"]]
    over = {"occasion": "over time", "rater": "over raters"}
    for row in found["invariance"]:
        if row.get("sentence"):
            said.append(f"{words.series(row['instrument'], row['rater'])}, {over.get(row['over'], '')}. {row['sentence']}")
    return tuple(said)


def _shipped(row: Row, gate: Gate) -> str:
    """What became of a score that came with the data; the numbers of its items are no counts and stay as they are."""
    counts = {name: _at_most(gate, count) for name, count in row["counts"].items()}
    evidence = row["evidence"] if gate.group(clients_of(row)) else ""
    series = words.series(row["instrument"], row["rater"])
    return " ".join(filter(None, (f"{series}.", str(row["template"]).format(**counts), evidence)))


def _at_most(gate: Gate, count: int) -> str:
    shown = gate.rows(count, count, "measures")
    return f"fewer than {gate.rules.min_cell}" if shown.hidden else shown.text


def dyads(found: Row, gate: Gate) -> Table | None:
    """Client and worker ratings of the same sessions; None without a second rater."""
    if not found["dyads"]:
        return None
    lines, why = [], list[tuple[Row, str, str]]()
    for row in found["dyads"]:
        clients = int(row.get("clients") or 0)
        parts = [_estimate(row.get(name), "icc" if name == "icc" else "estimate", clients, gate) for name in _DYADS]
        lines.append((series_key(row)[:2], Line(words.title(row["score"]), tuple(parts), inner=True)))
        why.append((row, "", str(row.get("note") or "")))
        why.append((row, "trend of the gap", _no_trend(row)))
    head = ("Score", "Agreement ICC(A,1)", "Bias", "r of levels", "r of changes", "Trend of the gap")
    first = found["dyads"][0]
    sessions = gate.rows(first["sessions"], int(first.get("clients") or 0), "dyads")
    rated = "a withheld number of" if sessions.hidden else sessions.text
    note = f"Other rater less client; estimates with 95% intervals, over {rated} sessions."
    caption = "Client and worker on the same sessions"
    return Table("dyads", caption, head, headed(lines), noted(note, reasons(why)))


def _no_trend(row: Row) -> str:
    """Why the gap between two raters has no trend."""
    trend = row.get("convergence") or {}
    missing = trend and trend.get("estimate") is None
    return "all sessions have the same number or the model did not converge" if missing else ""


_DYADS = ("icc", "bias", "levels", "changes", "convergence")


def response(found: Row, gate: Gate) -> Table | None:
    """Share of attended sessions that were rated, by session number."""
    if not found["response_rates"]:
        return None
    lines = []
    for row in found["response_rates"]:
        sessions, rated = rated_of(row, gate)
        share = f"{100 * rated.value / sessions.value:.0f}%" if rated.value is not None and sessions.value else ""
        label = f"Session {row['session_number']}" + (" and later" if row.get("and_later") else "")
        lines.append((series_key(row)[:2], Line(label, (sessions, rated, share), inner=True)))
    head = ("", "Attended", "Rated", "Share")
    return Table("response", "How many sessions were rated", head, headed(lines), "Percentages of the rounded counts.")


def rated_of(row: Row, gate: Gate) -> tuple[Shown, Shown]:
    """The sessions attended with one number, and those of them rated."""
    clients = int(row.get("clients") or row["sessions"])
    sessions = gate.rows(row["sessions"], clients, "response")
    return sessions, gate.part(row["rated"], row["sessions"], min(row["rated"], clients), "response")


def _estimate(block: Row | None, name: str, clients: int, gate: Gate) -> str:
    if not block or block.get(name) is None:
        return NOT_ESTIMABLE.text
    spread = (block["conf_high"] - block["conf_low"]) / 4 if block.get("conf_low") is not None else None
    digits = digits_for(spread)
    value, low, high = (gate.number(block.get(key), digits, clients, "dyads") for key in (name, "conf_low", "conf_high"))
    return value.text if low.value is None else f"{value} {bracket(low, high)}"


def series_key(row: Row) -> tuple[str, ...]:
    """Whose results a row holds: instrument, rater, score."""
    return (str(row["instrument"]), str(row["rater"]), str(row.get("score", "")))


def _by(found: Row, name: str) -> dict[tuple[str, ...], Row]:
    return {series_key(row): row for row in found.get(name, [])}


def _grouped(rows: Iterable[tuple[tuple[str, ...], list[Value]]]) -> tuple[Line, ...]:
    return headed([(key[:2], Line(words.title(key[2]), tuple(cells), inner=True)) for key, cells in rows])


def headed(lines: list[tuple[tuple[str, ...], Line]]) -> tuple[Line, ...]:
    """Lines under a heading for each series of ratings."""
    found: list[Line] = []
    last: tuple[str, ...] | None = None
    for key, line in lines:
        if key != last:
            found.append(Line(words.series(key[0], key[1]), group=True))
            last = key
        found.append(line)
    return tuple(found)
