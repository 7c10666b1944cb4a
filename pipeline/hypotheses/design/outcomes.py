"""The scores an outcome is made of: one, or two whose difference it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.base.column_names import score_column
from pipeline.exposure.visits import Floats
from pipeline.hypotheses.design.coder import number_of

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Plan


def scores_of(plan: Plan, frame: pd.DataFrame) -> dict[str, Floats]:
    """By name, over the rows of the series: the declared score, and the one subtracted from it."""
    minus = plan.contrast.outcome_minus if plan.contrast else None
    names = (plan.outcome.score, minus) if minus else (plan.outcome.score,)
    return {name: number_of(frame[score_column(name)]) for name in names}
