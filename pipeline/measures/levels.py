"""How much of a score's variance lies between workers, between clients of one worker, and between sessions of one client."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.base.errors import ModelError
from pipeline.measures.rated import Rated

Row = dict[str, object]
LEVELS = {"worker": "worker_id", "client": "client_id"}


def variance_shares(data: Rated, scores: pd.DataFrame) -> list[Row]:
    """The ICC of every score at worker, client and session level (random intercepts, REML); levels with one unit left out.

    `scores`: the long scores table. The session's share is what is left, measurement error included.
    """
    own = scores[(scores["instrument"] == data.instrument.id) & (scores["rater"] == data.rater)]
    rows = []
    for score in (name for name in data.instrument.scores if data.has_items or (own["score"] == name).any()):
        values = own.loc[own["score"] == score, ["session_id", "value"]].dropna()
        table = data.table.merge(values, on="session_id", how="inner")
        counts = {"n": len(table), "clients": table["client_id"].nunique(), "workers": table["worker_id"].nunique()}
        rows.append({**data.names, "score": score, **counts, **_shares(table)})
    return rows


def _shares(table: pd.DataFrame) -> Row:
    from pipeline.multilevel import fit

    grouped = [column for column in LEVELS.values() if 1 < table[column].nunique() < len(table)]
    empty: Row = {"worker": None, "client": None, "session": None, "note": ""}
    if "client_id" not in grouped or table["value"].std() == 0:
        return empty | {"note": "too few ratings a client"}
    if "worker_id" in grouped and _same_grouping(table):
        grouped.remove("worker_id")
        empty["note"] = "each worker has one client: the two levels cannot be told apart"
    try:
        random = {column: ["1"] for column in grouped}
        model = fit(table[[*grouped, "value"]], outcome="value", fixed=[], random=random, df="none")
    except ModelError as error:
        return empty | {"note": error.problems[0].what}
    icc = model.icc()
    found = {level: float(icc[column]) for level, column in LEVELS.items() if column in grouped}
    return empty | found | {"session": float(1 - np.sum(list(found.values()))), "singular": bool(model.singular)}


def _same_grouping(table: pd.DataFrame) -> bool:
    return bool(len(table[["worker_id", "client_id"]].drop_duplicates()) == table["worker_id"].nunique())
