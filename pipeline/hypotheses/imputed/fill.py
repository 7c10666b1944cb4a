"""Drawn cells put into the grid, and lowered for the question what if it had been worse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.base.column_names import score_column
from pipeline.exposure.parts import sd_within
from pipeline.exposure.visits import Floats, codes_of
from pipeline.hypotheses.design.coder import number_of
from pipeline.hypotheses.imputed.grid import LEFT, OTHER_SIDE
from pipeline.imputation.worse import lowered_values

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Plan


def filled_grid(occasions: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """The grid with the cells of one imputation in their places (a yes/no again as one)."""
    import pandas as pd
    from pandas.api.types import is_bool_dtype

    filled: dict[str, Floats | pd.arrays.BooleanArray] = {}
    for column, part in cells.groupby("column", sort=True):
        name = str(column)
        values = number_of(occasions[name]).copy()
        values[part["row"].to_numpy()] = part["value"].to_numpy()
        if is_bool_dtype(occasions[name]):
            filled[name] = pd.arrays.BooleanArray(values > 0.5, np.isnan(values))
        else:
            filled[name] = values
    return occasions.assign(**filled)


def lowered_grid(
    plan: Plan, filled: pd.DataFrame, given: pd.DataFrame, delta: float, mechanism: Literal["skipped", "after_dropout"]
) -> pd.DataFrame:
    """The filled grid, drawn ratings lower by `delta` within-client SDs of those given: the skipped, or the leavers'."""
    left = given[LEFT].to_numpy(dtype=bool)
    of = left if mechanism == "after_dropout" else ~left
    changed: dict[str, Floats] = {}
    for name in own_scores(plan):
        values = number_of(given[name])
        drawn = np.isnan(values) & of & np.isfinite(number_of(filled[name]))
        changed[name] = lowered_values(number_of(filled[name]), drawn, delta, spread_of(given, values))
    return filled.assign(**changed)


def own_scores(plan: Plan) -> tuple[str, ...]:
    """The rater's own scores of the outcome."""
    minus = plan.contrast.outcome_minus if plan.contrast else None
    return tuple(score_column(name) for name in (plan.outcome.score, minus) if name)


def spread_of(given: pd.DataFrame, values: Floats) -> float:
    """The pooled SD within clients of the ratings that were given."""
    known = np.isfinite(values)
    return sd_within(values[known], np.unique(codes_of(given["client_id"])[known], return_inverse=True)[1])


def outcome_override(plan: Plan, filled: pd.DataFrame) -> Floats | None:
    """The outcome where it is no score of the row itself: the distance to the other rater's."""
    if plan.outcome.kind != "dyad_gap":
        return None
    return np.asarray(np.abs(number_of(filled[score_column(plan.outcome.score)]) - number_of(filled[OTHER_SIDE])))
