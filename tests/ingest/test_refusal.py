"""A refused batch leaves a table of what to mend, holding no value, and the next batch that passes takes it away."""

from __future__ import annotations

import csv
import errno
import stat
from pathlib import Path

import pytest

from pipeline.base.errors import SourceError
from pipeline.project import io, runner
from pipeline.project.refusal import HEAD, REPORT
from tests.ingest.project import project, stage, written

NAME = "Gonzalez"


def spoil(raw: Path, file: str, old: bytes, new: bytes) -> None:
    (raw / file).write_bytes((raw / file).read_bytes().replace(old, new, 1))


def entries(root: Path) -> list[dict[str, str]]:
    with (root / REPORT).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_ingest_leaves_it_and_the_next_good_run_takes_it_away(tmp_path):
    raw = project(tmp_path)
    runner.run("ingest", tmp_path)
    before = written(tmp_path)
    spoil(raw, "clients.csv", b"female", NAME.encode())
    spoil(raw, "ratings.csv", b",5\n", b",m.g@example.org\n")
    done = stage(tmp_path, "ingest")
    assert done.returncode == 1
    assert done.stderr.count(REPORT) == 1
    found = entries(tmp_path)
    assert list(found[0]) == list(HEAD)
    assert [(e["stage"], e["code"], e["where"], e["rows"]) for e in found] == [
        ("ingest", "T01", "clients.csv, column 4 (gender)", "1"),
        ("ingest", "N01", "ratings.csv, column 5 (item_4)", "1"),
    ]
    assert all(entry["mend"] and "first on line" in entry["what"] for entry in found)
    assert stat.S_IMODE((tmp_path / REPORT).stat().st_mode) == 0o600
    text = (tmp_path / REPORT).read_text() + done.stdout + done.stderr
    assert NAME not in text
    assert "example.org" not in text
    assert {name: content for name, content in written(tmp_path).items() if name != REPORT} == before
    spoil(raw, "clients.csv", NAME.encode(), b"female")
    spoil(raw, "ratings.csv", b"m.g@example.org", b"5")
    assert stage(tmp_path, "ingest").returncode == 0
    assert written(tmp_path) == before


def test_validate_and_check_leave_it_too(tmp_path):
    raw = project(tmp_path)
    runner.run("ingest", tmp_path)
    runner.run("validate", tmp_path)
    before = written(tmp_path)
    spoil(raw, "ratings.csv", b",5\n", b",9\n")
    assert stage(tmp_path, "check").returncode == 1
    assert [(e["stage"], e["code"], e["rows"]) for e in entries(tmp_path)] == [("validate", "V11", "1")]
    runner.run("ingest", tmp_path)
    assert not (tmp_path / REPORT).exists()
    done = stage(tmp_path, "validate")
    assert done.returncode == 1
    assert REPORT in done.stderr
    assert [(e["stage"], e["where"]) for e in entries(tmp_path)] == [("validate", "ratings_mini")]
    assert (tmp_path / "data/validated/validate.json").read_bytes() == before["data/validated/validate.json"]
    spoil(raw, "ratings.csv", b",9\n", b",5\n")
    assert stage(tmp_path, "check").returncode == 0
    assert not (tmp_path / REPORT).exists()


def test_where_there_is_no_room_for_it_the_refusal_is_said_all_the_same(tmp_path, monkeypatch):
    raw = project(tmp_path)
    spoil(raw, "clients.csv", b"female", b"fem")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "injected")

    monkeypatch.setattr(io.os, "fsync", full)
    with pytest.raises(SourceError) as caught:
        runner.run("ingest", tmp_path)
    assert caught.value.report == ""
    assert not (tmp_path / REPORT).exists()
