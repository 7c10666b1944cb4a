"""judge: all fits together, one verdict each."""

from __future__ import annotations

from typing import Any

from pipeline.base.params import Params
from pipeline.hypotheses import lock
from pipeline.hypotheses.verdicts import judge
from pipeline.project import promise
from pipeline.project.io import Batch

READS = ("data/analysis/fits", *promise.READS)
WRITES = ("data/analysis/verdicts.json",)
PARAMS = (*promise.PARAMS, "study")


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write the verdicts of the declared hypotheses, and what differs from the lock."""
    results = {name: batch.json(f"data/analysis/fits/{name}.json") for name in params.hypotheses}
    record = lock.readable(batch.json(lock.FILE))
    now, manifest = promise.promised(batch, params), promise.manifest(batch, params)
    deviations = lock.deviations(record, now, manifest)
    demoted = {name: "; ".join(deviations[name]) for name in now["hypotheses"] if name in deviations}
    verdicts = judge(results, params.hypotheses, params.verdict, demoted, lock.names(record))
    state = {**state_of(record), "deviations": deviations, "notes": lock.notes(record, now)}
    batch.put_json("data/analysis/verdicts.json", {**verdicts, "lock": state, "origin": params.study.origin})


def state_of(record: dict[str, Any]) -> dict[str, Any]:
    """What is told of the lock itself: whether it is closed, since when, on what, and how often it was opened."""
    held = record["locked"] or {}
    return {
        "locked": bool(held),
        "date": held.get("date"),
        "sha256": held.get("sha256"),
        "manifest": held.get("manifest"),
        "engine": held.get("engine"),
        "outcomes_seen_before": held.get("outcomes_seen_before"),
        "declared": record["declared"],
        "history": [{"unlocked": entry["unlocked"], "why": entry["why"]} for entry in record["history"]],
    }
