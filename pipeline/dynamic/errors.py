"""Standard errors from influence values: by client and by worker, the larger of the two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.dynamic.arrays import Floats, Integers


@dataclass(frozen=True)
class PanelNumber:
    """An estimate with its standard error and degrees of freedom; `by_client` and `by_worker`: the two sandwich errors.

    `by_worker` holds the factor W / (W - 1) on its variance; None where all clients share one worker.
    """

    estimate: float
    std_error: float
    df: float
    by_client: float
    by_worker: float | None


def panel_number(estimate: float, influence: Floats, cluster: Integers) -> PanelNumber:
    """An estimate with the larger of its two sandwich errors, and W - 1 degrees of freedom.

    `influence` (n,) is what each client adds to the estimate (inverse information times score): the sandwich by client is
    the sum of its squares, that by worker of the squares of its sums over the worker's clients.
    """
    by_client = float(np.sqrt(influence @ influence))
    workers = int(cluster.max()) + 1
    if workers < 2:
        return PanelNumber(estimate, by_client, len(influence) - 1.0, by_client, None)
    if workers == len(influence):
        return PanelNumber(estimate, by_client, workers - 1.0, by_client, None)
    sums = np.bincount(cluster, weights=influence, minlength=workers)
    by_worker = float(np.sqrt(sums @ sums * workers / (workers - 1)))
    return PanelNumber(estimate, max(by_client, by_worker), workers - 1.0, by_client, by_worker)
