"""The lock file: what was promised before outcomes were looked at, every time it was opened, and what was declared since.

It is the one file here that people keep for years, and its hashes are over what was written: a key that a file of an
earlier version does not have is not added to it, and one that a later version wrote is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ConfigDict, JsonValue, SerializerFunctionWrapHandler, model_serializer

from pipeline.results.record import Record
from pipeline.results.verdict import Declared

Settings = Mapping[str, JsonValue]


class KeptAsRead(Record):
    """A part of the lock file, written as it was read."""

    @model_serializer(mode="wrap")
    def _as_read(self, handler: SerializerFunctionWrapHandler) -> dict[str, JsonValue]:
        return {name: value for name, value in handler(self).items() if name in self.model_fields_set}


class Promise(KeptAsRead):
    """What a lock holds fast, as params.yaml and the instruments say it with defaults filled in; sections by name."""

    model_config = ConfigDict(extra="allow")

    hypotheses: Mapping[str, Settings]
    exposure: Settings | None = None
    measures: Settings | None = None
    verdict: Settings | None = None
    compute: Settings | None = None
    instruments: Mapping[str, Settings] | None = None
    data: Mapping[str, Settings] | None = None


class Lock(KeptAsRead):
    """A closed lock: the promise, under what circumstances it was given, and the hash of it all."""

    date: str
    manifest: str | None
    engine: str
    outcomes_seen_before: bool
    history_sha256: str | None = None
    promise: Promise
    sha256: str


class Reopened(KeptAsRead):
    """One time the lock was opened again, why, and what had been locked."""

    unlocked: str
    why: str
    was: Lock


class LockFile(KeptAsRead):
    """lock.json whole."""

    locked: Lock | None
    history: tuple[Reopened, ...]
    declared: tuple[Declared, ...]
