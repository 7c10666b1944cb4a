"""release: pack what the manifest lists, and nothing else."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.disclosure.manifest import differences, packed
from pipeline.errors import DisclosureError, Problem
from pipeline.io import Batch

FOLDER = "reports"
MANIFEST = "reports/release.json"
ARCHIVE = "release.zip"
OURS = {".gitignore"}  # written by DVC, released by nobody


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Write release.zip; DisclosureError where a file under reports/ is not listed, differs or is a link."""
    batch = Batch(root, (FOLDER,), (ARCHIVE,))
    listed = batch.json(MANIFEST)
    if listed.get("release") != "public":
        raise DisclosureError(Problem("privacy.release", "this is an internal report", "set it to public, run `dvc repro`"))
    names = _names(root)
    found = {name: batch.content(name) for name in names if name != MANIFEST}
    problems = differences(listed, found)
    if problems:
        raise DisclosureError(problems)
    batch.put_bytes(ARCHIVE, packed({**found, MANIFEST: batch.content(MANIFEST)}))
    batch.commit()
    print(f"{ARCHIVE}: {len(names)} files, all of them listed in {MANIFEST}.")
    return 0


def _names(root: Path) -> list[str]:
    paths = sorted(path for path in (root / FOLDER).rglob("*") if path.is_symlink() or not path.is_dir())
    links = [path.relative_to(root).as_posix() for path in paths if path.is_symlink()]
    if links:
        raise DisclosureError([Problem(name, "a link, not a file", "move it out of reports/") for name in links])
    return [path.relative_to(root).as_posix() for path in paths if path.name not in OURS]
