"""Leave one worker out: does one worker carry the effect?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.hypotheses.battery.shared.setting import Check, Found, Setting, engine_only
from pipeline.results.attempt import CheckFacts
from pipeline.results.estimate import estimate_of
from pipeline.results.reason import Reason, reason


def by_worker(setting: Setting) -> Reason | None:
    """It needs the engine, and effects by worker to group by."""
    if "worker_id" not in setting.primary.design.random:
        return reason("no_effects_by_worker")
    return engine_only(setting)


def run(setting: Setting) -> Found:
    """The tested number without each worker in turn, variances held; the one that changes most, with the primary error."""
    model, tested = setting.primary.model, setting.tested
    weights = setting.primary.design.tested
    table = model.influence("worker_id", on=weights)
    without = sum(
        (weight * table[name].to_numpy(dtype=np.float64) for name, weight in weights.items()), np.zeros(len(table))
    )
    worst = float(without[np.nanargmax(np.abs(without - tested.estimate))])
    alone = replace(tested.behind, workers=1)  # set beside the result, it tells of that worker
    found = estimate_of(worst, tested.std_error, tested.df).backed(alone)
    return Found(found, facts=CheckFacts(largest_change=worst - tested.estimate, workers=float(len(table))))


CHECK = Check(by_worker, run)
