"""What would be fitted for a hypothesis about missed sessions or dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.hypotheses.design.equation import formula_of_tested
from pipeline.hypotheses.kinds.hazard.model import at_risk, hazard_equation
from pipeline.hypotheses.kinds.multilevel.explain import rows_of_model

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan

UNIT = "in log-odds over 1.81"
SAID = (
    "Fitted as a logistic regression over sessions at risk, errors clustered by {cluster}. {events} events in {rows} rows.\n"
    "Checks: joint minus each control, and the window before beside it, in log-odds; what ends a series has no exposure "
    "after it."
)


def explain(plan: Plan, occasions: pd.DataFrame, ledger: pd.DataFrame, compute: Compute) -> list[str]:
    """Model, tested number, events and rows."""
    rows = at_risk(plan, occasions, ledger, compute)
    outcome = rows.design.outcome
    cluster = "worker" if rows.design.rows.agency is None else "agency"
    said = SAID.format(cluster=cluster, events=int(outcome.sum()), rows=len(outcome))
    tested = f"Tested: {formula_of_tested(rows.design.tested)}"
    return [f"Model: {hazard_equation(plan, rows.design)}", tested, said, rows_of_model(rows.sample)]
