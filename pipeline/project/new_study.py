"""A study in a folder of its own: its files written, none of which may be there already."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pipeline.base.errors import Problem, StageError
from pipeline.project.package import package_stamp, project_files
from pipeline.start.template import PARTS, STAMP, study_files

RENEWED = ("dvc.yaml", "requirements.lock", STAMP)  # what the package decides; all else is the study's once it is there


def files_of_study(folder: Path) -> dict[str, str]:
    """What a new study in this folder begins with; StageError where the folder is taken or the study could not run there."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StageError(Problem("--study", "the folder is not empty", "name a new one, or run start inside that study"))
    if not is_importable(folder.parent):
        what = "the package is not installed, so the study could not run outside the clone"
        raise StageError(Problem("--study", what, "in the clone's folder: python -m pip install ."))
    return study_files(project_files(PARTS), package_stamp())


def write_study(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a new study."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if name.startswith("data/") else 0o755)
        path.write_text(text, encoding="utf-8")


def renew_study(root: Path) -> None:
    """Take the installed package as the one the study is computed with: its stages, and files that it newly asks for."""
    if not (root / STAMP).is_file():
        raise StageError(Problem("--renew", "this is no study in a folder of its own", "in a clone: git pull"))
    files = study_files(project_files(PARTS), package_stamp())
    own = [name for name in files if name not in RENEWED and (root / name).exists()]
    write_study(root, {name: text for name, text in files.items() if name not in own})


def is_importable(folder: Path) -> bool:
    """Whether Python finds the package when it is started in a folder: only then can DVC's stages run there."""
    done = subprocess.run(
        [sys.executable, "-c", "import pipeline"], cwd=folder, capture_output=True, check=False, timeout=60
    )
    return done.returncode == 0
