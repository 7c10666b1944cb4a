"""The package as it is installed: its version, the digest of its files, and the project's files that came with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipeline.base.errors import Problem, StageError

NAME = "alliance-pipeline"
HERE = Path(__file__).parent.parent
CARRIED = HERE / "project" / "carried"  # where setup.py puts the project's own files into the installed package
CODE = (".py", ".yaml", ".json", ".j2", ".css", ".typ")


@cache
def package_stamp() -> str:
    """The package's version and the digest of its files, a line each: what a study of its own depends on."""
    files = sorted(path for path in HERE.rglob("*") if path.suffix in CODE and CARRIED not in path.parents)
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    try:
        number = version(NAME)
    except PackageNotFoundError:
        number = "a clone"
    return f"{NAME} {number}\n{digest.hexdigest()}\n"


def project_files(names: Sequence[str]) -> dict[str, str]:
    """Files of the project that a study of its own begins with, from the installed package or from the clone."""
    folder = CARRIED if CARRIED.is_dir() else HERE.parent
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        what = f"{len(missing)} files of the project did not come with the package"
        raise StageError(Problem("--study", what, "install it anew from the project's folder: pip install ."))
    return {name: (folder / name).read_text(encoding="utf-8") for name in names}


def refuse_other_package(root: Path, name: str) -> None:
    """StageError where a study of its own was last computed with another version or state of the package."""
    path = root / name
    if path.is_file() and path.read_text(encoding="utf-8") != package_stamp():
        what = "the installed package is another than the one this study was computed with"
        raise StageError(Problem(name, what, "take the new one: python -m pipeline start --renew; all is computed anew"))
