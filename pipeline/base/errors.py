"""Every error a user can meet, on one screen.

An error carries all its problems at once. A problem says what is wrong, where (file, column, params key, row count) and
how to mend it. It never carries a value from the data: whoever builds one passes names and counts only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend: `where` a file, column or params key, `what` is wrong there, how to `mend` it, how many `rows`."""

    where: str
    what: str
    mend: str = ""
    code: str = ""
    rows: int = 0

    def __str__(self) -> str:
        head = f"[{self.code}] {self.where}" if self.code else self.where
        return f"{head}: {self.what}" + (f"\n    mend: {self.mend}" if self.mend else "")


class PipelineError(Exception):
    """The base of all: a stage stops with exit status 1 and prints the problems, nothing else."""

    title = "The pipeline stopped"
    report = ""  # where the same problems were left as a table, if they were

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = Problem(where=self.title, what=problems)
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ParamsError(PipelineError):
    """params.yaml cannot be used as it stands."""

    title = "params.yaml"


class SourceError(PipelineError):
    """A raw file is refused on the way in: bytes, shape, types, identifiers, mapping."""

    title = "The raw files were refused"


class TableError(PipelineError):
    """A canonical table breaks its rules: ranges, keys, orphans, days running backwards."""

    title = "The validated tables break their rules"


class MeasureError(PipelineError):
    """An instrument or its scoring cannot be right: unknown items, a key that does not fit the data."""

    title = "The alliance measures cannot be scored"


class ModelError(PipelineError):
    """A multilevel model was asked for wrongly: unknown, missing, constant or collinear columns, too few groups."""

    title = "The model cannot be fitted"


class StageError(PipelineError):
    """A stage found an input missing, changed under its feet, or of another make than it expects."""

    title = "A stage could not run"


class DisclosureError(PipelineError):
    """Something was about to be released that could point at a client."""

    title = "Not released"
