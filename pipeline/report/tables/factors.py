"""What lies behind a score: its factor models, whether they hold over time and raters, and its items."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.shown import Shown
from pipeline.disclosure.steps import setting_shown
from pipeline.report import words
from pipeline.report.numbers import bracket, p_cell
from pipeline.report.table import Line, Table, Value
from pipeline.report.tables.estimable import NONE, NOT_ESTIMABLE, Why, note_with_reasons, reasons_text, with_interval
from pipeline.report.tables.psychometrics import share_of, under_headings
from pipeline.results.factors import FactorFit, FactorModels, InvarianceStep, Loading
from pipeline.results.items import ItemFindings, ItemRow
from pipeline.results.reliability import Reliability

MODELS = {"one_factor": "One factor", "subscales": "Correlated subscale factors", "bifactor": "Bifactor"}
STEPS = {"configural": "Configural: same pattern", "metric": "Metric: equal loadings", "scalar": "Scalar: equal intercepts"}
OVER = {"occasion": "over time", "rater": "over raters"}
INDEX = 3  # decimals of a fit index


def structure_table(found: Reliability, gate: Gate) -> Table:
    """Fit of the factor models; a model that did not converge has no numbers."""
    lines, why, odd = [], list[Why](), list[Why]()
    for row in found.structure:
        about = (row.instrument, row.rater, "")
        why.append((about, "", row.note))
        for model in row.models:
            name = MODELS.get(model.model, words.title(model.model))
            lines.append((about[:2], Line(name, _model_cells(model, row, gate), inner=True)))
            (odd if model.converged else why).append((about, name.lower(), model.note))
    head = ("Model", "Ratings", "χ²", "df", "p", "CFI", "TLI", "RMSEA [90% CI]", "SRMR")
    note = "Maximum likelihood over all ratings; χ² counts the ratings of one client as independent, which they are not."
    return Table(
        "structure",
        "Factor structure",
        head,
        under_headings(lines),
        note_with_reasons(note, reasons_text(why), reasons_text(odd)),
    )


def _model_cells(model: FactorFit, row: FactorModels, gate: Gate) -> tuple[Value, ...]:
    clients = row.clients
    count = gate.rows(model.n, clients, "structure")
    if model.chi2 is None:
        return count, NOT_ESTIMABLE, setting_shown(model.df), *[NOT_ESTIMABLE] * 5
    cfi, tli, rmsea, srmr = (
        gate.correlation(value, clients, "structure", INDEX) for value in (model.cfi, model.tli, model.rmsea, model.srmr)
    )
    ends = [gate.correlation(value, clients, "structure", INDEX) for value in (model.rmsea_low, model.rmsea_high)]
    wide = rmsea if rmsea.value is None or ends[0].value is None else f"{rmsea} {bracket(*ends)}"
    chi2 = gate.statistic(model.chi2, math.sqrt(2 * model.chi2), clients, "structure", 1)
    return (
        count,
        chi2,
        setting_shown(model.df),
        p_cell(gate.p_value(model.p_value, clients, "structure")),
        cfi,
        tli,
        wide,
        srmr,
    )


def invariance_table(found: Reliability, gate: Gate) -> Table | None:
    """The steps of invariance over time and raters; None where none could be tested."""
    lines, why = [], list[Why]()
    for row in found.invariance:
        about = (row.instrument, row.rater, "")
        clients = min((group.n for group in row.groups), default=0)
        for step in row.steps:
            name = f"{STEPS[step.level]}, {OVER.get(row.over, '')}"
            lines.append((about[:2], Line(name, _step_cells(step, gate, clients), inner=True)))
            why.append((about, step.level, step.note))
    if not lines:
        return None
    head = ("Step", "χ²", "df", "CFI", "Change in CFI", "RMSEA", "SRMR")
    note = (
        "Each client counts once a block of ratings, or once a rater. A step holds where CFI falls by no more than .01 from "
        "the one before (Cheung & Rensvold, 2002) and the configural CFI is at least .90."
    )
    return Table(
        "invariance",
        "Do the scores mean the same over time and raters?",
        head,
        under_headings(lines),
        note_with_reasons(note, reasons_text(why)),
    )


def _step_cells(step: InvarianceStep, gate: Gate, clients: int) -> tuple[Value, ...]:
    if step.chi2 is None or step.df is None:
        return tuple([NOT_ESTIMABLE] * 6)
    chi2 = gate.statistic(step.chi2, math.sqrt(2 * step.chi2), clients, "structure", 1)
    values = (step.cfi, step.delta_cfi, step.rmsea, step.srmr)
    cfi, change, rmsea, srmr = (gate.correlation(value, clients, "structure", INDEX) for value in values)
    return chi2, setting_shown(step.df), cfi, NONE if step.level == "configural" else change, rmsea, srmr


def items_table(found: Reliability, gate: Gate) -> Table:
    """Every item: how it is answered, and how it runs with the others under its key."""
    scales = {name: key.scale for name, key in found.keys.items()}
    lines = [
        (
            (row.instrument, row.rater),
            Line(item_name(item), _item_cells(item, row, scales.get(row.instrument), gate), inner=True),
        )
        for row in found.item_checks
        for item in row.items
    ]
    head = ("Item", "Subscale", "Answered", "Mean", "SD", "At lowest", "At highest", "r with the rest", "r in subscale")
    note = (
        "Items by number, (r) reverse-keyed and shown turned; answered: ratings that have the item; correlations with the "
        "mean of the other items, with 95% intervals that know which ratings are one client's. n. e.: does not vary."
    )
    return Table("items", "The items", head, under_headings(lines), note)


def item_name(item: ItemRow) -> str:
    """An item by its number, marked where its answers are turned."""
    return f"Item {item.item}" + (" (r)" if item.reversed else "")


def _item_cells(item: ItemRow, row: ItemFindings, ends: tuple[float, float] | None, gate: Gate) -> tuple[Value, ...]:
    clients, ratings, n = row.clients, row.ratings, item.n
    mean = gate.mean(item.mean, item.sd, clients, "items", ends)
    sd = gate.spread(item.sd, clients, "items", ends)
    tails = (item.floor, item.ceiling)
    shares = (NONE if share is None or not n else share_of(share, n, gate, clients, "items") for share in tails)
    own: Value = NONE if item.item_rest_subscale is None else _clear(item.item_rest_subscale, gate, clients)
    rest = with_interval((item.item_rest, item.conf_low, item.conf_high), gate, clients)
    subscale = words.title(item.subscale) if item.subscale else "–"
    answered = gate.part(n, ratings, min(n, clients), "items")
    return subscale, answered, mean, sd, *shares, rest, own


def _clear(value: float, gate: Gate, clients: int) -> Shown:
    return gate.correlation(value, clients, "items")


def loadings_table(found: Reliability, gate: Gate) -> Table | None:
    """Standardized loadings of every item in each model that converged; None without any."""
    lines = []
    for row in found.structure:
        wide = _by_item(row.loadings)
        clients = row.clients
        for item in sorted({number for number, *_ in wide}):
            cells = tuple(_loading(wide.get((item, *column)), gate, clients) for column in COLUMNS)
            lines.append(((row.instrument, row.rater), Line(f"Item {item}", cells, inner=True)))
    if not lines:
        return None
    head = ("Item", "One factor", "Its subscale's factor", "Bifactor: general", "Bifactor: its subscale")
    between = " ".join(_between(found, gate))
    note = f"Standardized loadings by maximum likelihood. {between}".strip()
    return Table("loadings", "Loadings", head, under_headings(lines), note)


COLUMNS = (("one_factor", True), ("subscales", False), ("bifactor", True), ("bifactor", False))


def _by_item(rows: Iterable[Loading]) -> dict[tuple[int, str, bool], float]:
    """Loadings by item, model, and whether on the general factor."""
    return {(row.item, row.model, row.factor == "general"): row.loading for row in rows}


def _loading(value: float | None, gate: Gate, clients: int) -> Value:
    return NONE if value is None else gate.correlation(value, clients, "structure")


def _between(found: Reliability, gate: Gate) -> Iterator[str]:
    """How the subscales' factors go together, a sentence a series."""
    for row in found.structure:
        pairs = [
            f"{words.plain(pair.two)} and {words.plain(pair.one)} {_clear(pair.correlation, gate, row.clients)}"
            for pair in row.correlations
        ]
        if pairs:
            yield f"Correlations of the factors, {words.series(row.instrument, row.rater)}: {', '.join(pairs)}."
