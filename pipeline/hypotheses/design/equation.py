"""The equation of a design, as text in the model's own column names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.base.params import Plan

SYMBOL = {"client_id": "client", "worker_id": "worker", "agency_id": "agency"}


def equation(
    outcome: str,
    fixed: Sequence[str],
    random: Mapping[str, Sequence[str]],
    uncorrelated: frozenset[str] = frozenset(),
    *,
    residual: bool = True,
) -> str:
    """`outcome = b0 + b1*joint_within + ... + [1 + time | client] + residual`; `||` stands for no correlations."""
    terms = ["b0", *(f"b{i}*{name}" for i, name in enumerate(fixed, start=1))]
    bar = {group: "||" if group in uncorrelated and len(names) > 1 else "|" for group, names in random.items()}
    effects = [f"[{' + '.join(names)} {bar[group]} {SYMBOL.get(group, group)}]" for group, names in random.items()]
    return f"{outcome} = " + " + ".join([*terms, *effects, *(["residual"] if residual else [])])


def outcome_name(score: str, kind: str, minus: str | None) -> str:
    """What stands on the left where ratings are asked for: a score, a distance, or a difference of scores."""
    if kind == "dyad_gap":
        return f"|{score}, client - worker|"
    return f"({score} - {minus})" if minus else score


def left_side(plan: Plan) -> str:
    """The outcome of a plan in words of the equation."""
    minus = plan.contrast.outcome_minus if plan.contrast else None
    return outcome_name(plan.outcome.score, plan.outcome.kind, minus)


def formula_of_tested(weights: Mapping[str, float], *, levels: bool = False) -> str:
    """The tested number as a formula: `joint_within - worker_solo_within`; `levels`: one level against the others."""
    if levels and len(weights) > 2:
        chosen = max(weights, key=lambda name: weights[name])
        return f"{chosen} - mean of the {len(weights) - 1} other levels"
    return "".join(_signed(weight, name, first=i == 0) for i, (name, weight) in enumerate(weights.items()))


def _signed(weight: float, name: str, *, first: bool) -> str:
    sign = ("-" if weight < 0 else "") if first else (" - " if weight < 0 else " + ")
    factor = "" if abs(weight) == 1 else f"{abs(weight):.4g}*"
    return f"{sign}{factor}{name}"
