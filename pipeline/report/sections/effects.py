"""The effect plot of a hypothesis: what its model predicts along the dose, from released estimates only, never from rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.base.params import Hypothesis
from pipeline.disclosure.gate import Gate
from pipeline.report import sentences, words
from pipeline.report.findings import HAZARDS, Effect, Finding
from pipeline.report.numbers import bracket, digits_for
from pipeline.report.slopes import Slope, slopes
from pipeline.report.strip import Strip

Row = Mapping[str, Any]
DOSES = {"within": (-1.0, 0.0, 1.0, 2.0), "contextual": (-1.0, 0.0, 1.0), "between": (-0.5, 0.0, 0.5)}
MINUTES = 60.0  # doses in minutes are drawn by the hour
ABOVE = tuple(i / 4 for i in range(9))  # a hazard's dose is a count, not a deviation from the usual


@dataclass(frozen=True)
class Part:
    """One line to draw: its effect for one more unit of dose, as shown, and how much it lies above the model's level."""

    label: str
    estimate: float
    low: float
    high: float
    text: str
    shift: float = 0.0


def effect_plot(found: Finding, fit: Row, levels: Mapping[str, int], gate: Gate) -> Strip | None:
    """The plot; `levels` gives the clients behind each level of a moderator. None where there is no line to draw."""
    if found.effect is None:
        return None
    parts = _parts(found, found.effect, fit, levels, gate)
    if not parts:
        return None
    spec = found.spec
    base = None if spec.outcome.kind in HAZARDS else _level(found, fit, gate)
    drawn = [_slope(part, spec, base) for part in parts]
    alt = _alt(found, parts)
    at = 1.0 if spec.outcome.kind in HAZARDS else (base or 0.0)
    return slopes(f"effect_{found.name}", _caption(spec, base), alt, drawn, _axes(spec, base), at)


def thin(level: str, levels: Mapping[str, int], gate: Gate) -> bool:
    """Whether a level is held by too few clients; points along a number are no groups of clients."""
    return bool(levels) and not gate.group(levels.get(level, 0))


def _parts(found: Finding, effect: Effect, fit: Row, levels: Mapping[str, int], gate: Gate) -> list[Part]:
    spec = found.spec
    if fit.get("moderation"):
        rows = [row for row in fit["moderation"]["levels"] if not thin(str(row["level"]), levels, gate)]
        made = [_part(words.moderator_level(str(spec.moderator), str(row["level"])), row, found, gate) for row in rows]
        return [part for part in made if part]
    if fit.get("mediation"):
        direct = _part("beside the mediator", fit["mediation"]["direct"], found, gate)
        through = _own("through the mediator", effect)
        return [through, direct] if direct else []
    if spec.contrast and spec.contrast.minus:
        return _pair(found, fit, gate)
    return [_own(words.mode(spec.exposure.mode), effect)]


def _pair(found: Finding, fit: Row, gate: Gate) -> list[Part]:
    """The two exposures of a contrast side by side; none where the model has no term for one of them."""
    spec, made = found.spec, []
    part = "between" if found.spec.effect == "contextual" else found.spec.effect
    for mode in (spec.exposure.mode, spec.contrast.minus if spec.contrast else None):
        row = next((row for row in fit["coefficients"] if row["term"] in (f"{mode}_{part}", mode)), None)
        one = _part(words.mode(str(mode)), row, found, gate) if row else None
        made += [one] if one else []
    return made if len(made) == 2 and spec.effect != "contextual" else []


def _part(label: str, row: Row, found: Finding, gate: Gate) -> Part | None:
    digits = digits_for(row.get("std_error"))
    shown = [
        gate.number(row.get(name), digits, found.clients, "effect plot") for name in ("estimate", "conf_low", "conf_high")
    ]
    if any(one.value is None for one in shown):
        return None
    estimate, low, high = (float(one.value or 0) for one in shown)
    return Part(label, estimate, low, high, f"{shown[0]} {bracket(shown[1], shown[2])}")


def _own(label: str, effect: Effect) -> Part:
    estimate, low, high = (float(part.value or 0) for part in (effect.estimate, effect.low, effect.high))
    return Part(label, estimate, low, high, f"{effect.estimate} {effect.interval}")


def _level(found: Finding, fit: Row, gate: Gate) -> float | None:
    """The rating the model predicts at the usual dose; None where the lines would need more than one such level."""
    spec = found.spec
    own_levels = spec.moderator in words.EPISODE_FACTS
    if (
        spec.outcome.kind != "score"
        or (spec.contrast and spec.contrast.outcome_minus)
        or (spec.moderator and not own_levels)
    ):
        return None
    row = next((row for row in fit["coefficients"] if row["term"] == "Intercept"), None)
    value = gate.number(row.get("estimate"), digits_for(row.get("std_error")), found.clients, "effect plot") if row else None
    return float(value.value) if value is not None and value.value is not None else None


def _slope(part: Part, spec: Hypothesis, base: float | None) -> Slope:
    at = _doses(spec)
    unit = MINUTES if spec.exposure.dose == "minutes" else 1.0
    ends = [sorted((part.low * x * unit, part.high * x * unit)) for x in at]
    columns = [part.estimate * x * unit for x in at], [low for low, _ in ends], [high for _, high in ends]
    hazard = spec.outcome.kind in HAZARDS
    mean, low, high = (tuple(math.exp(v) if hazard else v + (base or 0.0) for v in column) for column in columns)
    return Slope(part.label, at, mean, low, high)


def _doses(spec: Hypothesis) -> tuple[float, ...]:
    if spec.exposure.dose == "any":
        return (0.0, 1.0)
    if spec.outcome.kind in HAZARDS:
        return ABOVE
    return DOSES.get(spec.effect, DOSES["between"])


def _axes(spec: Hypothesis, base: float | None) -> tuple[str, str]:
    unit = {"any": "Any episode", "minutes": "Hours"}.get(spec.exposure.dose, "Episodes")
    noun = "advocacy" if spec.contrast and spec.contrast.minus else words.exposure(spec.exposure)
    if spec.outcome.kind in HAZARDS:
        along = f"{unit} of {noun} before" + (" (0: none, 1: any)" if spec.exposure.dose == "any" else "")
        return along, f"Odds of {sentences.event(spec)}, against none (1: the same)"
    if spec.exposure.dose == "any":
        along = f"{unit} of {noun} before the rating (0: no, 1: yes)"
    else:
        usual = "than is usual for the client" if spec.effect == "within" else "on average than others"
        along = f"{unit} of {noun} more or fewer {usual}"
    return along, f"{'Predicted rating' if base is not None else 'Predicted difference'}: {sentences.outcome(spec)}, points"


def _caption(spec: Hypothesis, base: float | None) -> str:
    usual = "none" if spec.exposure.dose == "any" or spec.outcome.kind in HAZARDS else "the usual dose"
    text = f"What the model predicts along the dose. Bands or bars: 95% interval of the difference from {usual}"
    if base is None:
        return f"{text}."
    categories = [words.plain(name) for name in spec.covariates if name in words.CATEGORIES]
    at = f", at the first level of {' and '.join(categories)}" if categories else ""
    return f"{text}. The level is that of an average client{at}."


def _alt(found: Finding, parts: list[Part]) -> str:
    """What the plot shows, as strong as the verdict and no stronger."""
    spec = found.spec
    unit = "for any episode against none" if spec.exposure.dose == "any" else "for one more"
    scale = "log-odds" if spec.outcome.kind in HAZARDS else "points"
    unit = "for one more minute" if spec.exposure.dose == "minutes" else unit
    told = "; ".join(f"{part.label} {part.text}" for part in parts)
    what = sentences.outcome_short(spec)
    plot = f"Line plot of what the model predicts along the dose: {what}"
    return f"{plot}. Slope in {scale} {unit}: {told}. Verdict: {found.verdict}."
