"""What lies behind the scores: reliability within and between clients, structure, items, dyads, response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.disclosure.gate import Gate, fact
from pipeline.disclosure.rules import rounded
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.figures import Figure, Interval, forest
from pipeline.report.numbers import bracket, digits_for
from pipeline.report.table import Line, Table, Value

Row = Mapping[str, Any]
NONE = Shown("–")


def levels(found: Row, gate: Gate) -> Table:
    """Each score's omega, its reliability within and between clients, and the shares of its variance."""
    rows = {_key(row): row for row in found["instruments"]}
    two, general = _by(found, "two_level"), _by(found, "generalizability")
    shares, ends = _by(found, "icc"), _by(found, "floor_ceiling")
    lines = _grouped([(key, _level_cells(key, rows[key], two, general, shares, ends, gate)) for key in rows])
    head = ("Score", "Omega", "Within", "Between", "RkF", "Rc", "Client share", "Worker share", "At lowest", "At highest")
    note = (
        "Omega total; two-level omega within and between clients (Geldhof et al., 2014); RkF, the reliability of a client's "
        "mean over ratings, and Rc, of change within clients (Cranford et al., 2006); shares of variance between clients "
        "and between workers; shares of ratings at the lowest and the highest possible score."
    )
    return Table("reliability_levels", "Reliability by level", head, tuple(lines), note)


def _level_cells(key: tuple[str, ...], row: Row, two: Any, general: Any, shares: Any, ends: Any, gate: Gate) -> list[Value]:
    clients = int((shares.get(key) or {}).get("clients") or (two.get(key) or {}).get("clients") or 0)

    def number(value: float | None) -> Shown:
        return gate.number(value, 2, clients, "reliability")

    level, reliable, share = two.get(key) or {}, general.get(key) or {}, shares.get(key) or {}
    omegas = [number((level.get(side) or {}).get("omega")) for side in ("within", "between")]
    end = ends.get(key) or {}
    return [
        number(row.get("omega")),
        *omegas,
        number(reliable.get("r_kf")),
        number(reliable.get("r_c")),
        number(share.get("client")),
        number(share.get("worker")),
        *(_share_of(end.get(name), end.get("n"), gate) for name in ("floor", "ceiling")),
    ]


def _share_of(share: float | None, n: int | None, gate: Gate) -> Value:
    """A share of ratings, from its rounded count."""
    if share is None or not n:
        return NONE
    count = gate.rows(round(share * n), "reliability")
    if count.value is None:
        return count
    whole = n if gate.rules.exact else rounded(n, gate.rules.round_to)
    return fact(100 * count.value / whole, 0).text + "%" if whole else NONE


def occasions(found: Row, gate: Gate) -> Table:
    """Alpha by block of occasions, each client once a block."""
    rows = [row for row in found["by_occasion"] if row["score"] == "total" and row.get("alpha") is not None]
    lines = []
    for key, row in ((_key(row)[:2], row) for row in rows):
        numbers = (gate.number(row[name], 2, row["n"], "reliability") for name in ("alpha", "conf_low", "conf_high"))
        alpha, low, high = numbers
        block = f"Ratings {row['first']} to {row['last']}"
        interval = bracket(low, high) if low.value is not None else ""
        lines.append((key, Line(block, (alpha, interval), inner=True)))
    note = "Alpha of the total by block of ratings, one rating a client and block."
    return Table("reliability_by_occasion", "Reliability over time", ("", "Alpha", "95% CI"), _headed(lines), note)


def structure(found: Row, gate: Gate) -> Table:
    """Fit of the factor models."""
    lines = []
    for row in found["structure"]:
        for model in row["models"]:
            numbers = [gate.rows(model["n"], "structure"), fact(model["chi2"], 1), fact(model["df"])]
            fits = [_fit(model.get(name), gate, model["n"]) for name in ("cfi", "tli", "rmsea", "srmr")]
            proper = "yes" if model.get("proper") and model.get("converged") else "no"
            lines.append((_key(row)[:2], Line(words.title(model["model"]), (*numbers, *fits, proper), inner=True)))
    head = ("Model", "Ratings", "χ²", "df", "CFI", "TLI", "RMSEA", "SRMR", "Proper")
    note = "Maximum likelihood over all ratings; χ² counts the ratings of one client as independent, which they are not."
    return Table("structure", "Factor structure", head, _headed(lines), note)


def items_figure(row: Row, gate: Gate, dpi: int) -> Figure | None:
    """Item-rest correlations with intervals: an item left of zero runs against its key."""
    kept = [item for item in row["items"] if item.get("item_rest") is not None and item.get("conf_low") is not None]
    rows = []
    for item in kept:
        estimate, low, high = (round(float(item[name]), 2) for name in ("item_rest", "conf_low", "conf_high"))
        rows.append(Interval(f"Item {item['item']}", estimate, low, high))
    if not rows or not gate.group(int(row.get("clients") or row.get("ratings") or 0)):
        return None
    series = words.series(row["instrument"], row["rater"])
    lowest = min(rows, key=lambda interval: interval.estimate)
    alt = (
        f"Dot plot of item-rest correlations with 95% intervals. {series}. "
        f"The lowest is {lowest.label.lower()} with {lowest.estimate:.2f}."
    )
    drawn = forest(rows, "Correlation of the item with the rest, as keyed", None, dpi)
    return Figure(f"items_{row['instrument']}_{row['rater']}", f"{series}: items under the key", alt, drawn)


def sentences(found: Row, gate: Gate) -> tuple[str, ...]:
    """What the checks of items, shipped totals and invariance say, in words."""
    said = []
    for row in found["item_checks"]:
        name = words.series(row["instrument"], row["rater"])
        said += [f"{name}: {text}" for text in row["sentences"]] or [f"{name}: all items run with their key."]
    said += [str(row["sentence"]) for row in found["shipped_totals"] if row.get("sentence")]
    over = {"occasion": "over time", "rater": "over raters"}
    for row in found["invariance"]:
        if row.get("sentence"):
            said.append(f"{words.series(row['instrument'], row['rater'])}, {over.get(row['over'], '')}: {row['sentence']}")
    return tuple(gate.prose(text, "measures") for text in said)


def dyads(found: Row, gate: Gate) -> Table | None:
    """Client and worker ratings of the same sessions; None without a second rater."""
    rows = [row for row in found["dyads"] if row.get("icc")]
    if not rows:
        return None
    lines = []
    for row in rows:
        parts = [_estimate(row.get(name), "icc" if name == "icc" else "estimate", row["clients"], gate) for name in _DYADS]
        lines.append((_key(row)[:2], Line(words.title(row["score"]), tuple(parts), inner=True)))
    head = ("Score", "Agreement ICC(A,1)", "Bias", "r of levels", "r of changes", "Trend of the gap")
    note = f"Other rater less client; estimates with 95% intervals, over {gate.rows(rows[0]['sessions'], 'dyads')} sessions."
    return Table("dyads", "Client and worker on the same sessions", head, _headed(lines), note)


_DYADS = ("icc", "bias", "levels", "changes", "convergence")


def response(found: Row, gate: Gate) -> Table | None:
    """Share of attended sessions that were rated, by session number."""
    if not found["response_rates"]:
        return None
    lines = []
    for row in found["response_rates"]:
        sessions, rated = gate.rows(row["sessions"], "response"), _part(row["rated"], row["sessions"], gate)
        share = f"{100 * rated.value / sessions.value:.0f}%" if rated.value is not None and sessions.value else ""
        label = f"Session {row['session_number']}" + (" and later" if row.get("and_later") else "")
        lines.append((_key(row)[:2], Line(label, (sessions, rated, share), inner=True)))
    head = ("", "Attended", "Rated", "Share")
    return Table("response", "How many sessions were rated", head, _headed(lines), "Percentages of the rounded counts.")


def _part(count: int, whole: int, gate: Gate) -> Shown:
    """A count of clients out of others; one whose rest is small is only said to be nearly all."""
    if not gate.rules.exact and whole - count < gate.rules.min_cell:
        return Shown(gate.nearly_all, None, hidden=True)
    return gate.rows(count, "response")


def _estimate(block: Row | None, name: str, clients: int, gate: Gate) -> str:
    if not block or block.get(name) is None:
        return "–"
    spread = (block["conf_high"] - block["conf_low"]) / 4 if block.get("conf_low") is not None else None
    digits = digits_for(spread)
    value, low, high = (gate.number(block.get(key), digits, clients, "dyads") for key in (name, "conf_low", "conf_high"))
    return value.text if low.value is None else f"{value} {bracket(low, high)}"


def _fit(value: float | None, gate: Gate, n: int) -> Shown:
    return gate.number(value, 3, n, "structure")


def _key(row: Row) -> tuple[str, ...]:
    return (str(row["instrument"]), str(row["rater"]), str(row.get("score", "")))


def _by(found: Row, name: str) -> dict[tuple[str, ...], Row]:
    return {_key(row): row for row in found.get(name, [])}


def _grouped(rows: list[tuple[tuple[str, ...], list[Value]]]) -> tuple[Line, ...]:
    return _headed([(key[:2], Line(words.title(key[2]), tuple(cells), inner=True)) for key, cells in rows])


def _headed(lines: list[tuple[tuple[str, ...], Line]]) -> tuple[Line, ...]:
    """Lines under a heading for each series of ratings."""
    found: list[Line] = []
    last: tuple[str, ...] | None = None
    for key, line in lines:
        if key != last:
            found.append(Line(words.series(key[0], key[1]), group=True))
            last = key
        found.append(line)
    return tuple(found)
