"""The manifest: hashes and row counts of the raw files, frozen; with it, no row is lost, added or changed unnoticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.base.errors import Problem
from pipeline.ingest.raw import RawTable
from pipeline.tables.rules import rule_problem

NAME = "manifest.json"  # in the sources' folder, so that DVC sees when it changes


def manifest_of(tables: Mapping[str, RawTable], secret: str) -> dict[str, Any]:
    """What the manifest says of each file.

    `secret` stays with the data: the lock, which is published, holds the hash of the manifest, and without something in it
    that nobody can guess, whoever knows all rows but one could try out that one.
    """
    return {
        "secret": secret,
        "files": {name: {"sha256": table.sha256, "rows": table.rows} for name, table in sorted(tables.items())},
    }


def manifest_problems(manifest: object, tables: Mapping[str, RawTable], named: list[str]) -> Iterator[Problem]:
    """Files that are not what the manifest froze, that are gone, or that it does not know.

    `tables`: the files as read; `named`: every file that the mapping names, also those that could not be read.
    """
    frozen = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(frozen, dict) or not all(isinstance(entry, dict) for entry in frozen.values()):
        yield rule_problem("unreadable", NAME, detail="freeze it anew")
        return
    for name in sorted(set(frozen) - set(named)):
        yield rule_problem("manifest_lost", name, detail="no mapping names it any longer")
    for name in named:
        if name not in frozen:
            yield rule_problem("manifest_new", name)
        elif name in tables and tables[name].sha256 != frozen[name].get("sha256"):
            yield rule_problem("manifest_changed", name, detail=_rows(frozen[name].get("rows"), tables[name].rows))


def _rows(before: object, now: int) -> str:
    return f"{before:,} rows then, {now:,} now" if isinstance(before, int) else f"{now:,} rows now"
