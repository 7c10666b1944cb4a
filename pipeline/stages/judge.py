"""judge: all fits together, one verdict each."""

from __future__ import annotations

from pipeline.hypotheses import lock
from pipeline.hypotheses.verdicts import judge
from pipeline.io import Batch
from pipeline.params import Params

READS = ("data/analysis/fits", "lock.json")
WRITES = ("data/analysis/verdicts.json",)
PARAMS = ("hypotheses", "verdict", "exposure", "measures")


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write the verdicts of the declared hypotheses, and what differs from the lock."""
    results = {name: batch.json(f"data/analysis/fits/{name}.json") for name in params.hypotheses}
    record = batch.json("lock.json")
    now = lock.promised(params.hypotheses, params.exposure, params.measures, params.verdict)
    deviations = lock.deviations(record, now)
    demoted = {name: "; ".join(deviations[name]) for name in now["hypotheses"] if name in deviations}
    verdicts = judge(results, params.hypotheses, params.verdict, demoted)
    held = record["locked"]
    state = {
        "locked": held is not None,
        "date": held["date"] if held else None,
        "sha256": held["sha256"] if held else None,
        "outcomes_seen_before": held["outcomes_seen_before"] if held else None,
        "deviations": deviations,
        "declared": record["declared"],
        "history": [{"unlocked": entry["unlocked"], "why": entry["why"]} for entry in record["history"]],
    }
    batch.put_json("data/analysis/verdicts.json", {**verdicts, "lock": state})
