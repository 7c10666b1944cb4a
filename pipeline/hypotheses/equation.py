"""The equation of a design, as text in the model's own column names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

SYMBOL = {"client_id": "client", "worker_id": "worker"}


def equation(
    outcome: str,
    fixed: Sequence[str],
    random: Mapping[str, Sequence[str]],
    uncorrelated: frozenset[str] = frozenset(),
) -> str:
    """`outcome = b0 + b1*joint_within + ... + [1 + time | client] + residual`; `||` stands for no correlations."""
    terms = ["b0", *(f"b{i}*{name}" for i, name in enumerate(fixed, start=1))]
    bar = {group: "||" if group in uncorrelated and len(names) > 1 else "|" for group, names in random.items()}
    effects = [f"[{' + '.join(names)} {bar[group]} {SYMBOL.get(group, group)}]" for group, names in random.items()]
    return f"{outcome} = " + " + ".join([*terms, *effects, "residual"])


def outcome_name(score: str, kind: str, minus: str | None) -> str:
    """What stands on the left: a score, a difference of scores, or what else is asked."""
    if kind == "dyad_gap":
        return f"|{score}, client - worker|"
    if kind in ("no_show", "dropout"):
        return f"log-odds of {kind}"
    return f"({score} - {minus})" if minus else score


def tested_words(weights: Mapping[str, float]) -> str:
    """The tested number as a formula: `joint_within - worker_solo_within`; a level of a moderator against the others."""
    leveled = [name for name in weights if name.endswith("]")]
    if len(leveled) == len(weights) > 2:
        chosen = max(weights, key=lambda name: weights[name])
        return f"{chosen} - mean of the {len(weights) - 1} other levels"
    parts = [f"{_sign(weight, i)}{_factor(weight)}{name}" for i, (name, weight) in enumerate(weights.items())]
    return re.sub(r"\s+", " ", " ".join(parts)).strip()


def _sign(weight: float, position: int) -> str:
    if position == 0:
        return "-" if weight < 0 else ""
    return "- " if weight < 0 else "+ "


def _factor(weight: float) -> str:
    return "" if abs(weight) == 1 else f"{abs(weight):.4g}*"
