"""Whether two groupings of rows are one, so that their variances cannot be told apart."""

from __future__ import annotations

import numpy as np

from pipeline.exposure.visits import Integers

TELLING = 3  # coarse groups with several fine ones, or the other way round: as many as workers are needed at all


def one_grouping(fine: Integers, coarse: Integers) -> bool:
    """Whether two groupings (clients and workers, workers and agencies) are, but for very few, the same groups of rows.

    They are told apart by workers with several clients and by clients with several workers: fewer than `TELLING` of these
    leave one variance to be split into two at will.
    """
    pairs = np.unique(np.column_stack([fine, coarse]), axis=0)
    several = sum(int((np.bincount(column) > 1).sum()) for column in pairs.T)
    return several < min(TELLING, int(coarse.max()) + 1)
