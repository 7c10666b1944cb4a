"""unlock: open the lock, saying why; what was locked stays on record."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.base.errors import Problem, StageError
from pipeline.commands.lock import read, reason, today
from pipeline.hypotheses.verdict import lock
from pipeline.hypotheses.verdict.lock import FILE
from pipeline.project.io import Batch


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Open the lock; StageError where none is closed."""
    batch = Batch(root, (FILE,), (FILE,))
    record = read(batch)
    if record.locked is None:
        raise StageError(Problem(FILE, "no lock is closed", "nothing to do"))
    batch.put_json(FILE, lock.reopened_lock(record, why=reason(arguments), date=today()))
    batch.commit()
    print(f"Unlocked; the reason and what was locked stay in {FILE}. Commit that file now.")
    return 0
