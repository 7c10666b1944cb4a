"""A card for each hypothesis: claim, verdict, effect, checks, the model and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.base.options import Verdict
from pipeline.disclosure.gate import Gate
from pipeline.disclosure.models import thin_terms
from pipeline.disclosure.shown import Shown
from pipeline.report import sentences, words
from pipeline.report.counts import model_key
from pipeline.report.findings import Effect, Finding, degrees, model_rows
from pipeline.report.numbers import bracket, digits_for, listed, p_cell
from pipeline.report.sections.effects import effect_plot, thin
from pipeline.report.sections.people import RARE
from pipeline.report.strip import Mark, Strip, strip
from pipeline.report.table import Line, Table, Value

Row = Mapping[str, Any]
NO_CHECK = "–"
OTHER_SCALE = ("reverse", "reverse_any")  # their numbers are not in points of the outcome
OPTIMIZER = "The fit converged after"
EXTREMES = ("influence",)  # its number is that of the one worker who matters most: no extremes leave
PATHS = {"a": "Exposure to mediator", "b": "Mediator to outcome", "direct": "Exposure to outcome, beside the mediator"}


@dataclass(frozen=True)
class Card:
    """What the report shows of one hypothesis."""

    name: str
    title: str
    claim: str
    role: str
    verdict: str
    symbol: str
    headline: str
    wrong_if: str
    rule: str
    reasons: tuple[str, ...]
    model: str
    equation: str
    notes: tuple[str, ...]
    effect: Table | None
    plot: Strip | None
    details: Table | None
    checks: Strip | None
    battery: Table | None
    coefficients: Table | None
    variance: Table | None
    counts: Table | None


def card(found: Finding, fit: Row, held: Mapping[str, Mapping[str, int]], gate: Gate) -> Card:
    """Put one card together; tables of a model the gate refuses are left out."""
    verdict: Verdict = found.verdict  # type: ignore[assignment]
    shown = found.effect is not None
    return Card(
        name=found.name,
        title=words.title(found.name),
        claim=found.spec.claim,
        role=found.role,
        verdict=found.verdict,
        symbol=words.SYMBOLS[verdict],
        headline=sentences.headline(found),
        wrong_if=sentences.wrong_if(found),
        rule=words.rule(found.rule),
        reasons=found.reasons,
        model=sentences.model(found.spec),
        equation=str(fit.get("formula") or ""),
        notes=_notes(found, fit, gate) if shown else (),
        effect=effect_table(found, found.effect, sensitivity(fit, found, gate)) if found.effect else None,
        plot=effect_plot(found, fit, _levels(found, held), gate),
        details=details_table(found, fit, held, gate) if shown else None,
        checks=checks_plot(found, fit, gate) if shown else None,
        battery=battery_table(found, fit, gate) if shown and fit.get("battery") else None,
        coefficients=coefficient_table(found, fit, held, gate) if shown else None,
        variance=variance_table(found, fit, gate) if shown else None,
        counts=counts_table(found.name, fit, gate) if fit.get("counts") else None,
    )


def _notes(found: Finding, fit: Row, gate: Gate) -> tuple[str, ...]:
    """What a reader must know of the fit; the optimizer's own story stays in the record."""
    told = [text for text in fit.get("sentences") or () if not str(text).startswith(OPTIMIZER)]
    said = [*told, *([f"Suggestive at most: {fit['ceiling']}."] if fit.get("ceiling") else [])]
    return tuple(gate.prose(str(text), f"hypothesis {found.name}") for text in said)


def effect_table(found: Finding, effect: Effect, note: str = "") -> Table:
    """The tested effect on its own scale and standardized."""
    own, scaled = ("In log-odds", "Standardized log-odds") if effect.ratio else ("In scale points", "In within-client SDs")
    lines = [Line(own, (effect.estimate, effect.interval, effect.std_error, effect.df, effect.p))]
    if effect.ratio:
        lines.append(Line("As odds ratio", (effect.ratio, effect.ratio_interval, "", "", "")))
    lines.append(Line(scaled, (effect.sd_estimate, effect.sd_interval, "", "", "")))
    if effect.p_adjusted.value is not None:
        note = f"p {effect.p_adjusted_text} after correction over the {found.role} hypotheses. {note}".strip()
    head = ("", "Estimate", "95% CI", "SE", "df", "p")
    return Table(f"effect_{found.name}", "The tested effect", head, tuple(lines), note)


def sensitivity(fit: Row, found: Finding, gate: Gate) -> str:
    """How strong something unmeasured would have to be, as a sentence; empty where it was not worked out."""
    facts = (fit.get("tested") or {}).get("sensitivity") or {}
    said = []
    value = gate.number(facts.get("e_value"), 2, found.clients)
    if value.value is not None:
        said.append(
            f"E-value {value}: something unmeasured would have to go with both exposure and rating by a risk ratio of that "
            "size to explain the estimate away."
        )
    share = facts.get("robustness_value")
    if share is not None:
        part = gate.number(100 * share, 0, found.clients)
        said.append(f"Robustness value {part}%: the share of what is left of both that it would have to explain.")
    return " ".join(said)


def details_table(found: Finding, fit: Row, held: Mapping[str, Mapping[str, int]], gate: Gate) -> Table | None:
    """The effect at each level of a moderator, or the paths of a mediation; None where there are neither."""
    if fit.get("moderation"):
        name, levels = str(found.spec.moderator), _levels(found, held)
        caption = f"The effect by {words.moderator(name)}"
        rows = {str(row["level"]): row for row in fit["moderation"]["levels"]}
        kept = {level: row for level, row in rows.items() if not thin(level, levels, gate)}
        lines = [_part_line(words.moderator_level(name, level), row, found, gate) for level, row in kept.items()]
        note = RARE.format("levels") if len(kept) < len(rows) else ""
    elif fit.get("mediation"):
        caption, paths, note = "The paths", fit["mediation"], ""
        lines = [_part_line(title, paths[name], found, gate) for name, title in PATHS.items() if paths.get(name)]
    else:
        return None
    head = ("", "Estimate", "95% CI", "SE", "df", "p")
    return Table(f"details_{found.name}", caption, head, tuple(lines), note)


def _levels(found: Finding, held: Mapping[str, Mapping[str, int]]) -> Mapping[str, int]:
    """Clients behind each level of a hypothesis' moderator."""
    return held.get(f"{found.spec.exposure.mode}_within", {})


def _part_line(title: str, row: Row, found: Finding, gate: Gate) -> Line:
    return Line(words.title(title), _effect_cells(row, found, gate))


def _effect_cells(row: Row, found: Finding, gate: Gate) -> tuple[Value, ...]:
    estimate, error, interval = _estimate(row, digits_for(row.get("std_error")), found.clients, gate)
    df = degrees(row.get("df"), gate, found.clients)
    return estimate, interval, error, df, p_cell(row.get("p_value"))


def checks_plot(found: Finding, fit: Row, gate: Gate) -> Strip | None:
    """The effect in the main model and under every check on the same scale; None without such a check."""
    own, effect = [], found.effect
    for row in fit.get("battery", []):
        if row.get("applies") and row["check"] not in (*OTHER_SCALE, *EXTREMES):
            kind = "failed" if row["check"] in found.failed_checks else "passed"
            mark = _mark(words.check(row), row, kind, found.clients, gate)
            own += [mark] if mark else []
    if not own or effect is None:
        return None
    estimate, low, high = (float(part.value or 0) for part in (effect.estimate, effect.low, effect.high))
    first = Mark("Main model", estimate, low, high, "primary")
    failed = listed([mark.label for mark in own if mark.kind == "failed"])
    unit = "log-odds" if effect.ratio else "scale points"
    alt = (
        f"Forest plot of the effect in {unit}: main model {effect.estimate} {effect.interval}, and {len(own)} checks. "
        f"Not passed: {failed or 'none'}."
    )
    caption = "The effect under each check, with 95% intervals (squares: not passed)"
    return strip(f"checks_{found.name}", caption, alt, [first, *own], unit.capitalize())


def _mark(label: str, row: Row, kind: str, clients: int, gate: Gate) -> Mark | None:
    digits = digits_for(row.get("std_error"))
    parts = [gate.number(row.get(name), digits, clients, "model").value for name in ("estimate", "conf_low", "conf_high")]
    if any(part is None for part in parts):
        return None
    estimate, low, high = (float(part or 0) for part in parts)
    return Mark(label, estimate, low, high, kind)


def battery_table(found: Finding, fit: Row, gate: Gate) -> Table:
    """Every check, with its estimate, whether it was passed, and whether the verdict hangs on it."""
    lines = []
    for row in fit["battery"]:
        extreme = row["check"] in EXTREMES
        shown = row.get("applies") and not extreme
        numbers = _numbers(row, found.clients, gate) if shown else (Shown(NO_CHECK), "", Shown(NO_CHECK))
        text = _own_words(row, found, numbers[0]) if row.get("applies") else ""
        text = text or gate.prose(str(row.get("sentence") or row.get("reason") or ""), f"hypothesis {found.name}")
        decides = "yes" if row["check"] in found.decisive else "no"
        lines.append(Line(words.check(row), (_outcome(row, found), decides, *numbers, text)))
    head = ("Check", "Passed", "Decides", "Estimate", "95% CI", "p", "What it says")
    note = "The verdict hangs on the checks that decide; the others are told for what they are worth."
    return Table(f"checks_{found.name}", "Attempts to prove it wrong", head, tuple(lines), note)


def coefficient_table(found: Finding, fit: Row, held: Mapping[str, Mapping[str, int]], gate: Gate) -> Table:
    """Every coefficient of the main model; levels held by too few clients are withheld."""
    thin = thin_terms(fit, held, gate.rules)
    terms = {str(row["term"]): row for row in fit.get("coefficients", [])}
    lines = [Line(term, _effect_cells(row, found, gate)) for term, row in terms.items() if term not in thin]
    gate.held_back[f"hypothesis {found.name}", "level too small"] += len(terms) - len(lines)
    head = ("Term", "Estimate", "95% CI", "SE", "df", "p")
    note = RARE.format("levels") if thin else ""
    return Table(f"coefficients_{found.name}", "All coefficients of the main model", head, tuple(lines), note)


def variance_table(found: Finding, fit: Row, gate: Gate) -> Table:
    """The random effects: standard deviations or covariances as the engine reports them."""
    lines = []
    for row in fit.get("variance", []):
        terms = [str(row[name]) for name in ("term_1", "term_2") if row.get(name)]
        covariance = gate.number(row.get("covariance"), 4, found.clients, "variance")
        correlation = gate.number(row.get("correlation"), 2, found.clients, "variance")
        lines.append(Line(str(row["group"]), (" × ".join(dict.fromkeys(terms)), covariance, correlation)))
    head = ("Group", "Term", "(Co)variance", "Correlation")
    return Table(f"variance_{found.name}", "Variance components", head, tuple(lines))


def counts_table(name: str, fit: Row, gate: Gate) -> Table:
    """Ratings and clients from the linked ratings to the model's rows."""
    lines = []
    for row in fit["counts"]:
        step = str(row["step"])
        clients = gate.count(model_key(name, step), f"hypothesis {name}") if row.get("clients") is not None else Shown("–")
        lines.append(Line(words.title(step), (model_rows(name, row, gate), clients)))
    return Table(f"counts_{name}", "From ratings to the model", ("Step", "Ratings", "Clients"), tuple(lines))


def _own_words(row: Row, found: Finding, estimate: Shown) -> str:
    """What a check says, where its own sentence would give an extreme or other digits than the table."""
    if row["check"] in EXTREMES:
        return words.leave_one_out(row.get("passed"))
    if row["check"] == "unadjusted" and found.effect and estimate.value is not None:
        without = listed([words.plain(name) for name in found.spec.covariates], "or")
        return f"Without {without}, on the same ratings, the estimate is {estimate} instead of {found.effect.estimate}."
    return ""


def _outcome(row: Row, found: Finding) -> str:
    if not row.get("applies"):
        return "does not apply"
    if row["check"] in found.failed_checks:
        return "✗ no"
    return "–" if row.get("passed") is None else "✓ yes"


def _numbers(row: Row, clients: int, gate: Gate) -> tuple[Shown, str, Shown]:
    digits = digits_for(row.get("std_error"))
    estimate, _, interval = _estimate(row, digits, clients, gate)
    return estimate, interval, p_cell(row.get("p_value"))


def _estimate(row: Row, digits: int, clients: int, gate: Gate) -> tuple[Shown, Shown, str]:
    names = ("estimate", "std_error", "conf_low", "conf_high")
    estimate, error, low, high = (gate.number(row.get(name), digits, clients, "model") for name in names)
    return estimate, error, bracket(low, high) if low.value is not None else ""
