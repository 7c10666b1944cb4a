"""What a fitted model must be like before its numbers may leave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.disclosure.rules import RESIDUAL_DF, Rules

FULL = 1 - 1e-9  # a leverage of 1, as far as floating point tells


def model_refusal(fit: Mapping[str, Any], rules: Rules) -> str | None:
    """Why a fit's numbers may not be released, or None: too few clients, residual df or a row it fits by itself."""
    if rules.exact or fit.get("status") != "estimated":
        return None
    last = fit["counts"][-1] if fit.get("counts") else {}
    clients, rows = last.get("clients"), last.get("rows")
    if clients is None or rows is None:
        return "it does not say how many clients it rests on"
    if clients < rules.min_cell:
        return f"it rests on fewer than {rules.min_cell} clients"
    if rows - len(fit.get("coefficients", [])) < RESIDUAL_DF:
        return f"it leaves fewer than {RESIDUAL_DF} residual degrees of freedom"
    leverage = fit.get("max_leverage")
    if leverage is not None and not leverage < FULL:
        return "it fits some row by itself"
    return None


def thin_terms(fit: Mapping[str, Any], held: Mapping[str, Mapping[str, int]], rules: Rules) -> frozenset[str]:
    """The coefficients of factor levels held by fewer clients than a release may show.

    `held` gives clients by column and level; a level it does not know counts as held by none.
    """
    if rules.exact:
        return frozenset()
    terms = [str(row["term"]) for row in fit.get("coefficients", [])]
    return frozenset(term for term in terms if any(n < rules.min_cell for n in _clients_of(term, held)))


def _clients_of(term: str, held: Mapping[str, Mapping[str, int]]) -> list[int]:
    found = []
    for part in term.split(":"):
        level = re.fullmatch(r"(.+?)\[(.+)\]", part)
        if level:
            found.append(held.get(level[1], {}).get(level[2], 0))
    return found
