"""What a killed `dvc` can leave behind that a rerun stumbles over, found and taken away. Never a byte of data or results.

Of DVC 3: its table of who reads and writes what (`.dvc/tmp/rwlock`) is written in place, so a kill leaves it empty; the run
cache makes a folder before it moves an entry in, so a kill leaves the folder empty; dvc.lock is written in place.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

RWLOCK = ".dvc/tmp/rwlock"
RUNS = ".dvc/cache/runs"
DVC_LOCK = "dvc.lock"
AT_WORK = "another `dvc` is at work in this project; wait for it, or end it"
READ_BY_DVC = (  # and by nobody before it does; the folder of the raw files is looked at by `check`
    "dvc.yaml",
    "dvc.lock",
    "lock.json",
    "tries.json",
    "requirements.lock",
    "instruments",
    "pipeline",
)
PLACES = ("data", "reports", ".dvc")  # what a run must be able to write to


@dataclass(frozen=True)
class Trouble:
    """One thing found: where, what it is, and whether it has been mended."""

    where: str
    what: str
    mended: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (" (mended)" if self.mended else "")


def mend_dvc(root: Path) -> list[Trouble]:
    """Take away what keeps DVC from running; what cannot be mended here is told as such."""
    if is_running(root):
        return [Trouble(".dvc/tmp/lock", AT_WORK, mended=False)]
    return [*_rwlock(root), *_runs(root), *_dvc_lock(root), *_unwritable(root), *_irregular(root)]


def at_work(root: Path) -> Trouble | None:
    """A run at work in this project, asked before anything is written: what it reads must stay as it is."""
    if is_running(root):
        return Trouble(".dvc/tmp/lock", AT_WORK, mended=False)
    try:
        pids = _holders(root / RWLOCK)
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return None
    return Trouble(RWLOCK, AT_WORK, mended=False) if any(_is_dvc(pid) for pid in pids) else None


def is_running(root: Path) -> bool:
    """Whether a process holds DVC's lock of this project."""
    from zc.lockfile import LockError, SimpleLockFile

    path = root / ".dvc/tmp/lock"
    if not path.is_file() or not os.access(path, os.W_OK):
        return False
    try:
        SimpleLockFile(str(path)).close()
    except LockError:
        return True
    return False


def _rwlock(root: Path) -> Iterator[Trouble]:
    path = root / RWLOCK
    if not path.is_file():
        return
    try:
        pids = _holders(path)
    except (ValueError, AttributeError, KeyError, TypeError):
        path.unlink()
        yield Trouble(RWLOCK, "left unreadable by a run that was stopped; removed")
        return
    if pids and not any(_is_dvc(pid) for pid in pids):
        path.unlink()
        yield Trouble(RWLOCK, "held files for a run that is gone; removed")
    elif pids:  # between two stages DVC lets go of its lock, not of this table
        yield Trouble(RWLOCK, AT_WORK, mended=False)


def _holders(path: Path) -> set[int]:
    table = json.loads(path.read_text(encoding="utf-8"))
    holders = [info for kind in ("read", "write") for infos in table.get(kind, {}).values() for info in _listed(infos)]
    return {int(info["pid"]) for info in holders}


def _listed(infos: object) -> list[dict[str, str]]:
    return infos if isinstance(infos, list) else [infos]  # type: ignore[list-item]


def _is_dvc(pid: int) -> bool:
    """Whether a process is there and is DVC: numbers of processes are used again."""
    import psutil

    try:
        words = psutil.Process(pid).cmdline()[:4]  # none yet: it is just starting
        return not words or any("dvc" in Path(word).name for word in words)
    except psutil.Error:
        return False


def _runs(root: Path) -> Iterator[Trouble]:
    """The run cache: runs/ab/<key of a stage>/<key of its outputs>."""
    runs = root / RUNS
    broken = 0
    for folder in sorted(runs.glob("*/*")) if runs.is_dir() else []:
        for entry in folder.iterdir() if folder.is_dir() else []:
            if not _is_sound(entry):
                entry.unlink()
                broken += 1
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            broken += 1
    for folder in runs.glob("*") if runs.is_dir() else []:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    if broken:
        yield Trouble(RUNS, "entries left unfinished by a run that was stopped; removed, they are made again")


def _is_sound(entry: Path) -> bool:
    return len(entry.name) == 64 and _is_mapping(entry, lambda found: "cmd" in found and "outs" in found)


def _dvc_lock(root: Path) -> Iterator[Trouble]:
    path = root / DVC_LOCK
    if path.is_file() and not _is_mapping(path, lambda found: isinstance(found.get("stages"), dict) and "schema" in found):
        path.unlink()
        yield Trouble(DVC_LOCK, "left unreadable by a run that was stopped; removed, the next run writes it again")


def _is_mapping(path: Path, is_sound: Callable[[dict[str, object]], bool]) -> bool:
    import ruamel.yaml
    from ruamel.yaml.error import YAMLError

    try:
        found = ruamel.yaml.YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, ValueError):
        return False
    return isinstance(found, dict) and is_sound(found)


def _unwritable(root: Path) -> Iterator[Trouble]:
    for name in PLACES:
        folders = [root / name, *(path for path in (root / name).glob("*") if path.is_dir())]
        for folder in folders:
            if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
                where = folder.relative_to(root).as_posix()
                yield Trouble(where, "not writable for you; give yourself the right (chmod u+w)", mended=False)


def _irregular(root: Path) -> Iterator[Trouble]:
    """What DVC would wait at without end: pipes, sockets and devices where it looks for files."""
    for name in READ_BY_DVC:
        top = root / name
        for path in (top, *top.rglob("*")):
            if path.exists() and not path.is_file() and not path.is_dir():
                where = path.relative_to(root).as_posix()
                yield Trouble(where, "neither a file nor a folder; put a plain copy in its place", mended=False)
