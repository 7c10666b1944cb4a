"""How much of a score's variance lies between workers, between clients of one worker, and between sessions of one client."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.base.errors import ModelError
from pipeline.measures.rated import Rated
from pipeline.results.dyads import VarianceShares

LEVELS = {"worker": "worker_id", "client": "client_id"}


def variance_shares(data: Rated, scores: pd.DataFrame) -> list[VarianceShares]:
    """The ICC of every score at worker, client and session level (random intercepts, REML); levels with one unit left out.

    `scores`: the long scores table. The session's share is what is left, measurement error included.
    """
    own = scores[(scores["instrument"] == data.instrument.id) & (scores["rater"] == data.rater)]
    found = []
    for score in (name for name in data.instrument.scores if data.has_items or (own["score"] == name).any()):
        values = own.loc[own["score"] == score, ["session_id", "value"]].dropna()
        table = data.table.merge(values, on="session_id", how="inner")
        counted = VarianceShares(
            instrument=data.instrument.id,
            rater=data.rater,
            score=score,
            n=len(table),
            clients=int(table["client_id"].nunique()),
            workers=int(table["worker_id"].nunique()),
        )
        found.append(_with_shares(counted, table))
    return found


def _with_shares(counted: VarianceShares, table: pd.DataFrame) -> VarianceShares:
    from pipeline.multilevel import fit

    grouped, note = [column for column in LEVELS.values() if 1 < table[column].nunique() < len(table)], ""
    if "client_id" not in grouped or table["value"].std() == 0:
        return counted.model_copy(update={"note": "too few ratings a client"})
    if "worker_id" in grouped and _same_grouping(table):
        grouped.remove("worker_id")
        note = "each worker has one client: the two levels cannot be told apart"
    try:
        random = {column: ["1"] for column in grouped}
        model = fit(table[[*grouped, "value"]], outcome="value", fixed=[], random=random, df="none")
    except ModelError as error:
        return counted.model_copy(update={"note": error.problems[0].what})
    icc = model.icc()
    shares = {level: float(icc[column]) for level, column in LEVELS.items() if column in grouped}
    rest = float(1 - np.sum(list(shares.values())))
    return counted.model_copy(update={**shares, "session": rest, "singular": bool(model.singular), "note": note})


def _same_grouping(table: pd.DataFrame) -> bool:
    return bool(len(table[["worker_id", "client_id"]].drop_duplicates()) == table["worker_id"].nunique())
