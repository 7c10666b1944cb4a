"""code: one fingerprint of everything the fits are made of, so that dvc.lock need not list each file for each hypothesis.

Its deps in dvc.yaml are the files a fit imports (`python -m tests.dvc_deps` writes them): not the words, the rules of the
verdict, `explain`, the lock or the gate, which refit nothing.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.base.errors import Problem, StageError
from pipeline.base.params import Params
from pipeline.base.yaml_text import parse
from pipeline.project.io import Batch, digest

READS = ("requirements.lock",)
WRITES = ("data/interim/code.json",)
PARAMS: tuple[str, ...] = ()
FINGERPRINT_OF = ("fit",)
STAGES = "dvc.yaml"


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write the hash of every file below this stage's deps, by name."""
    batch.put_json(WRITES[0], {name: digest((batch.root / name).read_bytes()) for name in files_of(batch.root)})


def files_of(root: Path) -> list[str]:
    """The files this stage is declared to depend on, folders opened; StageError where dvc.yaml does not name it."""
    try:
        deps = parse((root / STAGES).read_text(encoding="utf-8"))["stages"]["code"]["deps"]
    except (OSError, KeyError, TypeError):
        what = "does not say what the stage `code` depends on"
        raise StageError(Problem(STAGES, what, f"git checkout {STAGES}")) from None
    paths = [root / str(dep) for dep in deps if not str(dep).startswith("data/")]
    found = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    kept = [file for file in found if file.is_file() and "__pycache__" not in file.parts]
    return sorted({file.relative_to(root).as_posix() for file in kept})
