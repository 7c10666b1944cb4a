"""Contrasts of several panels on the same clients: joint minus solo, bond minus task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.dynamic.arrays import Floats, Integers
from pipeline.dynamic.errors import PanelNumber, panel_number
from pipeline.dynamic.panel import Panel, PanelName


@dataclass(frozen=True)
class PanelDifference:
    """A weighted sum of one number of several panels, and what each client adds to it (n,), by client code."""

    number: PanelNumber
    influence: Floats
    client: Integers


def combine(panels: Sequence[Panel], weights: Sequence[float], name: PanelName = "beta") -> PanelDifference:
    """The weighted sum of `name` over panels; its error from the weighted sum of clients' influence values.

    A client who is in some of the panels only counts with zero in the others. Clusters are those of the first panel that
    holds the client.
    """
    clients = np.unique(np.concatenate([panel.client for panel in panels]))
    influence, cluster = np.zeros(len(clients)), np.full(len(clients), -1)
    estimate = 0.0
    for panel, weight in zip(panels, weights, strict=True):
        place = np.searchsorted(clients, panel.client)
        influence[place] += weight * panel.influence_of(name)
        cluster[place] = np.where(cluster[place] < 0, panel.cluster, cluster[place])
        estimate += weight * panel.number(name).estimate
    return PanelDifference(panel_number(estimate, influence, np.unique(cluster, return_inverse=True)[1]), influence, clients)
