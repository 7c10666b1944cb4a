"""Fits and verdicts in the form of dicts that some sections still read; it goes when they read the records themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.attempts import label_of, sentence
from pipeline.results.attempt import Attempt
from pipeline.results.estimate import Estimate
from pipeline.results.fit import Fit
from pipeline.results.verdict import Judged, Verdicts
from pipeline.vocabulary.results import CEILINGS, RULES, note_text, reason_text

PASSED = {"held": True, "broke": False, "speaks_against": False, "not_clear": False}
NUMBERS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")


def fit_row(fit: Fit, judged: Judged) -> dict[str, Any]:
    """A fit with its attempts."""
    row = fit.model_dump(mode="json")
    last = [step.model_dump() for step in fit.counts]
    return {
        **row,
        "counts": last,
        "reason": reason_text(fit.reason) if fit.reason else None,
        "sentences": [note_text(one, exact=True) for one in fit.notes],
        "ceiling": CEILINGS[fit.ceiling] if fit.ceiling else None,
        "max_leverage": max((model.max_leverage for model in fit.models), default=None),
        "battery": [attempt_row(one, fit) for one in judged.attempts],
    }


def verdict_row(judged: Judged, fit: Fit) -> dict[str, Any]:
    """A verdict."""
    return {
        "verdict": judged.verdict,
        "role": judged.role,
        "rule": RULES[judged.rule],
        "reasons": reasons(judged, fit),
        "p_value": judged.p_value,
        "p_adjusted": judged.p_adjusted,
        "correction": judged.correction,
    }


def verdicts_row(verdicts: Verdicts, fits: Mapping[str, Fit]) -> dict[str, Any]:
    """All verdicts, and the lock."""
    own = {name: verdict_row(judged, fits[name]) for name, judged in verdicts.hypotheses.items()}
    return {"hypotheses": own, "lock": verdicts.lock.model_dump(mode="json")}


def reasons(judged: Judged, fit: Fit) -> list[str]:
    """What a verdict rests on, as texts."""
    said = [reason_text(judged.reason)] if judged.reason else []
    known = {one.check: one for one in judged.attempts}
    found = [known[name] for name in judged.decided_by]
    said += [f"{label_of(one, fit)}: {sentence(one, fit)}" for one in found]
    if judged.rule == "ceiling" and judged.ceiling:
        said.append(CEILINGS[judged.ceiling])
    if judged.deviations:
        said.append(f"Declared confirmatory, stamped exploratory: {'; '.join(judged.deviations)}")
    return said


def attempt_row(attempt: Attempt, fit: Fit) -> dict[str, Any]:
    """A check."""
    number: Estimate | None = attempt.estimate
    numbers = {name: getattr(number, name) if number else None for name in NUMBERS}
    return {
        "check": attempt.check,
        "label": label_of(attempt, fit),
        "applies": attempt.state != "not_applicable",
        "passed": PASSED.get(attempt.state),
        "sentence": sentence(attempt, fit),
        "reason": reason_text(attempt.reason) if attempt.reason else None,
        **numbers,
    }
