"""Influence: does one worker carry the effect, and do errors hold that trust the model less?"""

from __future__ import annotations

import numpy as np

from pipeline.hypotheses.battery.base import Check, Finding, Setting, engine_only, verdict_words
from pipeline.hypotheses.estimate import contrast, of

ONE = "Without the one worker who changes it most, the estimate is {estimate:.3g} instead of {whole:.3g}; {words}."
ROBUST = "With errors that are robust to how ratings of one worker's clients hang together (CR2), {words}."


def by_worker(setting: Setting) -> str | None:
    """Both need the engine, and effects by worker to group by."""
    if "worker_id" not in setting.primary.design.random:
        return "the model has no effects by worker"
    return engine_only(setting)


def run_leave_one_out(setting: Setting) -> Finding:
    """The tested number without each worker in turn, variances held; the one that changes most, with the primary error."""
    model, tested = setting.primary.model, setting.tested
    table = model.influence("worker_id")
    weights = setting.primary.design.tested
    without = sum(
        (weight * table[name].to_numpy(dtype=np.float64) for name, weight in weights.items()), np.zeros(len(table))
    )
    worst = float(without[np.abs(without - tested.estimate).argmax()])
    found = of(worst, tested.std_error, tested.df)
    passed = found.excludes_zero(setting.sign)
    said = ONE.format(estimate=worst, whole=tested.estimate, words=verdict_words(setting, passed))
    return Finding(found, passed, said, {"largest_change": worst - tested.estimate, "workers": len(table)})


def run_robust(setting: Setting) -> Finding:
    """The tested number with the CR2 error by worker and its own degrees of freedom."""
    found = contrast(setting.primary.model.cluster_robust("worker_id"), setting.primary.design.tested)
    passed = found.excludes_zero(setting.sign)
    return Finding(found, passed, ROBUST.format(words=verdict_words(setting, passed)))


LEAVE_ONE_OUT = Check("influence", "Leave one worker out", by_worker, run_leave_one_out)
CLUSTER_ROBUST = Check("cluster_robust", "Cluster-robust error by worker, CR2", by_worker, run_robust)
