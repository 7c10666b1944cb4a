"""validate: hold the canonical tables to their rules."""

from __future__ import annotations

from pathlib import PurePosixPath

from pipeline.base.params import Params
from pipeline.measures.scoring import score_range
from pipeline.project.instruments import FOLDER, library
from pipeline.project.io import Batch
from pipeline.project.memory import return_freed_memory
from pipeline.project.refusal import quarantine_reported
from pipeline.results.stage_counts import ValidationCounts
from pipeline.tables.validation import Answers, Chosen, validate

READS = ("data/interim/ingested", FOLDER)
WRITES = ("data/validated",)
PARAMS = ("privacy", "measures")


def run(batch: Batch, params: Params, _hypothesis: str | None) -> None:
    """Write the validated tables and validate.json; TableError names every rule that refuses, and leaves the quarantine
    report.
    """
    return_freed_memory()
    names = [name for name in batch.names("data/interim/ingested") if name.endswith(".parquet")]
    tables = {PurePosixPath(name).stem: batch.content(name) for name in names}
    with quarantine_reported(batch.root, "validate"):
        validated, record = hold(batch, params, tables)
    for name, content in validated.items():
        batch.put_bytes(f"data/validated/{name}.parquet", content)
    batch.put_json("data/validated/validate.json", record)


def hold(batch: Batch, params: Params, tables: dict[str, bytes]) -> tuple[dict[str, bytes], ValidationCounts]:
    """Hold tables to their rules as params choose, writing nothing."""
    answers = {
        name: Answers(
            found.items,
            *found.scale,
            whole=found.whole_numbers,
            has_reversed=bool(found.reversed_items),
            ranges={score: score_range(found, score) for score in found.scores},
            instrument=name,
        )
        for name, found in library(batch, params.measures).items()
    }
    chosen = Chosen(params.privacy.policies, params.privacy.quasi_identifiers, params.privacy.k)
    return validate(tables, chosen, answers)
