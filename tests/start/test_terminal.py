"""As a person at a terminal: a folder with an export, `start`, its questions, `study`, a report; no file edited by hand."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.start.questions import MOST
from tests.start.made import Made

pty = pytest.importorskip("pty")  # Windows has no pseudo terminals
ROOT = Path(__file__).parents[2]
PROMPT = "> "
REPLIES = {
    "sessions.attendance": "1=attended 2=no_show",
    "advocacy.mode": "1=joint 2=worker_solo",
    "sessions.phase": "1=engagement 2=assessment 3=intervention 4=evaluation",
    "clients.gender": "1=female 2=male",
    "clients.age_band": "1=30-44 2=45-64",
}


class Terminal:
    """A command in a pseudo terminal, and somebody who reads its questions and answers them."""

    def __init__(self, command: list[str], cwd: Path) -> None:
        self.command, self.cwd = command, cwd
        self.said, self.asked = "", 0

    def run(self, seconds: float = 120) -> int:
        """Answer every prompt, from REPLIES or by Enter; the exit status."""
        master, slave = pty.openpty()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HOME": str(self.cwd)}
        process = subprocess.Popen(
            self.command, cwd=self.cwd, env=environment, stdin=slave, stdout=slave, stderr=slave, close_fds=True
        )
        os.close(slave)
        answered, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other end is gone
                break
            self.said += part.decode("utf-8", errors="replace")
            if self.said[answered:].rstrip(" ").endswith(PROMPT.strip()):
                os.write(master, (self._reply(self.said[answered:]) + "\n").encode())
                answered, self.asked = len(self.said), self.asked + 1
        os.close(master)
        return process.wait(timeout=30)

    def _reply(self, question: str) -> str:
        names = re.findall(r"^\d+\. (\S+)", question, re.MULTILINE)
        return REPLIES.get(names[-1], "") if names else ""


def export(folder: Path, form: str) -> Path:
    made = Made(clients=60, sessions=8)
    folder.mkdir()
    if form == "redcap":
        (folder / "export.csv").write_text(made.redcap(), encoding="utf-8")
        return folder / "export.csv"
    made.wide_sav(folder / "wide.sav")
    return folder / "wide.sav"


@pytest.mark.parametrize("form", ["redcap", "spss_wide"])
def test_a_session_at_the_terminal_ends_with_a_checked_study(form: str, tmp_path: Path) -> None:
    """And once more with the answers it left, unattended: the same file, byte for byte."""
    file = export(tmp_path / "exports", form)
    command = [sys.executable, "-m", "pipeline", "start", str(file), "--key", "keys/mine.key"]
    terminal = Terminal([*command, "--study", "mine"], tmp_path)
    assert terminal.run() == 0, terminal.said
    assert 3 <= terminal.asked <= MOST
    assert "params.yaml is valid." in terminal.said
    assert "pass the gate" in terminal.said
    again = Terminal([*command, "--study", "again", "--name", "mine", "--yes", "--answers", "mine/answers.yaml"], tmp_path)
    assert again.run() == 0, again.said
    assert again.asked == 0
    for name in ("params.yaml", "dvc.yaml", "answers.yaml"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "mine" / name).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["redcap", "spss_wide"])
def test_from_the_export_to_a_report_with_estimates(form: str, tmp_path: Path) -> None:
    begun = time.monotonic()
    file = export(tmp_path / "exports", form)
    command = [sys.executable, "-m", "pipeline"]
    start = Terminal([*command, "start", str(file), "--key", "keys/mine.key", "--study", "mine"], tmp_path)
    assert start.run() == 0, start.said
    study = Terminal([*command, "study"], tmp_path / "mine")
    assert study.run(600) == 0, study.said
    reports = tmp_path / "mine/reports"
    assert (reports / "report.html").stat().st_size > 10_000
    found = json.loads((reports / "estimates/joint_advocacy_strengthens_alliance.json").read_text(encoding="utf-8"))
    assert found["effect"]["sd_estimate"] > 0
    assert time.monotonic() - begun < 900  # a quarter of an hour
