"""The manifest: hashes and row counts of the raw files, frozen; with it, no row is lost, added or changed unnoticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from pipeline.base.errors import Problem
from pipeline.ingest.raw import RawTable
from pipeline.results.manifests import FrozenFile, RawManifest
from pipeline.tables.rules import rule_problem

NAME = "manifest.json"  # in the sources' folder, so that DVC sees when it changes


def manifest_of(tables: Mapping[str, RawTable], secret: str) -> RawManifest:
    """What the manifest says of each file.

    `secret` stays with the data: the lock, which is published, holds the hash of the manifest, and without something in it
    that nobody can guess, whoever knows all rows but one could try out that one.
    """
    files = {name: FrozenFile(sha256=table.sha256, rows=table.rows) for name, table in sorted(tables.items())}
    return RawManifest(secret=secret, files=files)


def read_manifest(text: str | bytes) -> RawManifest | None:
    """A manifest as it was written; None where it is not one."""
    try:
        return RawManifest.model_validate_json(text)
    except ValidationError:
        return None


def manifest_problems(manifest: RawManifest | None, tables: Mapping[str, RawTable], named: list[str]) -> Iterator[Problem]:
    """Files that are not what the manifest froze, that are gone, or that it does not know.

    `manifest`: None where it cannot be read. `tables`: the files as read; `named`: every file that the mapping names, also
    those that could not be read.
    """
    if manifest is None:
        yield rule_problem("unreadable", NAME, detail="freeze it anew")
        return
    frozen = manifest.files
    for name in sorted(set(frozen) - set(named)):
        yield rule_problem("manifest_lost", name, detail="no mapping names it any longer")
    for name in named:
        if name not in frozen:
            yield rule_problem("manifest_new", name)
        elif name in tables and tables[name].sha256 != frozen[name].sha256:
            yield rule_problem("manifest_changed", name, detail=_rows(frozen[name].rows, tables[name].rows))


def _rows(before: int | None, now: int) -> str:
    return f"{now:,} rows now" if before is None else f"{before:,} rows then, {now:,} now"
