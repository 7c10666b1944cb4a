"""lock: hold the confirmatory hypotheses fast before outcomes are looked at."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline.errors import Problem, StageError
from pipeline.hypotheses import lock
from pipeline.io import Batch, digest
from pipeline.params import load
from pipeline.stages.runner import params_text

FILE = "lock.json"
MANIFEST = "manifest.json"
FITS = "data/analysis/fits"


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Write the lock; StageError where one is closed already, or nothing is confirmatory."""
    params, batch = load(params_text(root)), Batch(root, (FILE, MANIFEST), (FILE,))
    record = read(batch)
    promise = lock.promised(params.hypotheses, params.exposure, params.measures, params.verdict)
    if record["locked"] is not None:
        raise StageError(Problem(FILE, "a lock is closed already", 'python -m pipeline unlock --why "..." opens it'))
    if not promise["hypotheses"]:
        raise StageError(
            Problem("hypotheses", "none is confirmatory, so there is nothing to lock", "set `role: confirmatory`")
        )
    manifest = digest(batch.content(MANIFEST)) if batch.has(MANIFEST) else None
    seen = any((root / FITS).glob("*.json"))
    engine = f"{params.compute.engine}, numpy {version('numpy')}"
    held = lock.locked(promise, date=today(), manifest=manifest, engine=engine, outcomes_seen=seen)
    batch.put_json(FILE, lock.close(record, held))
    batch.commit()
    print(f"Locked {len(promise['hypotheses'])} confirmatory hypotheses in {FILE}; commit that file now.")
    if seen:
        print("Fits of these data are there already: the lock says that outcomes may have been seen before.")
    return 0


def read(batch: Batch) -> dict[str, Any]:
    """The lock file, or an open one where there is none yet."""
    return dict(batch.json(FILE)) if batch.has(FILE) else dict(lock.OPEN)


def today() -> str:
    """The date in UTC: the one place where a date is wanted."""
    return datetime.now(UTC).date().isoformat()
