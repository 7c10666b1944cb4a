"""judge: all fits together, one verdict each."""

from __future__ import annotations

from pipeline.base.params import Params
from pipeline.hypotheses.verdict import lock
from pipeline.hypotheses.verdict.judge import judge_study
from pipeline.project import promise, tries
from pipeline.project.io import Batch
from pipeline.results.fit import Fit
from pipeline.results.trying import Tries

READS = ("data/analysis/fits", "data/interim/declared.json", *promise.READS, tries.FILE)
WRITES = ("data/analysis/verdicts.json",)
PARAMS = (*promise.PARAMS, "study")


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write the verdicts of the declared hypotheses, and what differs from the lock."""
    fits = {name: batch.record(f"data/analysis/fits/{name}.json", Fit) for name in params.hypotheses}
    record = lock.read_lock(batch.json(lock.FILE))
    asked = {name: own.model_copy(update={"missing": fits[name].spec.missing}) for name, own in params.hypotheses.items()}
    now, manifest = promise.promise_now(batch, params, asked), promise.manifest_hash(batch, params)
    deviations = lock.deviations(record, now, manifest)
    demoted = {name: deviations[name] for name in now.hypotheses if name in deviations}
    verdicts = judge_study(fits, params.hypotheses, params.verdict, demoted, lock.locked_names(record))
    state = lock.state_of(record, deviations, lock.lock_notes(record, now))
    tried = batch.record(tries.FILE, Tries).counts()
    facts = {"lock": state, "origin": params.study.origin, "tried": tried}
    batch.put_json(WRITES[0], verdicts.model_copy(update=facts))
