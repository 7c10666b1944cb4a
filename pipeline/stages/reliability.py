"""reliability: how far the scores can be trusted."""

from __future__ import annotations

from pipeline.io import Batch
from pipeline.params import Params
from pipeline.stages.instruments import FOLDER, library
from pipeline.stages.score import VALID, ratings_tables

READS: tuple[str, ...] = (VALID, "data/scored", FOLDER)
WRITES: tuple[str, ...] = ("data/analysis/reliability.json",)
PARAMS: tuple[str, ...] = ("measures",)
DATA_FILES: tuple[str, ...] = ("pipeline/measures/instruments",)


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write one JSON file about all instruments."""
    from pipeline.measures.summary import alphas

    tables = ratings_tables(batch, library(batch, params.measures))
    rows = [row for instrument, table in tables for row in alphas(table, instrument)]
    batch.put_json("data/analysis/reliability.json", {"instruments": rows})
