"""release: say what would leave, ask, and pack what the manifest lists and nothing else.

What was released stays known in data/releases.json, keyed and private, so that no later release tells of the few who differ.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from pipeline.base.errors import DisclosureError, Problem
from pipeline.base.options import Origin
from pipeline.disclosure.manifest import CLEARED, differences, packed, unsound
from pipeline.disclosure.people import contents
from pipeline.disclosure.record import Candidate, Kept, Record, merged, refusals, released
from pipeline.disclosure.rules import Rules
from pipeline.project.io import Batch, digest, json_bytes
from pipeline.stages.report import BASIS, VALIDATED

FOLDER = "reports"
MANIFEST = "reports/release.json"
ARCHIVE = "release.zip"
RECORD = "data/releases.json"
DOCX = "reports/report.docx"
OURS = {
    ".gitignore",
    "report.docx",
    "plan.html",
    "plan.docx",
}  # DVC's own, released by nobody; the Word document is made anew for the archive
# There even where a study fills none of them.
FOLDERS = {"reports/estimates", "reports/tables", "reports/figures", "reports/figures/at_a_glance"}
RERUN = "run `dvc repro` to make the reports anew"
KEY_BYTES = 32


class Held(Kept):
    """How many places a rule left empty somewhere."""

    where: str
    rule: str
    places: int


class Manifest(Kept):
    """reports/release.json, once it is known to be sound."""

    release: Literal["public"]
    rules: dict[str, int]
    files: dict[str, dict[str, str | list[str]]]
    held_back: list[Held]


class Basis(Kept):
    """What the report stage says its report was made of: private, as it holds hashes of tables."""

    manifest: str
    study: str
    origin: Origin
    tables: dict[str, str]


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Write release.zip and the record; DisclosureError where the reports are not as listed or would tell of few."""
    batch = Batch(root, (FOLDER, BASIS, VALIDATED, RECORD), (ARCHIVE, RECORD))
    listed, files = _cleared(root, batch)
    before = _record(batch, getattr(arguments, "record", None))
    candidate = _candidate(batch, Rules(release="public", **listed.rules))
    if problems := refusals(before, candidate):
        raise DisclosureError(problems)
    files = with_word(root, files)
    _say(listed, files, before)
    if not (getattr(arguments, "yes", False) or _agreed()):
        print("Nothing was released.")
        return 1
    archive = packed(files)
    batch.put_bytes(ARCHIVE, archive)
    entry = released(candidate, secrets.token_bytes(KEY_BYTES))
    batch.put_json(RECORD, merged(before, Record(releases=(entry,))).model_dump())
    batch.commit()
    print(f"{ARCHIVE}: {len(files)} files, all of them listed in {MANIFEST}. SHA-256 {digest(archive)}")
    print(f"{RECORD} remembers this release. Whoever else may release this study needs it: see docs/disclosure.md.")
    return 0


def with_word(root: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with the report as a Word document, made of the same cleared numbers, and listed as they are."""
    from pipeline.commands.export import document_of, docx
    from pipeline.report.readers.page import render
    from pipeline.stages.report import VERDICTS

    if not (root / VERDICTS).is_file():
        return files
    document = document_of(root)
    if render(document).encode("utf-8") != files["reports/report.html"]:
        raise DisclosureError(Problem("reports/report.html", "not what params.yaml and the results say now", RERUN))
    content = docx(document)
    listed = json.loads(files[MANIFEST])
    listed["files"][DOCX] = {"sha256": digest(content), "cleared_by": list(CLEARED[".docx"])}
    return {**files, DOCX: content, MANIFEST: json_bytes(listed)}


def _cleared(root: Path, batch: Batch) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and every file it lists; DisclosureError where anything under reports/ is not as listed."""
    names = _names(root)
    listed = batch.json(MANIFEST)
    if not isinstance(listed, dict) or listed.get("release") != "public":
        raise DisclosureError(Problem("privacy.release", "this is an internal report", "set it to public, run `dvc repro`"))
    found = {name: batch.content(name) for name in names if name != MANIFEST}
    problems = differences(listed, found) or unsound(listed, batch.content(MANIFEST) == json_bytes(listed))
    if problems:
        raise DisclosureError(problems)
    return Manifest.model_validate(listed), {**found, MANIFEST: batch.content(MANIFEST)}


def _candidate(batch: Batch, rules: Rules) -> Candidate:
    """The release with the clients behind it; DisclosureError where the report was not made of the data at hand."""
    try:
        basis = Basis.model_validate(batch.json(BASIS))
    except ValidationError:
        raise DisclosureError(Problem(BASIS, "not as the report stage writes it", RERUN)) from None
    names = [name for name in batch.names(VALIDATED) if name.endswith(".parquet")]
    same = basis.manifest == digest(batch.content(MANIFEST))
    if not same or basis.tables != {name: digest(batch.content(name)) for name in names}:
        raise DisclosureError(Problem("reports", "not made of the data that are here now", RERUN))
    tables = {Path(name).stem: batch.table(name) for name in names}
    return Candidate(basis.study, basis.origin, rules, contents(tables))


def _record(batch: Batch, given: Path | None) -> Record:
    """The record at hand, with a colleague's taken up; DisclosureError where one cannot be read."""
    texts = {RECORD: batch.content(RECORD)} if batch.has(RECORD) else {}
    if given is not None:
        texts["--record"] = given.read_bytes() if given.is_file() else b""
    records = []
    for name, text in texts.items():
        try:
            records.append(Record.model_validate_json(text))
        except ValidationError:
            mend = "take it from whoever released last"
            raise DisclosureError(Problem(name, "not a record as `release` writes it", mend)) from None
    return merged(*records)


def _say(listed: Manifest, files: dict[str, bytes], before: Record) -> None:
    print("This would leave:")
    for name, content in sorted(files.items()):
        print(f"  {name} ({len(content):,} bytes)")
    print(f"By these rules: {', '.join(f'{name} {value}' for name, value in sorted(listed.rules.items()))}.")
    print(f"Withheld: some {sum(one.places for one in listed.held_back):,} places (listed in {MANIFEST}).")
    if not before.releases:
        print("No earlier release of this study is known here. If somebody made one, take up their record: --record FILE.")


def _agreed() -> bool:
    """Whether somebody at a keyboard says yes."""
    print("Release it? Type yes: ", end="", flush=True)
    return sys.stdin.readline().strip().lower() == "yes"


def _names(root: Path) -> list[str]:
    """The files under reports/; DisclosureError for a link, anything that is no file, and a folder with no file in it."""
    base = root / FOLDER
    if base.is_symlink():
        raise DisclosureError(Problem(FOLDER, "a link, not a folder", "run `dvc repro` in a project of its own"))
    paths = sorted(base.rglob("*"))
    odd = [Problem(_relative(path, root), text, "take it out of reports/") for path in paths if (text := _odd(path, root))]
    if odd:
        raise DisclosureError(odd)
    return [_relative(path, root) for path in paths if path.is_file() and path.name not in OURS]


def _odd(path: Path, root: Path) -> str:
    if path.is_symlink():
        return "a link, not a file"
    if path.is_dir():
        empty = _relative(path, root) not in FOLDERS and not any(inner.is_file() for inner in path.rglob("*"))
        return "a folder with no file in it: its name may tell something" if empty else ""
    return "" if path.is_file() else "neither a file nor a folder"


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
