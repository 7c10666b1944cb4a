"""What the confirmatory lock is closed on, and held against: the sections of params.yaml, the instruments, the raw files."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.base.params import Hypothesis, Params
from pipeline.hypotheses.verdict import lock
from pipeline.ingest.manifest import NAME
from pipeline.project.instruments import FOLDER, library
from pipeline.project.io import Batch, digest
from pipeline.results.lock import Promise

READS = ("{sources}", FOLDER, lock.FILE)
PARAMS = ("hypotheses", *lock.RULES, "sources")


def promise_now(batch: Batch, params: Params, hypotheses: Mapping[str, Hypothesis]) -> Promise:
    """The promise as params.yaml and the instruments stand now; `hypotheses` with all they ask of imputation."""
    rules = {name: getattr(params, name) for name in lock.RULES}
    return lock.promised(hypotheses, rules, library(batch, params.measures), {"sources": params.sources})


def manifest_hash(batch: Batch, params: Params) -> str | None:
    """The hash of the raw files' manifest, or None where they have none."""
    name = f"{params.sources.directory}/{NAME}"
    return digest(batch.content(name)) if batch.has(name) else None
