"""The release manifest and its zip."""

from __future__ import annotations

import argparse
import io
import zipfile
from pathlib import Path

import pytest

from pipeline.commands import release
from pipeline.disclosure.manifest import differences, manifest, packed
from pipeline.disclosure.rules import Rules
from pipeline.errors import DisclosureError
from pipeline.io import json_bytes

FILES = {"reports/report.html": b"<p>", "reports/tables/a.csv": b"x\n"}


def project(root: Path, kind: str = "public") -> Path:
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    listed = manifest(FILES, Rules(release=kind), [])  # type: ignore[arg-type]
    (root / "reports/release.json").write_bytes(json_bytes(listed))
    (root / "reports/.gitignore").write_text("/report.html\n")
    return root


def test_all_listed_is_packed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(project(tmp_path), argparse.Namespace()) == 0
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


@pytest.mark.parametrize("spoil", [stray, hidden_stray, changed, gone, linked])
def test_anything_else_is_refused_and_nothing_packed(tmp_path: Path, spoil: object) -> None:
    spoil(project(tmp_path))  # type: ignore[operator]
    with pytest.raises(DisclosureError):
        release.main(tmp_path, argparse.Namespace())
    assert not (tmp_path / "release.zip").exists()


def test_an_internal_report_is_not_packed(tmp_path: Path) -> None:
    with pytest.raises(DisclosureError, match="internal"):
        release.main(project(tmp_path, "internal"), argparse.Namespace())


def test_the_zip_is_the_same_for_the_same_files() -> None:
    assert packed(FILES) == packed(dict(reversed(FILES.items())))
    with zipfile.ZipFile(io.BytesIO(packed(FILES))) as archive:
        assert all(entry.date_time == (1980, 1, 1, 0, 0, 0) for entry in archive.infolist())


def test_a_kind_of_file_no_rule_clears_is_refused() -> None:
    with pytest.raises(DisclosureError, match=r"data\.parquet"):
        manifest({"reports/data.parquet": b""}, Rules(), [])


def test_no_difference_is_no_problem() -> None:
    assert differences(manifest(FILES, Rules(), []), FILES) == []
