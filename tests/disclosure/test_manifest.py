"""The release manifest and its zip."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline.base.errors import DisclosureError, PipelineError
from pipeline.commands import release
from pipeline.disclosure.manifest import manifest_differences, release_manifest, zip_bytes
from pipeline.disclosure.rules import Rules
from pipeline.project.io import digest, json_bytes, parquet_bytes
from tests.disclosure.studies import study_tables
from tests.project import ROOT

CLIENTS = 30
YES = argparse.Namespace(yes=True, record=None)
FILES = {"reports/report.html": b"<p>", "reports/tables/a.csv": b"x\n"}


def data(root: Path, clients: int) -> None:
    """The data behind the reports, and what the report stage says they were made of."""
    for name, table in study_tables(clients).items():
        (root / "data/validated").mkdir(parents=True, exist_ok=True)
        (root / f"data/validated/{name}.parquet").write_bytes(parquet_bytes(table))
    paths = (root / "data/validated").glob("*.parquet")
    tables = {f"data/validated/{path.name}": digest(path.read_bytes()) for path in paths}
    found = digest((root / "reports/release.json").read_bytes())
    basis = {"manifest": found, "study": "data/raw/x", "origin": "real", "tables": tables}
    (root / "data/analysis").mkdir(exist_ok=True)
    (root / "data/analysis/report_basis.json").write_bytes(json_bytes(basis))


def project(root: Path, kind: str = "public", clients: int = CLIENTS) -> Path:
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    listed = release_manifest(FILES, Rules(release=kind), [])  # type: ignore[arg-type]
    (root / "reports/release.json").write_bytes(json_bytes(listed))
    data(root, clients)
    (root / "reports/.gitignore").write_text("/report.html\n")
    (root / "reports/figures").mkdir()  # as the report stage leaves it where there is no figure
    return root


def test_all_listed_is_packed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(project(tmp_path), YES) == 0
    with zipfile.ZipFile(tmp_path / "release.zip") as archive:
        assert archive.namelist() == sorted([*FILES, "reports/release.json"])
    assert "3 files" in capsys.readouterr().out


def stray(root: Path) -> None:
    (root / "reports/notes.txt").write_text("x")


def hidden_stray(root: Path) -> None:
    (root / "reports/.rows.csv").write_text("x")


def changed(root: Path) -> None:
    (root / "reports/tables/a.csv").write_text("y\n")


def gone(root: Path) -> None:
    (root / "reports/tables/a.csv").unlink()


def linked(root: Path) -> None:
    (root / "reports/tables/a.csv").unlink()
    (root / "reports/tables/a.csv").symlink_to(root / "reports/report.html")


def folder_named_like_a_client(root: Path) -> None:
    (root / "reports/tables/C14dc25bb").mkdir()


def linked_folder(root: Path) -> None:
    (root / "reports/raw").symlink_to(root / "reports/tables", target_is_directory=True)


def linked_reports(root: Path) -> None:
    (root / "reports").rename(root / "elsewhere")
    (root / "reports").symlink_to(root / "elsewhere", target_is_directory=True)


def other_case(root: Path) -> None:
    (root / "reports/Report.html").write_bytes(FILES["reports/report.html"])


def pipe(root: Path) -> None:
    os.mkfifo(root / "reports/tables/b.csv")


def listed_by_hand(root: Path) -> None:
    (root / "reports/rows.csv").write_text("id\n")
    listed = json.loads((root / "reports/release.json").read_text())
    listed["files"]["reports/rows.csv"] = {"sha256": hashlib.sha256(b"id\n").hexdigest(), "cleared_by": ["me"]}
    (root / "reports/release.json").write_bytes(json_bytes(listed))


def rows_in_the_manifest(root: Path) -> None:
    listed = json.loads((root / "reports/release.json").read_text())
    (root / "reports/release.json").write_bytes(json_bytes({**listed, "rows": [["C14dc25bb", 3]]}))


def rows_after_the_manifest(root: Path) -> None:
    with (root / "reports/release.json").open("a") as file:
        file.write(" ")


def other_data(root: Path) -> None:
    (root / "data/validated/clients.parquet").write_bytes(parquet_bytes(study_tables(CLIENTS + 1)["clients"]))


def other_rules(root: Path) -> None:
    """A manifest whose rules were edited, in the form the stage writes."""
    listed = json.loads((root / "reports/release.json").read_text())
    listed["rules"]["round_to"] = 7
    (root / "reports/release.json").write_bytes(json_bytes(listed))


def no_basis(root: Path) -> None:
    (root / "data/analysis/report_basis.json").write_text("{}")


def no_record(root: Path) -> None:
    (root / "data/releases.json").write_text('{"counts": {"x": 3.5}}')


FOLDERS = [folder_named_like_a_client, linked_folder, linked_reports]
FILES_SPOILED = [stray, hidden_stray, changed, gone, linked, other_case, pipe]
MANIFESTS = [listed_by_hand, rows_in_the_manifest, rows_after_the_manifest]
DATA = [other_data, other_rules, no_basis, no_record]


@pytest.mark.parametrize("spoil", [*FOLDERS, *FILES_SPOILED, *MANIFESTS, *DATA])
def test_anything_else_is_refused_and_nothing_packed(tmp_path: Path, spoil: object) -> None:
    spoil(project(tmp_path))  # type: ignore[operator]
    with pytest.raises(DisclosureError):
        release.main(tmp_path, YES)
    assert not (tmp_path / "release.zip").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"release": "public"}', "not json"])
def test_no_manifest_no_release(tmp_path: Path, content: str) -> None:
    (project(tmp_path) / "reports/release.json").write_text(content)
    with pytest.raises(PipelineError):
        release.main(tmp_path, YES)
    assert not (tmp_path / "release.zip").exists()


def test_the_zip_is_the_same_elsewhere(tmp_path: Path) -> None:
    archives = set()
    for i, (zone, mask) in enumerate([("UTC", 0o022), ("Pacific/Kiritimati", 0o077)]):
        root = project(tmp_path / str(i))
        script = (
            f"import os, sys; os.umask({mask}); from pipeline.__main__ import main; sys.exit(main(['release', '--yes']))"
        )
        (root / "params.yaml").touch()
        environment = {**os.environ, "TZ": zone, "LC_ALL": "C", "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(i)}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        archives.add((root / "release.zip").read_bytes())
    assert len(archives) == 1


@pytest.mark.parametrize("answer", ["", "no\n", "y\n"])
def test_without_a_yes_nothing_leaves(tmp_path: Path, answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    assert release.main(project(tmp_path), argparse.Namespace(yes=False, record=None)) == 1
    assert not (tmp_path / "release.zip").exists()
    assert not (tmp_path / "data/releases.json").exists()


def test_what_would_leave_is_said_and_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    assert release.main(project(tmp_path), argparse.Namespace(yes=False, record=None)) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in (*FILES, "min_cell 10", "round_to 5", "Release it?"))


def test_an_internal_report_is_not_packed(tmp_path: Path) -> None:
    with pytest.raises(DisclosureError, match="internal"):
        release.main(project(tmp_path, "internal"), YES)


def test_the_zip_is_the_same_for_the_same_files() -> None:
    assert zip_bytes(FILES) == zip_bytes(dict(reversed(FILES.items())))
    with zipfile.ZipFile(io.BytesIO(zip_bytes(FILES))) as archive:
        assert all(entry.date_time == (1980, 1, 1, 0, 0, 0) for entry in archive.infolist())


def test_a_kind_of_file_no_rule_clears_is_refused() -> None:
    with pytest.raises(DisclosureError, match=r"data\.parquet"):
        release_manifest({"reports/data.parquet": b""}, Rules(), [])


def test_no_difference_is_no_problem() -> None:
    assert manifest_differences(release_manifest(FILES, Rules(), []), FILES) == []
