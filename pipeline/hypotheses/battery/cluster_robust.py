"""Cluster-robust error: do errors hold that trust the model less about how ratings of one worker's clients hang together?"""

from __future__ import annotations

from pipeline.hypotheses.battery.influence import by_worker
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, tested_again
from pipeline.hypotheses.design.grouping import one_grouping
from pipeline.results.reason import Reason


def not_applicable(setting: Setting) -> Reason | None:
    """It needs effects by worker; where each worker has one client, clients are the workers."""
    return by_worker(setting) if _group(setting) == "worker_id" else None


def run(setting: Setting) -> Found:
    """The tested number with the CR2 error by worker and its own degrees of freedom (Pustejovsky & Tipton 2018)."""
    primary = setting.primary
    return Found(tested_again(primary.model.cluster_robust(_group(setting)), primary.design))


def _group(setting: Setting) -> str:
    design = setting.primary.design
    own = setting.compute.engine == "multilevel" and "client_id" in design.random
    if own and one_grouping(design.rows.client, design.rows.worker):
        return "client_id"
    beyond = not setting.within and "agency_id" in design.random  # what differs between workers is shared in an agency
    return "agency_id" if beyond else "worker_id"


CHECK = Check(not_applicable, run)
