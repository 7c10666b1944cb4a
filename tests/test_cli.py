"""The command line: exit status, where messages go, and that a defect shows where but never with which value."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import __main__ as cli
from pipeline.base.errors import Problem, StageError
from pipeline.project import runner

ROOT = Path(__file__).parent.parent


def call(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)})


@pytest.fixture
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "instruments").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_check_works_from_a_folder_below_and_writes_where_params_are(somewhere: Path) -> None:
    below = somewhere / "data" / "deep"
    below.mkdir(parents=True)
    done = call("check", cwd=below)
    assert (done.returncode, done.stdout.strip().endswith("valid.")) == (0, True), done.stderr
    assert (somewhere / "data/interim/check.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "status"), [(["nonsense"], 2), (["fit"], 2), ([], 2), (["fit", "no_such_hypothesis"], 1), (["--help"], 0)]
)
def test_exit_status(somewhere: Path, arguments: list[str], status: int) -> None:
    assert call(*arguments, cwd=somewhere).returncode == status


def test_a_folder_without_params_is_named(tmp_path: Path) -> None:
    done = call("check", cwd=tmp_path)
    assert done.returncode == 1
    assert "params.yaml: not found here" in done.stderr


def test_params_that_are_not_text_are_refused(somewhere: Path) -> None:
    (somewhere / "params.yaml").write_bytes(b"\xff\xfe\x00")
    done = call("check", cwd=somewhere)
    assert done.returncode == 1
    assert "UTF-8" in done.stderr


def test_problems_go_to_stderr_all_at_once(
    somewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    problems = [Problem("a.csv", "3 rows", "mend them"), Problem("b.csv", "1 row")]
    monkeypatch.setattr(runner, "run", _raising(StageError(problems)))
    assert cli.main(["score"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "2 problems to mend" in shown.err
    assert "a.csv: 3 rows" in shown.err
    assert "b.csv: 1 row" in shown.err


def test_a_defect_is_located_without_its_message(
    somewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runner, "run", _raising(ValueError("could not convert string to float: 'Mary Smith'")))
    assert cli.main(["score"]) == 3
    shown = capsys.readouterr()
    assert "Mary" not in shown.out + shown.err
    assert "ValueError" in shown.err


def test_an_input_that_is_not_there_is_named_with_the_way_on(somewhere: Path) -> None:
    done = call("score", cwd=somewhere)
    assert done.returncode == 1
    assert "this input is not there" in done.stderr
    assert "dvc repro" in done.stderr


def _raising(error: Exception):  # type: ignore[no-untyped-def]
    def run(*_: object) -> None:
        raise error

    return run
