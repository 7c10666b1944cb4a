"""What a fitted model must be like before its numbers may leave."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.disclosure.gate import Gate
from pipeline.disclosure.rules import RESIDUAL_DF
from pipeline.results.backing import Backing
from pipeline.results.fit import ModelFacts

FULL = 1 - 1e-9  # a leverage of 1, as far as floating point tells


def model_refusal(models: Iterable[ModelFacts], gate: Gate) -> str | None:
    """Why a fit's numbers may not be released, or None: some model behind them has too few people, residual df, or a row
    it fits by itself.
    """
    rules = gate.rules
    if rules.exact:
        return None
    for one in models:
        if not gate.group(Backing(one.clients, one.workers)):
            return f"it rests on fewer than {rules.min_cell} clients or {rules.min_workers} workers"
        if one.rows - one.coefficients < RESIDUAL_DF:
            return f"it leaves fewer than {RESIDUAL_DF} residual degrees of freedom"
        if not one.max_leverage < FULL:
            return "it fits some row by itself"
    return None
