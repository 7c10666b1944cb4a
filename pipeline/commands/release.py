"""release: say what would leave, ask, and pack what the manifest lists and nothing else.

What was released stays known in data/releases.json, keyed and private, so that no later release tells of the few who differ.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from pipeline.base.errors import DisclosureError, Problem
from pipeline.base.params import load
from pipeline.disclosure.manifest import ALTERED, CLEARED, manifest_differences, manifest_faults, zip_bytes
from pipeline.disclosure.neutral import markdown_text, visible_text
from pipeline.disclosure.people import client_contents
from pipeline.disclosure.record import Candidate, ReleaseRecord, merged_records, release_entry, release_refusals
from pipeline.disclosure.rules import Rules
from pipeline.ingest.unlisted import ASKED, asked_about
from pipeline.ingest.written import told_by
from pipeline.project.io import Batch, digest, json_bytes
from pipeline.project.rerun import INSIDE
from pipeline.project.runner import params_text
from pipeline.results.lock import Lock
from pipeline.results.manifests import ClearedFile, ReleaseManifest, ReportBasis
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
NOT_OF_ROWS = "code, settings and made-up data: nothing in it is of a row, a count or a result"
ABOUT = """# {title}

- `reports/`: what was released; every number in it has passed the output gate, and `reports/release.json` lists each file.
- `rerun/`: the code, `params.yaml` and the locked versions that made it. `make study`, here or there, runs them (without
  make: `python -m pipeline study` in `rerun/`). A simulated study makes the released numbers again; of a real one, the data
  are made up (`rerun/data/raw/stand_in`): they have its tables, columns and measures, and nothing that is true of anybody.
- `preregistration.md`, `lock.json` (where claims were locked): what was promised before outcomes were looked at.

## How to cite this analysis

{cited}
"""


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Write release.zip and the record; DisclosureError where the reports are not as listed or would tell of few."""
    batch = Batch(root, (FOLDER, BASIS, VALIDATED, RECORD), (ARCHIVE, RECORD))
    listed, files = _cleared(root, batch)
    before = _record(batch, getattr(arguments, "record", None))
    candidate = _candidate(batch, Rules(release="public", **listed.rules.model_dump()))
    if problems := release_refusals(before, candidate):
        raise DisclosureError(problems)
    files = with_rerun(root, with_word(root, files))
    _say(listed, files, before)
    _ask_about_names(root)
    if not (getattr(arguments, "yes", False) or _agreed()):
        print("Nothing was released.")
        return 1
    archive = zip_bytes(files)
    batch.put_bytes(ARCHIVE, archive)
    entry = release_entry(candidate, secrets.token_bytes(KEY_BYTES))
    batch.put_json(RECORD, merged_records(before, ReleaseRecord(releases=(entry,))).model_dump())
    batch.commit()
    print(f"{ARCHIVE}: {len(files)} files, all of them listed in {MANIFEST}. SHA-256 {digest(archive)}")
    print(f"{RECORD} remembers this release. Whoever else may release this study needs it: see docs/disclosure.md.")
    return 0


def with_word(root: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with the report as a Word document, made of the same cleared numbers, and listed as they are."""
    from pipeline.commands.export import document_of, docx
    from pipeline.report.readers.page import page_html
    from pipeline.stages.report import VERDICTS

    if not (root / VERDICTS).is_file():
        return files
    document = document_of(root)
    if page_html(document).encode("utf-8") != files["reports/report.html"]:
        raise DisclosureError(Problem("reports/report.html", "not what params.yaml and the results say now", RERUN))
    content = docx(document)
    cleared = ClearedFile(sha256=digest(content), cleared_by=CLEARED[".docx"])
    return {**files, DOCX: content, MANIFEST: _listed_also(files[MANIFEST], {DOCX: cleared})}


def with_rerun(root: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with what a reviewer reruns, the preregistration and how to cite; all of it listed, none of it of a row."""
    from pipeline.commands import lock
    from pipeline.hypotheses.verdict.lock import FILE as LOCK_FILE
    from pipeline.project.instruments import FOLDER as INSTRUMENTS
    from pipeline.project.instruments import library, texts
    from pipeline.project.rerun import rerun_files
    from pipeline.report.citation import citation_file, citation_paragraph
    from pipeline.report.sections.provenance import settings_hash
    from pipeline.results.verdict import Verdicts
    from pipeline.stages.report import VERDICTS, versions

    if not (root / VERDICTS).is_file():
        return files
    text = params_text(root)
    params = load(text)
    batch = Batch(root, (INSTRUMENTS, VERDICTS, LOCK_FILE, "requirements.lock"), ())
    added = rerun_files(text, params, library(batch, params.measures), texts(batch, params.measures))
    state, title, settings = batch.record(VERDICTS, Verdicts).lock, visible_text(params.study.title), settings_hash(params)
    held = lock.read(batch).locked
    if held is not None:
        added["preregistration.md"] = lock.text_of(params, held).encode("utf-8")
        added["lock.json"] = json_bytes(_public(held))
    added["CITATION.cff"] = citation_file(title, settings, state).encode("utf-8")
    cited = citation_paragraph(markdown_text(title), settings, versions(batch), state)
    added["README.md"] = ABOUT.format(title=markdown_text(title), cited=cited).encode("utf-8")
    entries = {name: ClearedFile(sha256=digest(one), cleared_by=(NOT_OF_ROWS,)) for name, one in added.items()}
    return {**files, **added, MANIFEST: _listed_also(files[MANIFEST], entries)}


def _listed_also(manifest: bytes, entries: Mapping[str, ClearedFile]) -> bytes:
    """A manifest with further files."""
    listed = ReleaseManifest.model_validate_json(manifest)
    return json_bytes(listed.model_copy(update={"files": {**listed.files, **entries}}))


def _public(held: Lock) -> dict[str, object]:
    """A lock without what it says of the raw files: headers and codes of a site, and the hash of their manifest."""
    whole: dict[str, object] = held.model_dump(mode="json", exclude={"manifest": True, "promise": {"data": True}})
    return whole


def _cleared(root: Path, batch: Batch) -> tuple[ReleaseManifest, dict[str, bytes]]:
    """The manifest and every file it lists; DisclosureError where anything under reports/ is not as listed."""
    names = _names(root)
    content = batch.json(MANIFEST)
    if not isinstance(content, dict) or content.get("release") != "public":
        raise DisclosureError(Problem("privacy.release", "this is an internal report", "set it to public, run `dvc repro`"))
    try:
        listed = ReleaseManifest.model_validate_json(batch.content(MANIFEST))
    except ValidationError:
        raise DisclosureError(ALTERED) from None
    found = {name: batch.content(name) for name in names if name != MANIFEST}
    problems = manifest_differences(listed, found) or manifest_faults(listed, batch.content(MANIFEST) == json_bytes(listed))
    if problems:
        raise DisclosureError(problems)
    return listed, {**found, MANIFEST: batch.content(MANIFEST)}


def _candidate(batch: Batch, rules: Rules) -> Candidate:
    """The release with the clients behind it; DisclosureError where the report was not made of the data at hand."""
    try:
        basis = ReportBasis.model_validate_json(batch.content(BASIS))
    except ValidationError:
        raise DisclosureError(Problem(BASIS, "not as the report stage writes it", RERUN)) from None
    names = [name for name in batch.names(VALIDATED) if name.endswith(".parquet")]
    same = basis.manifest == digest(batch.content(MANIFEST))
    if not same or basis.tables != {name: digest(batch.content(name)) for name in names}:
        raise DisclosureError(Problem("reports", "not made of the data that are here now", RERUN))
    tables = {Path(name).stem: batch.table(name) for name in names}
    return Candidate(basis.study, basis.origin, rules, client_contents(tables))


def _record(batch: Batch, given: Path | None) -> ReleaseRecord:
    """The record at hand, with a colleague's taken up; DisclosureError where one cannot be read."""
    texts = {RECORD: batch.content(RECORD)} if batch.has(RECORD) else {}
    if given is not None:
        texts["--record"] = given.read_bytes() if given.is_file() else b""
    records = []
    for name, text in texts.items():
        try:
            records.append(ReleaseRecord.model_validate_json(text))
        except ValidationError:
            mend = "take it from whoever released last"
            raise DisclosureError(Problem(name, "not a record as `release` writes it", mend)) from None
    return merged_records(*records)


def _say(listed: ReleaseManifest, files: dict[str, bytes], before: ReleaseRecord) -> None:
    print("This would leave:")
    shown = {name: content for name, content in files.items() if not name.startswith(f"{INSIDE}/")}
    for name, content in sorted(shown.items()):
        print(f"  {name} ({len(content):,} bytes)")
    if inside := len(files) - len(shown):
        print(f"  {INSIDE}/: {inside} files of code, settings and made-up data, for others to run")
    print(f"By these rules: {', '.join(f'{name} {value}' for name, value in sorted(listed.rules.model_dump().items()))}.")
    print(f"Withheld: some {sum(one.places for one in listed.held_back):,} places (listed in {MANIFEST}).")
    if not before.releases:
        print("No earlier release of this study is known here. If somebody made one, take up their record: --record FILE.")


def _ask_about_names(root: Path) -> None:
    """Say which texts of params.yaml may name somebody, before it is asked whether they may leave."""
    from pipeline.stages.report import VERDICTS

    if (root / VERDICTS).is_file():
        for place in asked_about(told_by(load(params_text(root)))):
            print(f"Look again at {place}: {ASKED}")


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
