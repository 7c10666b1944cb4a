"""Write the built-in study as raw files, with its truth beside them; for a real study, only a note that it is none."""

from __future__ import annotations

from pipeline.base.params import Params
from pipeline.project.io import Batch
from pipeline.simulate import simulate

READS = ("data/interim/check.json",)
WRITES = ("data/raw/simulated",)
PARAMS = ("study", "simulate")
FOLDER = "data/raw/simulated"


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """See the module."""
    batch.json(READS[0])
    if params.study.origin == "real":
        batch.put_json(f"{FOLDER}/truth.json", {"simulated": False})
        return
    study = simulate(params.simulate, params.study.seed)
    for name, table in study.files.items():
        batch.put_csv(f"{FOLDER}/{name}", table)
    batch.put_json(f"{FOLDER}/truth.json", study.truth)
