"""The key of the pseudonyms: a file outside the project, readable by its owner alone, made once and used again."""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path

from pipeline.base.errors import Problem, SourceError

BYTES = 32
TEXT = re.compile(r"[0-9a-f]{64}\n?")
OPEN = 0o077  # what a file of one's own allows to nobody else


def key_of(path: Path, root: Path) -> tuple[bytes, bool]:
    """The key in a file, made there if there is none, and whether it was made now.

    SourceError where the file lies in the project or in any git working tree, is a link, can be read by others, or holds
    no such key.
    """
    if problem := place_problem(path, root):
        raise SourceError(problem)
    if not path.exists():
        return _make(path), True
    what = ""
    if path.is_symlink() or not stat.S_ISREG(path.lstat().st_mode):
        what, mend = "the key is not a regular file", "name a plain file"
    elif os.name == "posix" and path.stat().st_mode & OPEN:
        what, mend = "others than its owner can read or write the key", "chmod 600 on it"
    elif path.stat().st_size > 1000 or not TEXT.fullmatch(path.read_text(encoding="ascii", errors="replace")):
        what, mend = "the file holds no key of prepare", "name another file: one that is not there is made"
    if what:
        raise SourceError(Problem("--key", what, mend))
    return bytes.fromhex(path.read_text(encoding="ascii").strip()), False


def place_problem(path: Path, root: Path) -> Problem | None:
    """What is wrong with where a key lies: inside the project, or where git would take it along."""
    real = path.parent.resolve() / path.name
    folders = [real.resolve().parent, *real.resolve().parents, real.parent, *real.parents]
    mend = "name a file elsewhere, such as one in a folder of your own that is not shared"
    if root.resolve() in folders:
        return Problem("--key", "the key would lie inside the project, beside what it protects", mend)
    if any((folder / ".git").exists() for folder in folders):
        return Problem("--key", "the key would lie in a folder that git keeps", mend)
    return None


def _make(path: Path) -> bytes:
    key = secrets.token_bytes(BYTES)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key
