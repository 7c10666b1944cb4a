"""code: one fingerprint a stage of the code it is made of, so that dvc.lock need not list every file for every stage.

What each stage is made of stands in `made_of.yaml` beside this file: the rooms its module imports, by file where words and
rules stand beside what is computed (`python -m tests.dvc_deps` writes it). The words, the rules of the verdict, `explain`,
the lock and the gate are not among what the fits are made of, so editing them refits nothing.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.base.errors import Problem, StageError
from pipeline.base.params import Params
from pipeline.base.yaml_text import parse
from pipeline.project.io import Batch, digest
from pipeline.start.template import STAMP

READS = ("requirements.lock",)
WRITES = ("data/interim/code",)
PARAMS: tuple[str, ...] = ()
LIST = "pipeline/stages/made_of.yaml"


def run(batch: Batch, params: Params, hypothesis: str | None) -> None:
    """Write, for every stage, the hash of each file or folder it is made of."""
    listed = made_of(batch.root)
    hashes = {name: _hash(batch.root / name) for name in {name for names in listed.values() for name in names}}
    for stage, names in listed.items():
        batch.put_json(f"{WRITES[0]}/{stage}.json", {name: hashes[name] for name in names})


def made_of(root: Path) -> dict[str, list[str]]:
    """The files and folders each stage is made of; the package's stamp in a study that has no code of its own."""
    own = (root / STAMP).is_file()
    path = Path(__file__).with_name("made_of.yaml") if own else root / LIST
    try:
        found = parse(path.read_text("utf-8"))
    except OSError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(names, list) for names in found.values()):
        what = "does not say what the stages are made of"
        raise StageError(Problem(LIST, what, f"git checkout {LIST}"))
    listed = {str(stage): [str(name) for name in names] for stage, names in found.items()}
    if own:
        return {
            stage: [STAMP, *(name for name in names if not name.startswith("pipeline/"))] for stage, names in listed.items()
        }
    if absent := sorted({name for names in listed.values() for name in names if not (root / name).exists()}):
        raise StageError([Problem(name, f"not there, and {LIST} names it", "python -m tests.dvc_deps") for name in absent])
    return listed


def _hash(path: Path) -> str:
    """The hash of a file, or of the names and hashes of all files below a folder."""
    if path.is_file():
        return digest(path.read_bytes())
    whole = hashlib.sha256()
    for file in sorted(path.rglob("*"), key=lambda found: found.as_posix()):
        if file.is_file() and "__pycache__" not in file.parts:
            whole.update(f"{file.relative_to(path).as_posix()}\0{digest(file.read_bytes())}\n".encode())
    return whole.hexdigest()
