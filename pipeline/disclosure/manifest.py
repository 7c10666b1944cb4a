"""The release manifest: every file that may leave, its hash, and the rules that cleared it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from pipeline.base.errors import DisclosureError, Problem
from pipeline.disclosure.rules import Rules
from pipeline.results.manifests import ClearedFile, HeldBack, ReleaseManifest, ReleaseRules

RERUN = "run `dvc repro` to make the reports anew"
ALTERED = Problem("reports/release.json", "changed since it was written", RERUN)
OLDEST = (1980, 1, 1, 0, 0, 0)  # the first moment a zip file can tell: the same in every release
CLEARED = {
    ".html": ("every number made by the gate", "text escaped", "no script, no outside request"),
    ".pdf": ("every number made by the gate", "no file or network access"),
    ".docx": ("every number made by the gate", "text, tables and pictures only"),
    ".csv": ("every number made by the gate", "no cell is a formula"),
    ".json": ("every number made by the gate",),
    ".png": ("drawn from numbers the gate had cleared", "no vector coordinates, no metadata"),
    ".svg": ("drawn from numbers the gate had cleared",),
}


def release_manifest(files: Mapping[str, bytes], rules: Rules, held_back: Sequence[HeldBack]) -> ReleaseManifest:
    """The manifest of a release; DisclosureError for a kind of file no rule clears."""
    problems = [Problem(name, "no rule clears this kind of file") for name in files if not _clearance(name)]
    if problems:
        raise DisclosureError(problems)
    return ReleaseManifest(
        release=rules.release,
        rules=ReleaseRules(min_cell=rules.min_cell, round_to=rules.round_to, min_workers=rules.min_workers),
        files={
            name: ClearedFile(sha256=_hash(content), cleared_by=_clearance(name)) for name, content in sorted(files.items())
        },
        held_back=tuple(held_back),
    )


def manifest_differences(listed: ReleaseManifest, found: Mapping[str, bytes]) -> list[Problem]:
    """What stands between a folder and its release: files not listed, not there, or changed since."""
    names = listed.files
    problems = [
        Problem(name, "not in the release manifest", "move it out of reports/") for name in sorted(set(found) - set(names))
    ]
    problems += [Problem(name, "listed, but not there", RERUN) for name in sorted(set(names) - set(found))]
    changed = (name for name in sorted(set(names) & set(found)) if names[name].sha256 != _hash(found[name]))
    return problems + [Problem(name, "changed since it was cleared", RERUN) for name in changed]


def manifest_faults(listed: ReleaseManifest, canonical: bool) -> list[Problem]:
    """What a manifest says that the report stage would not have written; `canonical`: its bytes are those it writes."""
    if canonical and all(entry.cleared_by == _clearance(name) for name, entry in listed.files.items()):
        return []
    return [ALTERED]


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip with the same bytes for the same content: sorted, uncompressed, without times."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, OLDEST)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _clearance(name: str) -> tuple[str, ...]:
    return CLEARED.get(PurePosixPath(name).suffix, ())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
