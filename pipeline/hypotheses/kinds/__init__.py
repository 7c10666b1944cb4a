"""Kinds of hypotheses: a folder each, found by its name in `KINDS`, which is all that registers one.

A kind's folder holds `rules` (what of params.yaml it claims and what it cannot take), `evaluate` (its fit), `explain` (what
would be fitted), `battery` (its checks) and `words` (what a reader is told). Whoever needs one of these says so in `LOADS`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pipeline.base.errors import Problem
    from pipeline.base.params import Hypothesis, Plan

KINDS = ("mediation", "hazard", "multilevel")  # the first that claims a hypothesis has it
LOADS = ("pipeline.hypotheses.kinds.*.rules",)


class KindRules(Protocol):
    """A kind's `rules`: OUTCOMES are the values of `outcome.kind` it brings."""

    OUTCOMES: tuple[str, ...]

    def claims(self, plan: Plan) -> bool:
        """Whether a hypothesis is of this kind."""
        ...

    def problems(self, at: str, hypothesis: Hypothesis) -> Iterator[Problem]:
        """What cannot be meant as it stands."""
        ...


def rules_of(kind: str) -> KindRules:
    """The rules of a kind."""
    found: KindRules = importlib.import_module(f"{__name__}.{kind}.rules")
    return found


def kind_of(plan: Plan) -> str:
    """The kind of a hypothesis."""
    return next(kind for kind in KINDS if rules_of(kind).claims(plan))


def outcome_kinds() -> tuple[str, ...]:
    """Every value `outcome.kind` may have."""
    return tuple(outcome for kind in KINDS for outcome in rules_of(kind).OUTCOMES)
