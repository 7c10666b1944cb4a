"""Opening raw files at the edge: regular files inside the sources' folder, bounded, hashed, read once."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pipeline.base.errors import Problem
from pipeline.base.sources import Reading, Sources
from pipeline.ingest.blob import is_line_too_long
from pipeline.ingest.delimited import DEFAULT
from pipeline.ingest.raw import RawTable
from pipeline.ingest.readers import is_delimited, read_raw
from pipeline.project.io import digest
from pipeline.project.raw_folder import linked_folder
from pipeline.tables.remedies import NOWHERE, About
from pipeline.tables.rules import rule_problem

MEGABYTE = 1 << 20
HEAD = 1 << 18  # the first look at a file: one that begins with an endless line is read no further


def read_files(
    folder: Path, names: Iterable[str], max_mb: int, sources: Sources | None = None
) -> tuple[dict[str, RawTable], list[Problem]]:
    """Every named file of the folder as text, as `sources` says it is written, and all that is wrong with any of them."""
    tables: dict[str, RawTable] = {}
    problems: list[Problem] = []
    linked = linked_folder(folder)
    if linked is not None:
        return {}, [linked]
    for name in names:
        table, faults = read_file(folder / name, max_mb, DEFAULT if sources is None else sources.reading(name))
        problems += faults
        if table is not None:
            tables[name] = table
    return tables, problems


def read_file(path: Path, max_mb: int, how: Reading = DEFAULT) -> tuple[RawTable | None, list[Problem]]:
    """One file as text; None and the problems where it breaks a rule of bytes or shape."""
    blob, problems = read_bytes(path, path.name, max_mb)
    if blob is None:
        return None, problems
    table, problems = read_raw(path.name, blob, how=how)
    return (None if table is None else replace(table, sha256=digest(blob))), problems


def _pieces(path: Path) -> About:
    """Files of the same name but for a year or a number, of which a stacked source may be meant."""
    alike = re.compile(rf"{re.escape(path.stem)}[ _-]?[0-9]{{1,4}}{re.escape(path.suffix)}")
    found = (
        sorted(entry.name for entry in path.parent.iterdir() if alike.fullmatch(entry.name)) if path.parent.is_dir() else []
    )
    if not found:
        return NOWHERE
    return About(example=f"# one below the other\nfile: [{', '.join(found)}]")


def read_bytes(path: Path, name: str, max_mb: int) -> tuple[bytes | None, list[Problem]]:
    """A file's content; None where it is not there, not a regular file, or larger than the bound."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None, [rule_problem("not_regular", name)]
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        return None, [rule_problem("not_there", name, about=_pieces(path))]
    except OSError:
        return None, [rule_problem("not_regular", name)]
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None, [rule_problem("not_regular", name)]
        if status.st_size > max_mb * MEGABYTE:
            return None, [rule_problem("too_large", name)]
        if is_delimited(name) and is_line_too_long(file.read(HEAD)):
            return None, [rule_problem("line_too_long", name)]
        file.seek(0)
        return file.read(max_mb * MEGABYTE), []
