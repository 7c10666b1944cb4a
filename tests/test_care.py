"""What a killed run leaves behind is found and mended; what a person must do is said; nothing of the study is touched."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.commands.study import Progress, end, without_git
from pipeline.project import packages
from pipeline.project.dvc_care import DVC_LOCK, RUNS, RWLOCK, at_work, mend_dvc

KEY = "a" * 64


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".dvc/tmp").mkdir(parents=True)
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "data/raw/sessions.csv").write_text("a\n")
    return tmp_path


@pytest.mark.parametrize(
    "left", ["", "{", "[]", '{"write": {"x": {}}}', '{"read": {"/x": [{"pid": 4194304, "cmd": "dvc repro"}]}}']
)
def test_a_table_of_locks_that_nobody_holds_is_removed(root: Path, left: str) -> None:
    (root / RWLOCK).write_text(left)
    assert [finding.where for finding in mend_dvc(root)] == [RWLOCK]
    assert not (root / RWLOCK).exists()
    assert mend_dvc(root) == []


@pytest.mark.parametrize("entry", [None, "", "{", "cmd: x\n"])
def test_an_unfinished_entry_of_the_run_cache_is_removed_and_a_sound_one_kept(root: Path, entry: str | None) -> None:
    broken, sound = root / RUNS / "aa" / KEY, root / RUNS / "bb" / ("b" * 64)
    broken.mkdir(parents=True)
    sound.mkdir(parents=True)
    (sound / KEY).write_text("cmd: x\nouts: []\n")
    if entry is not None:
        (broken / KEY).write_text(entry)
    assert [finding.where for finding in mend_dvc(root)] == [RUNS]
    assert not broken.exists()
    assert (sound / KEY).exists()


def test_half_a_lock_file_is_removed_and_a_whole_one_kept(root: Path) -> None:
    (root / DVC_LOCK).write_text("schema: '2.0'\nstages:\n  check:\n    cmd: x\n")
    assert mend_dvc(root) == []
    (root / DVC_LOCK).write_text("schema: '2.0'\nstages:\n  check: [")
    assert [finding.where for finding in mend_dvc(root)] == [DVC_LOCK]


def test_a_table_held_by_a_run_at_work_is_left_alone(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "dvc"
    script.write_text("import time; time.sleep(60)")
    with subprocess.Popen([sys.executable, str(script)]) as process:
        (root / RWLOCK).write_text(f'{{"write": {{"/x": {{"pid": {process.pid}, "cmd": "dvc repro"}}}}}}')
        assert [(finding.where, finding.mended) for finding in mend_dvc(root)] == [(RWLOCK, False)]
        assert (root / RWLOCK).exists()
        assert at_work(root) is not None
        process.kill()
    assert at_work(root) is None
    assert (root / RWLOCK).exists()
    assert [finding.where for finding in mend_dvc(root)] == [RWLOCK]


@pytest.mark.skipif(os.name != "posix", reason="no pipes among files")
@pytest.mark.parametrize("name", ["instruments/mine.yaml", "lock.json"])
def test_a_pipe_that_dvc_would_wait_at_is_named(root: Path, name: str) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    os.mkfifo(root / name)
    assert [(finding.where, finding.mended) for finding in mend_dvc(root)] == [(name, False)]


def test_data_and_results_are_never_touched(root: Path) -> None:
    (root / RWLOCK).write_text("")
    before = {path: path.read_bytes() for path in (root / "data").rglob("*") if path.is_file()}
    mend_dvc(root)
    assert {path: path.read_bytes() for path in (root / "data").rglob("*") if path.is_file()} == before


def test_progress_is_for_terminals_and_what_a_stage_says_for_all() -> None:
    said = "Running stage 'check':\n> python -m pipeline check\nparams.yaml: 1 problem to mend.\n- study.seed: found -1\n"
    piped, shown = io.StringIO(), _Terminal()
    for stream in (piped, shown):
        progress = Progress(3, stream)
        for line in [*said.splitlines(), "Stage 'fit@a' didn't change, skipping", "Use `dvc push` to send your updates"]:
            progress(line)
    assert piped.getvalue() == "params.yaml: 1 problem to mend.\n- study.seed: found -1\n"
    assert "[1/3] check" in shown.getvalue()
    assert "push" not in shown.getvalue()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    "line", ["ERROR: failed to reproduce 'code': database or disk is full", "'x' is busy, it is being blocked by:"]
)
def test_what_dvc_says_in_its_own_words_has_the_way_on(line: str) -> None:
    said = io.StringIO()
    Progress(3, said)(line)
    assert "    mend: " in said.getvalue()


def test_ending_dvc_ends_the_stage_it_had_started() -> None:
    code = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; print(1, flush=True); time.sleep(60)'])"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        start = time.monotonic()
        end(process)
        assert process.stdout.read() == ""  # the grandchild has let go of the pipe
    assert time.monotonic() - start < 9


def test_without_git_dvc_is_told_so_once(root: Path) -> None:
    without_git(root)
    first = (root / ".dvc/config.local").read_text()
    without_git(root)
    assert (root / ".dvc/config.local").read_text() == first
    assert "no_scm = true" in first


def test_an_environment_is_ready_only_for_the_lock_it_was_made_from(tmp_path: Path) -> None:
    (tmp_path / packages.LOCK).write_text("a==1\n")
    python = packages.study_interpreter(tmp_path)
    python.parent.mkdir(parents=True)
    python.touch()
    assert not packages.is_ready(tmp_path)
    (tmp_path / ".venv/requirements.installed").write_text(packages._digest(tmp_path / packages.LOCK))
    assert packages.is_ready(tmp_path)
    (tmp_path / packages.LOCK).write_text("a==2\n")
    assert not packages.is_ready(tmp_path)


def test_the_first_command_needs_no_package() -> None:
    """`python3 -m pipeline study` sets the packages up: up to there only the standard library may be imported."""
    code = "import sys, pipeline.__main__, pipeline.commands.study; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); {code}"],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
