"""What lies behind a score: its factor models, whether they hold over time and raters, and its items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.disclosure.gate import Gate, fact
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.numbers import bracket, p_cell
from pipeline.report.sections.estimable import DECIMALS, NONE, NOT_ESTIMABLE, clients_of, noted, reasons, with_interval
from pipeline.report.sections.psychometrics import headed, series_key, share_of
from pipeline.report.table import Line, Table, Value

Row = Mapping[str, Any]
MODELS = {"one_factor": "One factor", "subscales": "Correlated subscale factors", "bifactor": "Bifactor"}
STEPS = {"configural": "Configural: same pattern", "metric": "Metric: equal loadings", "scalar": "Scalar: equal intercepts"}
OVER = {"occasion": "over time", "rater": "over raters"}
INDEX = 3  # decimals of a fit index
FITS = ("cfi", "tli", "rmsea", "srmr")


def structure(found: Row, gate: Gate) -> Table:
    """Fit of the factor models; a model that did not converge has no numbers."""
    lines, why, odd = [], list[tuple[Row, str, str]](), list[tuple[Row, str, str]]()
    for row in found["structure"]:
        why.append((row, "", str(row.get("note") or "")))
        for model in row["models"]:
            name = MODELS.get(model["model"], words.title(model["model"]))
            lines.append((series_key(row)[:2], Line(name, _model_cells(model, row, gate), inner=True)))
            (odd if model.get("converged") else why).append((row, name.lower(), str(model.get("note") or "")))
    head = ("Model", "Ratings", "χ²", "df", "p", "CFI", "TLI", "RMSEA [90% CI]", "SRMR")
    note = "Maximum likelihood over all ratings; χ² counts the ratings of one client as independent, which they are not."
    return Table("structure", "Factor structure", head, headed(lines), noted(note, reasons(why), reasons(odd)))


def _model_cells(model: Row, row: Row, gate: Gate) -> tuple[Value, ...]:
    clients = clients_of(row)
    count = gate.rows(model["n"], clients, "structure")
    if model.get("chi2") is None:
        return count, NOT_ESTIMABLE, fact(model["df"]), *[NOT_ESTIMABLE] * 5
    cfi, tli, rmsea, srmr = (gate.number(model.get(name), INDEX, clients, "structure") for name in FITS)
    ends = [gate.number(model.get(name), INDEX, clients, "structure") for name in ("rmsea_low", "rmsea_high")]
    wide = rmsea if rmsea.value is None or ends[0].value is None else f"{rmsea} {bracket(*ends)}"
    chi2 = gate.number(model["chi2"], 1, clients, "structure")
    return count, chi2, fact(model["df"]), p_cell(model.get("p_value")), cfi, tli, wide, srmr


def invariance(found: Row, gate: Gate) -> Table | None:
    """The steps of invariance over time and raters; None where none could be tested."""
    lines, why = [], list[tuple[Row, str, str]]()
    for row in found["invariance"]:
        clients = min((int(group["n"]) for group in row["groups"]), default=0)
        for step in row["steps"]:
            name = f"{STEPS[step['level']]}, {OVER.get(row['over'], '')}"
            lines.append((series_key(row)[:2], Line(name, _step_cells(step, gate, clients), inner=True)))
            why.append((row, step["level"], str(step.get("note") or "")))
    if not lines:
        return None
    head = ("Step", "χ²", "df", "CFI", "Change in CFI", "RMSEA", "SRMR")
    note = (
        "Each client counts once a block of ratings, or once a rater. A step holds where CFI falls by no more than .01 from "
        "the one before (Cheung & Rensvold, 2002) and the configural CFI is at least .90."
    )
    return Table(
        "invariance", "Do the scores mean the same over time and raters?", head, headed(lines), noted(note, reasons(why))
    )


def _step_cells(step: Row, gate: Gate, clients: int) -> tuple[Value, ...]:
    if step.get("chi2") is None:
        return tuple([NOT_ESTIMABLE] * 6)
    chi2 = gate.number(step["chi2"], 1, clients, "structure")
    names = ("cfi", "delta_cfi", "rmsea", "srmr")
    cfi, change, rmsea, srmr = (gate.number(step.get(name), INDEX, clients, "structure") for name in names)
    return chi2, fact(step["df"]), cfi, NONE if step["level"] == "configural" else change, rmsea, srmr


def items(found: Row, gate: Gate) -> Table:
    """Every item: how it is answered, and how it runs with the others under its key."""
    lines = [
        (series_key(row)[:2], Line(item_name(item), _item_cells(item, row, gate), inner=True))
        for row in found["item_checks"]
        for item in row.get("items", ())
    ]
    head = ("Item", "Subscale", "Answered", "Mean", "SD", "At lowest", "At highest", "r with the rest", "r in subscale")
    note = (
        "Items by number, (r) reverse-keyed and shown turned; answered: ratings that have the item; correlations with the "
        "mean of the other items, with 95% intervals that know which ratings are one client's. n. e.: does not vary."
    )
    return Table("items", "The items", head, headed(lines), note)


def item_name(item: Row) -> str:
    """An item by its number, marked where its answers are turned."""
    return f"Item {item['item']}" + (" (r)" if item.get("reversed") else "")


def _item_cells(item: Row, row: Row, gate: Gate) -> tuple[Value, ...]:
    clients, ratings, n = clients_of(row), int(row.get("ratings") or 0), int(item.get("n") or 0)
    mean, sd = (gate.number(item.get(name), DECIMALS, clients, "items") for name in ("mean", "sd"))
    ends = (_tail(item, name, gate, clients) for name in ("floor", "ceiling"))
    own: Value = NONE if item.get("item_rest_subscale") is None else _clear(item["item_rest_subscale"], gate, clients)
    rest = with_interval(item, ("item_rest", "conf_low", "conf_high"), gate, clients)
    subscale = words.title(str(item["subscale"])) if item.get("subscale") else "–"
    answered = gate.part(n, ratings, min(n, clients), "items")
    return subscale, answered, mean, sd, *ends, rest, own


def _tail(item: Row, name: str, gate: Gate, clients: int) -> Value:
    """A share of the item's answers, from rounded counts."""
    share, n = item.get(name), int(item.get("n") or 0)
    return NONE if share is None or not n else share_of(share, n, gate, clients, "items")


def _clear(value: float, gate: Gate, clients: int) -> Shown:
    return gate.number(value, DECIMALS, clients, "items")


def loadings(found: Row, gate: Gate) -> Table | None:
    """Standardized loadings of every item in each model that converged; None without any."""
    lines = []
    for row in found["structure"]:
        wide = _by_item(row.get("loadings", ()))
        clients = clients_of(row)
        for item in sorted({number for number, *_ in wide}):
            cells = tuple(_loading(wide.get((item, *column)), gate, clients) for column in COLUMNS)
            lines.append((series_key(row)[:2], Line(f"Item {item}", cells, inner=True)))
    if not lines:
        return None
    head = ("Item", "One factor", "Its subscale's factor", "Bifactor: general", "Bifactor: its subscale")
    between = " ".join(_between(found, gate))
    note = f"Standardized loadings by maximum likelihood. {between}".strip()
    return Table("loadings", "Loadings", head, headed(lines), note)


COLUMNS = (("one_factor", True), ("subscales", False), ("bifactor", True), ("bifactor", False))


def _by_item(rows: Any) -> dict[tuple[int, str, bool], float]:
    """Loadings by item, model, and whether on the general factor."""
    return {(int(row["item"]), str(row["model"]), row["factor"] == "general"): float(row["loading"]) for row in rows}


def _loading(value: float | None, gate: Gate, clients: int) -> Value:
    return NONE if value is None else gate.number(value, DECIMALS, clients, "structure")


def _between(found: Row, gate: Gate) -> Iterator[str]:
    """How the subscales' factors go together, a sentence a series."""
    for row in found["structure"]:
        pairs = [
            f"{words.plain(pair['two'])} and {words.plain(pair['one'])} {_clear(pair['correlation'], gate, clients_of(row))}"
            for pair in row.get("correlations", ())
        ]
        if pairs:
            yield f"Correlations of the factors, {words.series(row['instrument'], row['rater'])}: {', '.join(pairs)}."
