"""The results as plain data: reports/estimates/<hypothesis>.json and one line a hypothesis in reports/metrics.json."""

from __future__ import annotations

from pipeline.disclosure.shown import Shown
from pipeline.report.attempts import Tried
from pipeline.report.claims import Claim
from pipeline.report.material import Material
from pipeline.vocabulary.outcomes import event_of

Value = Shown | str | None | tuple[str, ...] | dict[str, Shown | str | None] | tuple[dict[str, Shown | str | None], ...]


def estimate_of(claim: Claim, material: Material) -> dict[str, Value]:
    """One claim's released result: verdict, number in its unit, and every attempt with its state."""
    effect = claim.effect
    numbers: dict[str, Shown | str | None] | None = None
    if effect is not None:
        own, scaled = effect.own, effect.scaled
        numbers = {
            "estimate": own.estimate,
            "std_error": own.std_error,
            "df": own.df,
            "low": own.low,
            "high": own.high,
            "low_90": own.low_90,
            "high_90": own.high_90,
            "sd_estimate": scaled.estimate,
            "sd_low": scaled.low,
            "sd_high": scaled.high,
            "within_sd": effect.within_sd,
            "smallest_effect_points": effect.least,
        }
    return {
        "hypothesis": claim.name,
        "short": claim.short,
        "role": claim.role,
        "claim": claim.text,
        "verdict": claim.verdict,
        "rule": claim.rule,
        "decided_by": claim.decided_by,
        "reason": claim.reason or None,
        "unit": "log-odds" if event_of(claim.spec.outcome.kind) else "scale points",
        "per": _dose(claim, material),
        "effect": numbers,
        "p": effect.own.p.text if effect else None,
        "p_adjusted": effect.p_adjusted.text if effect else None,
        "correction": claim.correction,
        "withheld": claim.refused,
        "attempts": tuple(_attempt(one) for one in claim.attempts),
    }


def _attempt(one: Tried) -> dict[str, Shown | str | None]:
    return {
        "check": one.check,
        "question": one.question,
        "state": one.state,
        "decides": "yes" if one.decides else "no",
        "reason": one.reason or None,
        "estimate": one.estimate,
        "low": one.low,
        "high": one.high,
    }


def metrics_of(claim: Claim) -> dict[str, Value]:
    """One claim as `dvc metrics diff` shows it moving: the number of its card, in points or as an odds ratio."""
    own = (claim.effect.odds or claim.effect.own) if claim.effect else None
    shown = own is not None and own.low.value is not None and own.high.value is not None
    return {
        "verdict": claim.verdict,
        "estimate": own.estimate if own else None,
        "interval": f"{own.low} to {own.high}" if own and shown else None,
        "p_adjusted": claim.effect.p_adjusted if claim.effect else None,
    }


def _dose(claim: Claim, material: Material) -> str | None:
    tested = material.fits[claim.name].tested
    return DOSES.get(tested.standardized.dose) if tested else None


DOSES = {
    "episode": "one episode more",
    "any_episode": "any episode against none",
    "minute": "one minute more",
    "undecayed_episode": "one undecayed episode more",
}
