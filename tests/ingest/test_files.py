"""What is no plain file in its place is refused, quickly and in little memory, and nothing downstream changes."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import resource
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.base.errors import SourceError, StageError
from pipeline.project import raw_files, runner
from pipeline.project.refusal import REPORT
from tests.ingest.project import FOLDER, ROOT, project, stage, written

SECONDS = 5  # what the gate promises for hostile files, interpreter start included
MEGABYTES = 600  # peak memory allowed for a 200 MB field: the file once, and room for the interpreter


def refused(root: Path) -> set[str]:
    with pytest.raises(SourceError) as caught:
        runner.run("ingest", root)
    return {problem.code for problem in caught.value.problems}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    return project(tmp_path)


def test_both_stages_run_and_keep_their_files_private(tmp_path, raw):
    runner.run("ingest", tmp_path)
    runner.run("validate", tmp_path)
    outputs = [
        path
        for path in (tmp_path / "data").rglob("*")
        if "raw" not in path.parts and path.name not in ("check.json", "sources.json")
    ]
    for path in outputs:
        if path != tmp_path / "data" / "interim":
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    record = json.loads((tmp_path / "data/interim/ingested/ingest.json").read_text())
    assert {entry["file"] for entry in record["files"]} == {path.name for path in raw.iterdir()}


def test_equal_input_gives_equal_bytes_whatever_the_surroundings(tmp_path, raw):
    runner.run("ingest", tmp_path)
    runner.run("validate", tmp_path)
    first = written(tmp_path)
    for seed, zone, language in (("1", "Asia/Tokyo", "C"), ("2", "America/Lima", "de_DE.UTF-8")):
        for name in ("ingest", "validate"):
            assert stage(tmp_path, name, PYTHONHASHSEED=seed, TZ=zone, LANG=language, LC_ALL=language).returncode == 0
        assert written(tmp_path) == first


def test_a_link(tmp_path, raw):
    (raw / "ratings.csv").rename(tmp_path / "elsewhere.csv")
    (raw / "ratings.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert refused(tmp_path) == {"B02"}


def test_a_link_to_nowhere(tmp_path, raw):
    (raw / "ratings.csv").unlink()
    (raw / "ratings.csv").symlink_to(tmp_path / "nowhere.csv")
    assert refused(tmp_path) == {"B02"}


def test_a_linked_folder(tmp_path, raw):
    raw.rename(tmp_path / "elsewhere")
    raw.symlink_to(tmp_path / "elsewhere")
    assert refused(tmp_path) == {"B02"}


def test_a_pipe(tmp_path, raw):
    (raw / "ratings.csv").unlink()
    os.mkfifo(raw / "ratings.csv")
    started = time.monotonic()
    assert refused(tmp_path) == {"B02"}
    assert time.monotonic() - started < SECONDS


def test_a_folder_for_a_file(tmp_path, raw):
    (raw / "ratings.csv").unlink()
    (raw / "ratings.csv").mkdir()
    assert refused(tmp_path) == {"B02"}


def test_a_device(tmp_path):
    for name in ("zero", "null"):
        blob, problems = raw_files.read_bytes(Path("/dev") / name, "ratings.csv", 1)
        assert blob is None
        assert [problem.code for problem in problems] == ["B02"]


def test_a_file_that_may_not_be_read(tmp_path, raw, monkeypatch):
    def denied(*_: object) -> int:
        raise PermissionError

    monkeypatch.setattr(raw_files.os, "open", denied)
    assert refused(tmp_path) == {"B02"}


def test_a_file_that_is_swapped_for_a_pipe_while_it_is_opened(tmp_path, raw, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    real = os.open
    monkeypatch.setattr(raw_files.os, "open", lambda path, flags: real(tmp_path / "pipe", flags))
    blob, problems = raw_files.read_bytes(raw / "ratings.csv", "ratings.csv", 1)
    assert blob is None
    assert [problem.code for problem in problems] == ["B02"]


@pytest.mark.parametrize("kind", ["pipe", "link to a device", "link to a folder", "socket", "pipe in a folder"])
def test_what_dvc_would_wait_at_is_refused_before_it_looks(tmp_path, raw, monkeypatch, kind):
    place = raw / "Maria Gonzalez"
    if kind == "pipe in a folder":
        place.mkdir()
        os.mkfifo(place / "pipe")
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "socket":
        monkeypatch.chdir(raw)  # a socket's path must be short
        socket.socket(socket.AF_UNIX).bind(place.name)
    else:
        place.symlink_to("/dev/zero" if kind == "link to a device" else "/")
    for environment in ({}, {"DVC_STAGE": "check"}) if kind == "pipe" else ({"DVC_STAGE": "check"},):
        done = stage(tmp_path, "check", **environment)
        assert done.returncode == 1
        assert "[B02] small: not a regular file" in done.stderr
        assert "1 entry that no mapping names" in done.stderr
        assert "Gonzalez" not in done.stdout + done.stderr
    assert refused(tmp_path) == {"B02"}


def test_a_mapped_pipe_is_named_with_all_else_that_is_wrong(tmp_path, raw):
    (raw / "ratings.csv").unlink()
    os.mkfifo(raw / "ratings.csv")
    (raw / "clients.csv").write_bytes(b"")
    said = stage(tmp_path, "check").stderr
    assert "2 problems to mend" in said
    assert "[B02] ratings.csv" in said
    assert "[B04] clients.csv" in said


def test_a_folder_of_older_exports_is_nobodys_business(tmp_path, raw):
    (raw / "older").mkdir()
    (raw / "older" / "ratings.csv").write_bytes(b"")
    runner.run("ingest", tmp_path)


def test_a_missing_folder(tmp_path, raw):
    raw.rename(tmp_path / "elsewhere")
    with pytest.raises(StageError):
        runner.run("ingest", tmp_path)
    tables, problems = raw_files.read_files(raw, ["ratings.csv"], 1)
    assert not tables
    assert [problem.code for problem in problems] == ["B01"]


def test_a_file_beyond_the_bound(tmp_path, raw):
    params = json.loads((tmp_path / "params.yaml").read_text())
    params["privacy"] = {"max_file_mb": 1}
    (tmp_path / "params.yaml").write_text(json.dumps(params))
    (raw / "ratings.csv").write_bytes(b"x" * (1 << 20) + b"\n")
    assert refused(tmp_path) == {"B03"}


def test_a_pickle_is_not_run(tmp_path, raw):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    for protocol in (0, 2, 5):
        (raw / "ratings.csv").write_bytes(pickle.dumps(Trap(), protocol=protocol))
        assert refused(tmp_path) & {"B05", "B07", "B09", "S03"}
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("rows_before", [0, pytest.param(20_000, marks=pytest.mark.slow)])
def test_a_field_of_200_megabytes(tmp_path, raw, rows_before):
    with (raw / "ratings.csv").open("wb") as file:
        file.write(b"visit,q1,q2,q3,q4\n" + b"S12345678,1,2,3,4\n" * rows_before)
        for _ in range(200):
            file.write(b"x" * (1 << 20))
        file.write(b",1,2,3,4\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)  # time of the processor: others may be at work as well
    # the peak of this very program: ru_maxrss would count that of the test process it was forked from
    code = "import re, sys; from pipeline.__main__ import main; s = main(['ingest']); "
    code += "print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024); sys.exit(s)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < SECONDS
    assert done.returncode == 1
    assert "B10" in done.stderr
    assert int(done.stdout) < MEGABYTES


def test_a_file_that_begins_with_an_endless_line_is_read_no_further(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"x" * (raw_files.HEAD + 1))
    blob, problems = raw_files.read_bytes(tmp_path / "a.csv", "a.csv", 1)
    assert blob is None
    assert [problem.code for problem in problems] == ["B10"]


def test_a_small_file_that_unpacks_to_gigabytes(tmp_path, raw):
    (raw / "ratings.csv").write_bytes(gzip.compress(b"0" * (20 << 20), 9))
    started = time.monotonic()
    assert refused(tmp_path) == {"B05"}
    assert time.monotonic() - started < SECONDS


def test_a_refused_batch_changes_nothing_downstream(tmp_path, raw):
    runner.run("ingest", tmp_path)
    before = written(tmp_path)
    (raw / "ratings.csv").write_bytes((raw / "ratings.csv").read_bytes() + b"Sffff0001,1,2,3,Gonzalez\n")
    done = stage(tmp_path, "ingest")
    assert done.returncode == 1
    assert "T02" in done.stderr
    assert "Gonzalez" not in done.stdout + done.stderr
    after = written(tmp_path)
    assert b"Gonzalez" not in after.pop(REPORT)
    assert after == before


def test_the_way_in_reads_only_what_is_named(tmp_path, raw):
    (raw / "stray.csv").write_bytes(b"\0\0")
    runner.run("ingest", tmp_path)
    assert FOLDER in str(raw.relative_to(tmp_path))
