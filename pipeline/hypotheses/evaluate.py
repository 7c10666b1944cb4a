"""Evaluate one hypothesis: by its kind, into a fit, or into the reason why there is no number. Nothing gets past this."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol

from pipeline.base.errors import ModelError
from pipeline.hypotheses.design.sample import first_step
from pipeline.hypotheses.engines import engine_refusal
from pipeline.hypotheses.faults import defect_reason
from pipeline.hypotheses.kinds import kind_of
from pipeline.results.fit import Fit, Status
from pipeline.results.reason import NotEstimable, Reason, Step
from pipeline.results.trust import UNKNOWN, Trust

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

LOADS = ("pipeline.hypotheses.kinds.*.evaluate",)


class Evaluation(Protocol):
    """A kind's `evaluate`."""

    def evaluate(
        self, plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute, trust: Trust = UNKNOWN
    ) -> Fit:
        """The fit; NotEstimable or ModelError where the data do not carry it."""
        ...


def evaluate(plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute, trust: Trust = UNKNOWN) -> Fit:
    """The fit of one hypothesis on one study, but for its name and hashes. Never raises.

    `trust`: the scores' reliability within clients, without which the check of feedback cannot be computed.

    `not_estimable`: the data lack something; `not_computed`: a defect of the pipeline, told by its place in the code. Both
    have the reason and the counts as far as they got.
    """
    kind = "unknown"
    try:
        kind = kind_of(plan)
        return evaluation_of(plan).evaluate(plan, occasions, ledger, compute, trust)
    except NotEstimable as error:
        return _nothing(kind, plan, "not_estimable", error.reason, error.counts or _first(plan, occasions))
    except ModelError as error:
        return _nothing(kind, plan, "not_estimable", engine_refusal(error), _first(plan, occasions))
    except Exception as error:
        return _nothing(kind, plan, "not_computed", defect_reason(error), _first(plan, occasions))


def evaluation_of(plan: Plan) -> Evaluation:
    """The module that evaluates hypotheses of a plan's kind."""
    module: Evaluation = importlib.import_module(f"pipeline.hypotheses.kinds.{kind_of(plan)}.evaluate")
    return module


def _first(plan: Plan, occasions: pd.DataFrame) -> tuple[Step, ...]:
    """The first line of the counts, or none where even that is out of reach."""
    try:
        return (first_step(plan, occasions),)
    except Exception:
        return ()


def _nothing(kind: str, plan: Plan, status: Status, reason: Reason, counts: tuple[Step, ...]) -> Fit:
    return Fit(kind=kind, spec=plan, status=status, reason=reason, counts=counts)
