"""release: pack what the manifest lists, and nothing else."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.base.errors import DisclosureError, Problem
from pipeline.disclosure.manifest import differences, packed, unsound
from pipeline.project.io import Batch, digest, json_bytes

FOLDER = "reports"
MANIFEST = "reports/release.json"
ARCHIVE = "release.zip"
OURS = {".gitignore"}  # written by DVC, released by nobody
FOLDERS = {"reports/estimates", "reports/tables", "reports/figures"}  # there even where a study fills none of them


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Write release.zip; DisclosureError where what is under reports/ is not what is listed."""
    batch = Batch(root, (FOLDER,), (ARCHIVE,))
    names = _names(root)
    listed = batch.json(MANIFEST)
    if not isinstance(listed, dict) or listed.get("release") != "public":
        raise DisclosureError(Problem("privacy.release", "this is an internal report", "set it to public, run `dvc repro`"))
    found = {name: batch.content(name) for name in names if name != MANIFEST}
    problems = differences(listed, found) or unsound(listed, batch.content(MANIFEST) == json_bytes(listed))
    if problems:
        raise DisclosureError(problems)
    archive = packed({**found, MANIFEST: batch.content(MANIFEST)})
    batch.put_bytes(ARCHIVE, archive)
    batch.commit()
    print(f"{ARCHIVE}: {len(names)} files, all of them listed in {MANIFEST}. SHA-256 {digest(archive)}")
    return 0


def _names(root: Path) -> list[str]:
    """The files under reports/; DisclosureError for a link, anything that is no file, and a folder with no file in it."""
    base = root / FOLDER
    if base.is_symlink():
        raise DisclosureError(Problem(FOLDER, "a link, not a folder", "run `dvc repro` in a project of its own"))
    paths = sorted(base.rglob("*"))
    odd = [Problem(_relative(path, root), text, "take it out of reports/") for path in paths if (text := _odd(path, root))]
    if odd:
        raise DisclosureError(odd)
    return [_relative(path, root) for path in paths if path.is_file() and path.name not in OURS]


def _odd(path: Path, root: Path) -> str:
    if path.is_symlink():
        return "a link, not a file"
    if path.is_dir():
        empty = _relative(path, root) not in FOLDERS and not any(inner.is_file() for inner in path.rglob("*"))
        return "a folder with no file in it: its name may tell something" if empty else ""
    return "" if path.is_file() else "neither a file nor a folder"


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
