"""Names of files that may be somebody's: a copy comes in under another name, and no name of the kind is shown."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePath

from pipeline.base.errors import Problem
from pipeline.ingest.unlisted import COMMON, may_name
from pipeline.ingest.written import personal_in
from pipeline.prepare.names import FILE_WORDS, file_name

MEND = "rename it: messages, params.yaml and logs repeat the names of files"


def held_back(number: int, name: str) -> Problem | None:
    """The problem of a file that cannot come in under its own name, where it must: it lies in data/raw/ already."""
    found = personal_in(name, "file")
    return None if found is None else Problem(f"file {number}", f"its name seems to hold {found}", MEND)


def brought_as(name: str, taken: Collection[str]) -> str:
    """The name under which a file's copy comes in: its own, or only those of its words that say what it holds."""
    words = re.sub(r"[-_.]+", " ", PurePath(name).stem)
    if personal_in(name, "file") is None and not may_name(words, FILE_WORDS | COMMON):
        return name
    ending = PurePath(name).suffix.lower()
    stems = {f"{PurePath(other).stem}.csv" for other in taken}
    return PurePath(file_name(name, stems)).stem + ending
