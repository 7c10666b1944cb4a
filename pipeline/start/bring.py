"""What is to lie below data/raw/: the files as they are, or what prepare makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.base.errors import SourceError
from pipeline.prepare.identified import Identified
from pipeline.prepare.plan import Preparation
from pipeline.prepare.reading import read_identified
from pipeline.prepare.study import prepare
from pipeline.prepare.telling import tell


@dataclass(frozen=True)
class Brought:
    """De-identified tables by the name they will have, the bytes to write by path, and what to say of it."""

    tables: dict[str, Identified]
    files: dict[str, bytes]
    said: tuple[str, ...]


def as_they_are(tables: dict[str, Identified], blobs: Mapping[str, bytes], folder: str) -> Brought:
    """Copies of files that hold nothing that may not come in."""
    said = f"The files hold no dates and no identifiers by name: they are copied to {folder}/, for you alone to read."
    return Brought(tables, {f"{folder}/{name}": blobs[name] for name in tables}, (said,))


def prepared(tables: Mapping[str, Identified], plan: Preparation, key: bytes, folder: str) -> Brought:
    """What prepare makes of identified files; columns that kept their codes keep their labels. SourceError as prepare."""
    made = prepare(tables, plan, key)
    found: dict[str, Identified] = {}
    files: dict[str, bytes] = {}
    for one, before in zip(made.files, tables.values(), strict=True):
        if one.content:
            table, problems = read_identified(one.number, "csv", one.content)
            if table is None:
                raise SourceError(problems)
            found[one.name] = replace(table, labels=_kept_labels(before, table))
            files[f"{folder}/{one.name}"] = one.content
    return Brought(found, files, tuple(tell(made, folder)))


def _kept_labels(before: Identified, after: Identified) -> dict[str, Mapping[str, str]]:
    """The labels of columns whose cells are still the codes they belong to."""
    kept = {}
    for header, cells in zip(after.header, after.columns, strict=True):
        labels = before.labels.get(header, {})
        if labels and set(cells) - {""} <= set(labels):
            kept[header] = labels
    return kept
