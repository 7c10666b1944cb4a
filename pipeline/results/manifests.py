"""The two manifests: the raw files as they were frozen, and the files of a release with the rules that cleared each."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.base.options import Origin, Release
from pipeline.results.record import Record


class FrozenFile(Record):
    """A raw file when it was frozen: SHA-256 of its bytes, and its rows (None: an older manifest did not say)."""

    sha256: str
    rows: int | None = None


class RawManifest(Record):
    """The raw files of a study by name; `secret` (hexadecimal) stays with the data, so that its hash gives nothing away."""

    files: Mapping[str, FrozenFile]
    secret: str = ""


class ClearedFile(Record):
    """A file that may leave: SHA-256 of its bytes, and what cleared it, in words."""

    sha256: str
    cleared_by: tuple[str, ...]


class HeldBack(Record):
    """How many places a rule left empty somewhere: about, as a number could tell of rare codes."""

    where: str
    rule: str
    places: int


class ReleaseRules(Record):
    """What numbers were held to: `min_cell` clients and `min_workers` workers behind each, counts in `round_to`s."""

    min_cell: int
    round_to: int
    min_workers: int


class ReleaseManifest(Record):
    """reports/release.json: every file that may leave by name, the rules, and what was held back."""

    release: Release
    rules: ReleaseRules
    files: Mapping[str, ClearedFile]
    held_back: tuple[HeldBack, ...]


class ReportBasis(Record):
    """What a report was made of, as SHA-256: its manifest, the validated tables by name. Private: it tells of rows."""

    manifest: str
    study: str
    origin: Origin
    tables: Mapping[str, str]
