"""score: turn validated answers into scores, and stop where a key cannot be right."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pipeline.base.errors import MeasureError
from pipeline.base.params import Params
from pipeline.measures.instrument import Instrument
from pipeline.project.instruments import FOLDER, library
from pipeline.project.io import Batch

if TYPE_CHECKING:
    import pandas as pd

VALID = "data/validated"
TRUST = "data/scored/trust.json"  # how reliable changes of each score are: the fits take it as known
READS: tuple[str, ...] = (VALID, FOLDER)
WRITES: tuple[str, ...] = ("data/scored",)
PARAMS: tuple[str, ...] = ("measures",)


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Score every ratings table, as one long table; MeasureError where a key cannot be right and is not overruled."""
    from pipeline.measures.checks import check_items, client_codes, grave
    from pipeline.measures.scoring import combine, score, summarize
    from pipeline.measures.within import trust_of
    from pipeline.results.trust import Trust

    known = library(batch, params.measures)
    tables = ratings_tables(batch, known)
    sessions = batch.table(f"{VALID}/sessions.parquet", ["session_id", "client_id"])
    checks = [
        check
        for instrument, table in tables
        for check in check_items(table, client_codes(table, sessions), instrument, known, params.measures.overrule)
    ]
    problems = list(grave(checks))
    if problems:
        raise MeasureError(problems)
    scored = combine([score(table, instrument, params.measures.min_answered) for instrument, table in tables])
    batch.put_table("data/scored/scores.parquet", scored)
    batch.put_json(TRUST, Trust(scores=tuple(one for own, table in tables for one in trust_of(table, sessions, own))))
    batch.put_json("data/scored/scoring.json", summarize(scored, [instrument for instrument, _ in tables]))


def ratings_tables(batch: Batch, known: dict[str, Instrument]) -> list[tuple[Instrument, pd.DataFrame]]:
    """The validated ratings with their instruments, in the order of their names."""
    stems = {name: PurePosixPath(name).stem.removeprefix("ratings_") for name in batch.names(VALID) if "/ratings_" in name}
    return [(known[instrument], batch.table(name)) for name, instrument in stems.items()]
