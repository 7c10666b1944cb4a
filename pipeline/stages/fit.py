"""fit: one hypothesis, its model and its whole falsification battery."""

from __future__ import annotations

import json
from importlib.metadata import version

from pipeline.base.params import Params, Plan
from pipeline.hypotheses.evaluate import evaluate
from pipeline.project.io import Batch, digest
from pipeline.results.fit import Engine
from pipeline.results.trust import Trust

READS = ("data/analysis/linked", "data/scored/trust.json", "data/interim/plans/{hypothesis}.json", "requirements.lock")
WRITES = ("data/analysis/fits/{hypothesis}.json",)
PARAMS = ("compute",)
INPUTS = {
    "occasions": "data/analysis/linked/occasions.parquet",
    "ledger": "data/analysis/linked/ledger.parquet",
    "plan": "data/interim/plans/{hypothesis}.json",
    "trust": "data/scored/trust.json",
}


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write the fit of one hypothesis, with the hashes of what it rests on."""
    names = {key: name.format(hypothesis=hypothesis) for key, name in INPUTS.items()}
    plan = Plan.model_validate_json(json.dumps(batch.json(names["plan"])))
    occasions, ledger = batch.table(names["occasions"]), batch.table(names["ledger"])
    fit = evaluate(plan, occasions, ledger, params.compute, batch.record(names["trust"], Trust))
    own = "numpy" if params.compute.engine == "multilevel" else "statsmodels"
    facts = {
        "hypothesis": hypothesis or "",
        "engine": Engine(name=params.compute.engine, version=f"{own} {version(own)}"),
        "inputs": {key: digest(batch.content(name)) for key, name in names.items()},
    }
    batch.put_json(f"data/analysis/fits/{hypothesis}.json", fit.model_copy(update=facts))
