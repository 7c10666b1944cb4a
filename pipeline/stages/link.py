"""link: what happened between two ratings, for every rating; knows no hypothesis."""

from __future__ import annotations

from pipeline.base.params import Params
from pipeline.exposure.link import link
from pipeline.project.io import Batch

READS = ("data/validated", "data/scored")
WRITES = ("data/analysis/linked",)
PARAMS = ("exposure",)
TABLES = ("clients", "workers", "sessions", "advocacy")


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write the occasions, the ledger and their counts."""
    paths = {name: f"data/validated/{name}.parquet" for name in TABLES}
    tables = {name: batch.table(path) for name, path in paths.items() if batch.has(path)}
    occasions, ledger, summary = link(tables, batch.table("data/scored/scores.parquet"), params.exposure)
    batch.put_table("data/analysis/linked/occasions.parquet", occasions)
    batch.put_table("data/analysis/linked/ledger.parquet", ledger)
    batch.put_json("data/analysis/linked/link.json", summary)
