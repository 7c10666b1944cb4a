"""Reliability of a score within clients: how much of its change from rating to rating is shared by its items.

What the panel with feedback (pipeline/dynamic) takes as known: one minus it is measurement error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from pipeline.exposure.visits import codes_of
from pipeline.measures.alpha import Codes, Matrix, alpha_of
from pipeline.measures.rated import columns_of
from pipeline.measures.scoring import turn_reversed
from pipeline.results.trust import WithinReliability

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.measures.instrument import Instrument

FEWEST_CHANGES = 30  # ratings beyond the first of their client; fewer say little about covariances of change


def within_alpha(answers: Matrix, clients: Codes) -> float | None:
    """Alpha of the items' pooled covariance around clients' own means (ratings x items, NaN missing, keyed).

    k/(k-1) (1 - sum of item variances / variance of their sum), both within clients: a lower bound of the reliability of
    change where items share one factor (Cranford et al. 2006 call it R_C under equal items). None for one item, where too
    few clients rate twice, where nothing changes, or where it is not above zero.
    """
    covariance = within_covariance(answers, clients)
    if covariance is None or len(covariance) < 2 or not covariance.sum() > 0:
        return None
    found = alpha_of(covariance)
    return found if found > 0 else None


def within_covariance(answers: Matrix, clients: Codes) -> Matrix | None:
    """The pooled covariance of items around clients' own means, over complete ratings; None with too few of them."""
    complete = ~np.isnan(answers).any(axis=1)
    rows, own = answers[complete], np.unique(clients[complete], return_inverse=True)[1]
    count = np.bincount(own) if len(own) else np.zeros(0, dtype=np.int64)
    spare = int(len(own) - len(count))
    if spare < FEWEST_CHANGES:
        return None
    sums = np.zeros((len(count), rows.shape[1]))
    np.add.at(sums, own, rows)
    around = rows - (sums / count[:, None])[own]
    return np.asarray(around.T @ around / spare)


def trust_of(ratings: pd.DataFrame, sessions: pd.DataFrame, instrument: Instrument) -> Iterator[WithinReliability]:
    """Reliability within clients of every score of one instrument, by rater; scores that cannot tell it are left out.

    `ratings`: session_id, rater and items as answered; `sessions`: session_id and client_id.
    """
    import pandas as pd

    place = pd.Index(sessions["session_id"].astype("object")).get_indexer(ratings["session_id"].astype("object"))
    clients = codes_of(sessions["client_id"])[place]
    answers = turn_reversed(ratings[instrument.columns].to_numpy(dtype=np.float64, na_value=np.nan), instrument)
    rater = ratings["rater"].astype("object").to_numpy()
    for name in instrument.raters:
        own = (rater == name) & (place >= 0)
        for score in instrument.scores if own.any() else ():
            found = within_alpha(answers[own][:, columns_of(instrument, score)], clients[own])
            if found is not None:
                yield WithinReliability(instrument=instrument.id, rater=name, score=score, value=found)
