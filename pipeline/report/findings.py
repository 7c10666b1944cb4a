"""A hypothesis' result as the report may tell it: verdict and effect, every number through the gate."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.base.params import Hypothesis, VerdictRules
from pipeline.disclosure.gate import Gate, fact
from pipeline.disclosure.models import model_refusal
from pipeline.disclosure.shown import Shown
from pipeline.report import words
from pipeline.report.numbers import bracket, digits_for, listed, p_cell, p_value, percent
from pipeline.report.reasons import plainly

NONE = Shown("–")
RULES = VerdictRules()
HAZARDS = ("dropout", "no_show")
CLEARED = ("supported", "suggestive", "opposite")  # verdicts that only a hypothesis with all deciding checks passed can get


@dataclass(frozen=True)
class Effect:
    """The tested effect in scale points and in within-client SDs; `p_text` as prose has it, `p` as a table has it."""

    estimate: Shown
    std_error: Shown
    df: Shown
    p: Shown
    p_text: Shown
    p_adjusted: Shown
    p_adjusted_text: Shown
    low: Shown
    high: Shown
    low_90: Shown
    high_90: Shown
    sd_estimate: Shown
    sd_low: Shown
    sd_high: Shown
    positive: bool
    excludes_zero: bool
    level: str | None
    ratio: Shown | None = None
    ratio_low: Shown = NONE
    ratio_high: Shown = NONE

    @property
    def ratio_interval(self) -> str:
        """The 95% interval of the odds ratio."""
        return bracket(self.ratio_low, self.ratio_high)

    @property
    def interval(self) -> str:
        """The 95% interval in scale points."""
        return bracket(self.low, self.high)

    @property
    def sd_interval(self) -> str:
        """The 95% interval in within-client SDs."""
        return bracket(self.sd_low, self.sd_high)


@dataclass(frozen=True)
class Finding:
    """One hypothesis, what was found, and by which rule it is called so."""

    name: str
    spec: Hypothesis
    role: str
    verdict: str
    rule: str
    reasons: tuple[str, ...]
    correction: str
    clients: int
    effect: Effect | None
    withheld: str | None = None
    failed: tuple[str, ...] = ()
    failed_checks: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()
    checks: str = ""
    compared: bool = False
    equivalence: str = "90%"

    @property
    def estimated(self) -> bool:
        """Whether there is an effect to show."""
        return self.effect is not None


def finding(
    name: str,
    spec: Hypothesis,
    fit: Mapping[str, Any],
    verdict: Mapping[str, Any],
    gate: Gate,
    rules: VerdictRules = RULES,
) -> Finding:
    """Gather one hypothesis' result; its effect is left out where there is none or where the gate refuses the model."""
    withheld = model_refusal(fit, gate.rules)
    clients = int(fit["counts"][-1]["clients"]) if fit.get("counts") else 0
    tested = fit.get("tested") if fit.get("status") == "estimated" and withheld is None else None
    if withheld:
        gate.held_back[f"hypothesis {name}", "model rule"] += 1
    applied = [row for row in fit.get("battery", []) if row.get("applies")]
    reasons = tuple(map(str, verdict.get("reasons") or ([fit["reason"]] if fit.get("reason") else [])))
    decisive = (*rules.direction_checks, *rules.specificity_checks, *rules.fragile_checks)
    cleared = decisive if verdict["verdict"] in CLEARED else ()
    failed = [row for row in applied if row["check"] not in cleared and _failed(row, reasons)]
    return Finding(
        name=name,
        spec=spec,
        verdict=str(verdict["verdict"]),
        rule=str(verdict.get("rule") or ""),
        role=str(verdict.get("role") or spec.role),
        reasons=tuple(gate.prose(plainly(reason), f"hypothesis {name}") for reason in reasons),
        correction=str(verdict.get("correction") or "none"),
        clients=clients,
        effect=effect(tested, verdict, clients, gate, name, spec.outcome.kind in HAZARDS) if tested else None,
        withheld=withheld,
        failed=tuple(words.check_clause(row) for row in failed if row["check"] in rules.fragile_checks),
        failed_checks=tuple(str(row["check"]) for row in failed),
        decisive=decisive,
        checks=listed([words.check(row) for row in applied if row["check"] in decisive]),
        compared=bool(spec.contrast and spec.contrast.minus)
        or any(row["check"] in rules.specificity_checks for row in applied),
        equivalence=percent(rules.equivalence_level),
    )


def _minus(spec: Hypothesis) -> bool:
    return bool(spec.contrast and spec.contrast.minus)


def _failed(row: Mapping[str, Any], reasons: tuple[str, ...]) -> bool:
    """Whether a check was not passed: the verdict's own reasons know it at the study's own alpha."""
    return row.get("passed") is False or any(reason.startswith(f"{row.get('label')}: ") for reason in reasons)


def effect(
    tested: Mapping[str, Any], verdict: Mapping[str, Any], clients: int, gate: Gate, name: str, odds: bool = False
) -> Effect:
    """The tested block of a fit as cleared numbers, digits by its standard error; log-odds as an odds ratio, too."""
    digits = digits_for(tested.get("std_error"))
    standardized = tested.get("standardized") or {}
    sd = standardized.get("outcome_sd_within")
    sd_digits = digits_for(tested["std_error"] / sd if sd and tested.get("std_error") else None)

    def shown(value: float | None, decimals: int = digits) -> Shown:
        return gate.number(value, decimals, clients, f"hypothesis {name}")

    def ratio(key: str) -> Shown:
        spread = math.exp(tested["estimate"]) * tested["std_error"]
        return gate.number(math.exp(tested[key]), max(2, digits_for(spread)), clients, f"hypothesis {name}")

    adjusted = verdict.get("p_adjusted")
    return Effect(
        estimate=shown(tested["estimate"]),
        std_error=shown(tested.get("std_error")),
        df=degrees(tested.get("df"), gate, clients),
        p=p_cell(tested.get("p_value")),
        p_text=p_value(tested.get("p_value")),
        p_adjusted=p_cell(adjusted),
        p_adjusted_text=p_value(adjusted),
        low=shown(tested.get("conf_low")),
        high=shown(tested.get("conf_high")),
        low_90=shown(tested.get("conf_low_90")),
        high_90=shown(tested.get("conf_high_90")),
        sd_estimate=shown(standardized.get("estimate"), sd_digits),
        sd_low=shown(standardized.get("conf_low"), sd_digits),
        sd_high=shown(standardized.get("conf_high"), sd_digits),
        positive=bool(tested["estimate"] >= 0),
        excludes_zero=bool(tested["conf_low"] > 0 or tested["conf_high"] < 0),
        level=level_of(str(tested.get("term") or "")),
        ratio=ratio("estimate") if odds else None,
        ratio_low=ratio("conf_low") if odds else NONE,
        ratio_high=ratio("conf_high") if odds else NONE,
    )


def level_of(term: str) -> str | None:
    """The level a moderated effect is about, from the tested number's formula; None for one along a number."""
    parts = re.findall(r"([+-]?)\s*[\w.*]*\[(.+?)\]", term)
    return next((level for sign, level in parts if sign != "-"), None)


def model_rows(name: str, step: Mapping[str, Any], gate: Gate) -> Shown:
    """The ratings left at a step from the linked ratings to a hypothesis' model, as a table and the metrics give them."""
    rows, clients = int(step["rows"]), step.get("clients")
    return gate.rows(rows, rows if clients is None else int(clients), f"hypothesis {name}")


def degrees(df: float | None, gate: Gate, clients: int) -> Shown:
    """Degrees of freedom: many of them tell the number of rows, so they are rounded like a count."""
    if df is None or df != df or df == float("inf"):
        return NONE
    return fact(df, 1) if df < 30 or gate.rules.exact else gate.rows(int(df), clients)
