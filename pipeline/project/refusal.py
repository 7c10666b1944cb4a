"""The quarantine report: what a refused batch broke, as a table that can be handed to whoever keeps the data.

It holds codes, places, counts and how to mend, never a value. It is no output of a stage: DVC knows nothing of it, and the
next batch that passes takes it away.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.base.errors import Problem, SourceError, StageError, TableError
from pipeline.project.io import Batch, remove_file

REPORT = "data/quarantine_report.csv"
HEAD = ("stage", "code", "where", "what", "rows", "mend")


@contextmanager
def quarantine_reported(root: Path, stage: str) -> Iterator[None]:
    """Leave REPORT where the batch is refused within, and say so in the error; remove it where the batch passes."""
    try:
        yield
    except (SourceError, TableError) as error:
        batch = Batch(root, (), (REPORT,))
        batch.put_text(REPORT, problems_csv(stage, error.problems))
        try:
            batch.commit()
        except StageError:  # no room for it: the refusal itself is what must be said
            raise error from None
        error.report = REPORT
        raise
    remove_file(root, REPORT)


def problems_csv(stage: str, problems: Iterable[Problem]) -> str:
    """The problems as CSV, one a line; rows 0 where a rule counts no rows."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows((stage, p.code, p.where, p.what, p.rows, p.mend) for p in problems)
    return sink.getvalue()
