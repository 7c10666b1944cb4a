"""The command line: exit status, where messages go, and that a defect shows where but never with which value."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import __main__ as cli
from pipeline import command_line
from pipeline.base.errors import Problem, StageError
from pipeline.project import runner

ROOT = Path(__file__).parent.parent
NAME = "joint_advocacy_strengthens_alliance"


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


@pytest.mark.parametrize("name", [*command_line.COMMANDS, *command_line.STAGES])
def test_help_of_each_is_plain_words_with_an_example_that_can_be_read(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.read([name, "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert f"Example: python -m pipeline {name}" in told
    example = shlex.split(command_line.EXAMPLES.get(name, name))
    assert command_line.read(example).command == name


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "Which command?"),
        (["sumary"], "Did you mean `summary`?"),
        (["relase", "--yes"], "Did you mean `release`?"),
        (["qqq"], "There is no command `qqq`."),
        (["summary", "--stict"], "no option `--stict`. Did you mean `--strict`?"),
        (["release", "--rec=x"], "no option `--rec`. Did you mean `--record`?"),
        (["open", "report.html"], "`report.html` is one word too many"),
        (["try"], "needs: hypothesis"),
        (["unlock"], "needs: --why"),
        (["example", "--format", "xls"], "choose from 'csv'"),
    ],
)
def test_what_cannot_be_meant_is_said_with_what_was_meant(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    shown = capsys.readouterr()
    assert (ended.value.code, shown.out) == (2, "")
    assert says in shown.err
    assert "python -m pipeline" in shown.err
    assert len(shown.err.splitlines()) <= 3


NOTHING_YET = [
    ["summary"],
    ["try", NAME, "exposure.lag=1"],
    ["compare"],
    ["codebook", "--study"],
    ["export"],
    ["export", "--r"],
    ["open"],
    ["release", "--yes"],
    ["unlock", "--why", "because"],
    ["deviate", NAME, "--why", "because"],
    ["deviate", "nobody", "--why", "because"],
    ["manifest"],
    ["explain", "joint_advocacy_strengthens_allianze"],
    ["explain"],
    ["try", "joint", "exposure.lag=1"],
    ["prepare", "nowhere.csv", "--to", "data/raw/x", "--client", "id"],
    ["start", "nowhere.csv", "--yes"],
    *([stage] for stage in command_line.STAGES if stage not in ("simulate", "code")),
    ["fit", NAME],
    ["fit", "nobody"],
]


@pytest.mark.parametrize("words", NOTHING_YET, ids=" ".join)
def test_each_command_says_what_is_not_there_yet_and_the_way_on(
    somewhere: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path for path in somewhere.rglob("*") if path.is_file()}
    assert cli.main(words) == 1
    shown = capsys.readouterr()
    assert "to mend." in shown.err
    assert (words[0] in command_line.STAGES) or "A stage" not in shown.err
    assert ("mend:" in shown.err) or ("not there" in shown.err)
    assert "defect" not in shown.err
    assert {path for path in somewhere.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", sorted({*command_line.COMMANDS} - {"start", "prepare", "schema", "example"}))
def test_each_command_says_that_this_is_not_the_folder(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command_line.EXAMPLES.get(name, name))
    assert cli.main([word for word in words if "releases.json" not in word and word != "--record"]) == 1
    shown = capsys.readouterr()
    assert "params.yaml: not found here" in shown.err
    assert "the project's folder" in shown.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status"), [(["nonsense"], 2), (["fit"], 1), ([], 2), (["fit", "no_such_hypothesis"], 1), (["--help"], 0)]
)
def test_exit_status(somewhere: Path, arguments: list[str], status: int) -> None:
    assert call(*arguments, cwd=somewhere).returncode == status


def test_a_folder_without_params_is_named(tmp_path: Path) -> None:
    done = call("check", cwd=tmp_path)
    assert done.returncode == 1
    assert "params.yaml: not found here" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="no pipes among files")
def test_params_that_are_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "params.yaml")
    done = call("check", cwd=tmp_path)
    assert done.returncode == 1
    assert "params.yaml" in done.stderr


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
