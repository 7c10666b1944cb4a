"""What lies in the sources' folder, looked at without opening anything: plain files and folders only.

DVC itself reads every file of the folder before it runs ingest, and would wait at a pipe or follow a link without end; so
`check`, which runs first, refuses what is neither a file nor a folder, mapped or not.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from pipeline.base.errors import Problem
from pipeline.tables.rules import rule_problem


def folder_problems(folder: Path, named: Collection[str]) -> list[Problem]:
    """A sources' folder that is not there or is a link, and what in it is no plain file, by name where params names it."""
    linked = linked_folder(folder)
    if linked is not None:
        return [linked]
    strange = {entry.path for entry in _entries(folder) if not _is_plain(entry)}
    known = [name for name in named if os.fspath(folder / name) in strange]
    problems = [rule_problem("not_regular", name) for name in known]
    if others := len(strange) - len(known):
        detail = "1 entry that no mapping names" if others == 1 else f"{others} entries that no mapping names"
        problems.append(rule_problem("not_regular", folder.name, detail=detail))
    return problems


def linked_folder(folder: Path) -> Problem | None:
    """A sources' folder that is itself a link leads out of the project."""
    for part in (folder, folder.parent, folder.parent.parent):
        if part.is_symlink():
            return rule_problem("not_regular", part.name)
    return None if folder.is_dir() else rule_problem("not_there", folder.name)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(Path(entry.path))


def _is_plain(entry: os.DirEntry[str]) -> bool:
    mode = entry.stat(follow_symlinks=False).st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
