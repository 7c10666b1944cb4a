"""What would be fitted for a mediated hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.hypotheses.design.equation import equation
from pipeline.hypotheses.kinds.mediation.battery import CHECKS
from pipeline.hypotheses.kinds.mediation.paths import mediated_rows, mediator_of, path_designs
from pipeline.hypotheses.kinds.mediation.question import MediationQuestion
from pipeline.hypotheses.kinds.multilevel.explain import fitted_by, rows_of_model
from pipeline.vocabulary.checks import label_of_check
from pipeline.vocabulary.results import reason_text

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

UNIT = "within-client SDs"
PRODUCT = (
    "Tested: the first path times the second, plus the covariance of the clients' own paths; its interval by {draws:,} "
    "random draws."
)


def explain(plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute) -> list[str]:
    """Both paths, the tested number, engine and rows."""
    rows, mediator = mediated_rows(plan, occasions, ledger)
    first, second = path_designs(plan, rows, mediator, compute)
    paths = [
        f"First path: {equation(mediator_of(plan).column, first.fixed, first.random)}",
        f"Second path: {equation(plan.outcome.score, second.fixed, second.random)}",
    ]
    product = PRODUCT.format(draws=compute.draws)
    question = MediationQuestion(plan, occasions, ledger, rows, mediator, compute)
    return [*paths, product, fitted_by(compute, second), rows_of_model(rows), "Checks:\n" + "\n".join(_checks(question))]


def _checks(question: MediationQuestion) -> list[str]:
    reasons = {name: check.not_applicable(question) for name, check in CHECKS.items()}
    return [
        f"  {label_of_check(name)}" if why is None else f"  (not: {label_of_check(name)}; {reason_text(why, exact=True)})"
        for name, why in reasons.items()
    ]
