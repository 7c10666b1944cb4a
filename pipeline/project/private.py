"""Private from the first byte: whatever DVC or a stage keeps of the data lies in folders that their owner alone may enter.

DVC makes its cache and its copies of outputs with whatever umask the researcher has, and its state with none at all; so the
folders above them are closed before anything is written, and the stages themselves write with a umask of 077.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("data", ".dvc")  # all that holds rows, or hashes of rows: DVC's cache, run cache and temporary files are in .dvc
MADE = (".dvc/cache", ".dvc/tmp")  # made here, so that DVC does not make them open for all
FILES = ("dvc.lock",)  # hashes of private files: whoever knows all rows but one could try out that one
OWNER_ONLY = 0o700
NOT_OTHERS = 0o077


@contextlib.contextmanager
def owner_only(root: Path) -> Iterator[None]:
    """Close the private folders of a project, and let nothing made in the meantime be readable by others."""
    close_folder(root)
    before, public = os.umask(NOT_OTHERS), public_mask()
    public_mask(before)
    try:
        yield
    finally:
        os.umask(before)
        public_mask(public)


def close_folder(root: Path) -> None:
    """Take the right to enter from everybody but the owner; folders that belong to somebody else are theirs to close."""
    if os.name != "posix" or not (root / "params.yaml").is_file():
        return
    for name in (*FOLDERS, *MADE, *FILES):
        with contextlib.suppress(OSError):  # a disk that may only be read, or that knows no owners
            _close(root, name)


def _close(root: Path, name: str) -> None:
    path = root / name
    if name in MADE and (root / ".dvc/config").is_file():
        path.mkdir(exist_ok=True, mode=OWNER_ONLY)
    if path.exists() and path.stat().st_uid == os.geteuid() and path.stat().st_mode & NOT_OTHERS:
        path.chmod(OWNER_ONLY if path.is_dir() else 0o600)


_PUBLIC = [0o022]


def public_mask(mask: int | None = None) -> int:
    """The umask that files for everybody are written with: the researcher's own, never one that lets others write."""
    if mask is not None:
        _PUBLIC[0] = mask | 0o022
    return _PUBLIC[0]
