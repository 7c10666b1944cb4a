"""describe: count and describe the study, exactly and in private."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.base.params import Params
from pipeline.description.summary import describe
from pipeline.description.tables import StudyTables
from pipeline.exposure import told
from pipeline.project.io import Batch
from pipeline.results.stage_counts import IngestCounts, LinkCounts, ScoringCounts, ValidationCounts

if TYPE_CHECKING:
    import pandas as pd

INGEST = "data/interim/ingested/ingest.json"
VALID = "data/validated"
SCORED = "data/scored"
LINKED = "data/analysis/linked"
OUT = "data/analysis/description.json"
KEYS = ("client_id", "worker_id")  # few different values in many rows

READS: tuple[str, ...] = (INGEST, VALID, SCORED, LINKED)
WRITES: tuple[str, ...] = (OUT,)
PARAMS: tuple[str, ...] = ()


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Read all that the stages before wrote, describe it, write one JSON file."""
    sessions = batch.table(f"{VALID}/sessions.parquet", coded=KEYS)
    study = StudyTables(
        clients=_optional(batch, "clients", sessions, "client_id"),
        workers=_optional(batch, "workers", sessions, "worker_id"),
        sessions=sessions,
        advocacy=batch.table(f"{VALID}/advocacy.parquet")
        if batch.has(f"{VALID}/advocacy.parquet")
        else told.episodes(sessions),
        scores=batch.table(f"{SCORED}/scores.parquet", without=("session_id",)),
        occasions=batch.table(f"{LINKED}/occasions.parquet", coded=KEYS),
        ledger=batch.table(f"{LINKED}/ledger.parquet", coded=KEYS),
        ingest=batch.record(INGEST, IngestCounts),
        validation=batch.record(f"{VALID}/validate.json", ValidationCounts),
        scoring=batch.record(f"{SCORED}/scoring.json", ScoringCounts),
        link=batch.record(f"{LINKED}/link.json", LinkCounts),
    )
    batch.put_json(OUT, describe(study))


def _optional(batch: Batch, name: str, sessions: pd.DataFrame, key: str) -> pd.DataFrame:
    """A table that a study may lack: then its ids as the sessions have them."""
    if batch.has(f"{VALID}/{name}.parquet"):
        return batch.table(f"{VALID}/{name}.parquet")
    return sessions[[key]].drop_duplicates().sort_values(key, ignore_index=True)
