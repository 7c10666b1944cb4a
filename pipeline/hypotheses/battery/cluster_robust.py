"""Cluster-robust error: do errors hold that trust the model less about how ratings of one worker's clients hang together?"""

from __future__ import annotations

from pipeline.hypotheses.battery.influence import by_worker
from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, tested_again


def run(setting: Setting) -> Found:
    """The tested number with the CR2 error by worker and its own degrees of freedom (Pustejovsky & Tipton 2018)."""
    primary = setting.primary
    return Found(tested_again(primary.model.cluster_robust("worker_id"), primary.design))


CHECK = Check(by_worker, run)
