"""A mediation as another person tells it: the mediator, or else the outcome, reported by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.hypotheses.design.terms import Design
from pipeline.hypotheses.kinds.mediation.paths import mediated_rows, mediator_of, path_designs
from pipeline.hypotheses.kinds.mediation.rules import KEPT_BY
from pipeline.results.reason import NotEstimable, Reason, reason

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

OTHER = {"empathy_client": "empathy_worker", "empathy_worker": "empathy_client"}  # the same, told by somebody else
RATERS = ("client", "worker", "observer")


@dataclass(frozen=True)
class OtherPerson:
    """The plan with another person's report, and the designs of both its paths on the rows that have it."""

    plan: Plan
    first: Design
    second: Design


def other_person(
    plan: Plan, frame: pd.DataFrame, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute
) -> OtherPerson | Reason:
    """Both paths as another person tells them; why not, where there is no other report or too little of it.

    `frame`: the occasions of the plan's own series; `occasions`, `ledger`: of all.
    """
    other = other_plan(plan, frame, occasions)
    if isinstance(other, Reason):
        return other
    try:
        first, second = path_designs(other, *mediated_rows(other, occasions, ledger), compute)
    except NotEstimable as error:
        return error.reason
    return OtherPerson(other, first, second)


def other_plan(plan: Plan, frame: pd.DataFrame, occasions: pd.DataFrame) -> Plan | Reason:
    """The question with another person's report of the mediator, else of the outcome; why not, where there is none."""
    spec, rater = mediator_of(plan), plan.outcome.rater
    if KEPT_BY[spec.column] != rater:
        return reason("raters_differ")
    column = OTHER.get(spec.column)
    if column is not None and column in frame and frame[column].notna().any():
        return plan.model_copy(update={"mediator": spec.model_copy(update={"column": column})})
    known = set(occasions["rater"][occasions["instrument"] == plan.outcome.instrument].astype("object"))
    another = next((one for one in RATERS if one != rater and one in known), None)
    if another is None or plan.outcome.kind != "score":
        return reason("no_other_rater")
    return plan.model_copy(update={"outcome": plan.outcome.model_copy(update={"rater": another})})
