"""deviate: declare a deviation from the lock, with its reason; the report prints it."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.base.errors import Problem, StageError
from pipeline.base.key_path import nearest
from pipeline.commands.lock import read, reason, today
from pipeline.hypotheses.verdict import lock
from pipeline.hypotheses.verdict.lock import FILE
from pipeline.project.io import Batch


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Write the declaration; StageError where nothing is locked, or not this."""
    batch = Batch(root, (FILE,), (FILE,))
    record = read(batch)
    if record.locked is None:
        raise StageError(Problem(FILE, "no lock is closed, so there is nothing to deviate from", "lock first"))
    known = sorted(record.locked.promise.hypotheses)
    if arguments.hypothesis not in known:
        raise StageError(Problem(FILE, "no locked hypothesis of this name", nearest(arguments.hypothesis, known)))
    batch.put_json(FILE, lock.with_deviation(record, hypothesis=arguments.hypothesis, why=reason(arguments), date=today()))
    batch.commit()
    print("Declared; the hypothesis stays stamped exploratory, and the report gives the reason.")
    return 0
