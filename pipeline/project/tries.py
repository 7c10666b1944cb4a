"""Where tries are kept: the list beside params.yaml (no number in it), their exact results under data/."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from pipeline.base.errors import Problem, StageError
from pipeline.project.io import Batch
from pipeline.results.trying import Tries
from pipeline.results.verdict import Judged

FILE = "tries.json"
RESULTS = "data/tries"


def recorded_tries(root: Path) -> Tries:
    """The tries of this study so far; StageError where their list cannot be read."""
    path = root / FILE
    if not path.is_file():
        return Tries()
    try:
        return Tries.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError):
        raise StageError(Problem(FILE, "not the list of tries that it was", "take it from git, or from a backup")) from None


def record_try(root: Path, tries: Tries, number: int, judged: Judged) -> None:
    """Write the list, and the exact result of one try where only its owner reads it."""
    batch = Batch(root, (), (FILE, f"{RESULTS}/{number}.json"))
    batch.put_json(FILE, tries)
    batch.put_json(f"{RESULTS}/{number}.json", judged)
    batch.commit()


def try_result(root: Path, number: int) -> Judged | None:
    """The exact result of a try, where it is still here."""
    name = f"{RESULTS}/{number}.json"
    return Batch(root, (name,), ()).record(name, Judged) if (root / name).is_file() else None
