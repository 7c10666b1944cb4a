"""The study on its grid, for one hypothesis: every attended session of those who rate, with windows, ledger and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.exposure.grid import AFTER, never_rated, rated_everywhere, with_leavers
from pipeline.exposure.ledger import build as build_ledger
from pipeline.exposure.occasions import build as build_occasions
from pipeline.exposure.visits import Booleans, Floats

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Exposure, Plan
    from pipeline.base.specs import RatingSpec

LEFT = "after_dropout"  # the column that marks sessions of those who had left
OTHER_SIDE = "other_side"  # the other rater's score of the same session, for the distance between the two


@dataclass(frozen=True)
class Grid:
    """One row an attended session in the hypothesis' series; scores that were never given are NaN.

    `occasions` has, beside what `link` leaves, a column for each rating that helps (`rating_column`), and `after_dropout`.
    `client_columns` are those that the clients' table brought.
    """

    occasions: pd.DataFrame
    ledger: pd.DataFrame
    client_columns: frozenset[str]
    never_rated: int


def rating_column(spec: RatingSpec) -> str:
    """The column of a rating that helps to impute."""
    return f"rating_{spec.instrument}_{spec.score}_{spec.rater}"


def grid_of(
    plan: Plan, tables: Mapping[str, pd.DataFrame], scores: pd.DataFrame, exposure: Exposure, *, leavers: bool = False
) -> Grid:
    """The grid of a hypothesis; with `leavers` also the sessions that those who dropped out would have had."""
    outcome = plan.outcome
    outside = never_rated(tables["sessions"], scores, outcome.instrument, outcome.rater)
    wider = with_leavers(tables) if leavers else dict(tables)
    rated = rated_everywhere(wider["sessions"], scores, outcome.instrument, outcome.rater)
    occasions = build_occasions(wider, rated, exposure)
    ledger = build_ledger(wider.get("advocacy"), occasions, exposure)
    beside: dict[str, Floats | Booleans] = {}
    for spec in (one for one in (plan.missing.auxiliary if plan.missing else ()) if not isinstance(one, str)):
        beside[rating_column(spec)] = _by_session(occasions, scores, spec.instrument, spec.score, spec.rater)
    if outcome.kind == "dyad_gap":
        other = "worker" if outcome.rater == "client" else "client"
        beside[OTHER_SIDE] = _by_session(occasions, scores, outcome.instrument, outcome.score, other)
    beside[LEFT] = occasions["session_id"].astype("str").str.startswith(AFTER).to_numpy(dtype=bool)
    clients = frozenset(tables["clients"].columns) - {"client_id"} if "clients" in tables else frozenset()
    return Grid(occasions.assign(**beside), ledger, clients, outside)


def _by_session(occasions: pd.DataFrame, scores: pd.DataFrame, instrument: str, score: str, rater: str) -> Floats:
    own = (scores["instrument"] == instrument) & (scores["rater"] == rater) & (scores["score"] == score)
    theirs = scores[own.to_numpy(dtype=bool)].drop_duplicates("session_id").set_index("session_id")["value"]
    return np.asarray(theirs.reindex(occasions["session_id"]).to_numpy(dtype=np.float64, na_value=np.nan))
