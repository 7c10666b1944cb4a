"""reliability: how far the scores can be trusted; pipeline/measures/overview.py says what the file holds."""

from __future__ import annotations

from pipeline.base.params import Params
from pipeline.project.instruments import FOLDER, VALID, library, ratings_tables
from pipeline.project.io import Batch

SCORES = "data/scored/scores.parquet"
READS: tuple[str, ...] = (VALID, "data/scored", FOLDER)
WRITES: tuple[str, ...] = ("data/analysis/reliability.json",)
PARAMS: tuple[str, ...] = ("measures",)


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write one JSON file about all instruments."""
    from pipeline.measures.overview import overview

    known = library(batch, params.measures)
    tables = ratings_tables(batch, known)
    sessions, scores = batch.table(f"{VALID}/sessions.parquet"), batch.table(SCORES)
    result = overview(tables, sessions, scores, known, params.measures.overrule)
    batch.put_json("data/analysis/reliability.json", result)
