"""study: the whole way in one command, on every system: packages, check, what a killed run left, all stages, verdicts.

Before packages are there, only the standard library is: everything else is imported where it is used.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from pipeline.project.packages import FOLDER, LOCK, SetupError, is_ready, make_ready, study_interpreter
from pipeline.project.private import public_mask

CHATTER = (
    "Updating lock file",
    "Generating lock file",
    "> python",
    "Running stage",
    "Stage '",
    "Data and pipelines",
    "To track",
)
ADVICE = (
    "To track the changes with git",
    "To enable auto staging",
    "git add ",
    "dvc config core.autostage",
    "Use `dvc push`",
)
HINTS = {  # what of DVC's own words leaves a researcher alone, and the way on
    "disk is full": "make room on the disk, then run this again; stages that had ended are kept",
    "No space left on device": "make room on the disk, then run this again; stages that had ended are kept",
    "it is being blocked by": "another run is at work in this folder; wait for it, or end it, then run this again",
}
STAMP = "pipeline.version"  # as pipeline/start/template.py names it, which is not at hand before packages are
PATIENCE = 10.0  # seconds that DVC has to end after Ctrl-C


def main(root: Path, _arguments: argparse.Namespace) -> int:
    """Run everything; exit status of the first part that did not go well."""
    if not _is_inside(root):
        return again_inside(root, ("study",))
    from pipeline.project.dvc_care import at_work, mend_dvc

    if other := at_work(root):
        print(f"- {other}", flush=True)
        return 1
    if status := _check(root):
        return status
    open_ones = False
    for finding in mend_dvc(root):
        print(f"- {finding}", flush=True)
        open_ones |= not finding.mended
    if open_ones:
        return 1
    without_git(root)
    if status := repro(root):
        return status
    (root / "data/quarantine_report.csv").unlink(missing_ok=True)  # of a batch refused before
    from pipeline.commands import summary

    return summary.main(root, argparse.Namespace(why=False, strict=False))


def _is_inside(root: Path) -> bool:
    """Whether this Python is the study's own environment as locked, or one that somebody has made for it."""
    from importlib.util import find_spec

    if (root / STAMP).is_file():
        return True  # a study of its own: the Python that runs this has the package installed
    is_own = Path(sys.prefix).resolve() == (root / FOLDER).resolve()
    if is_own and (root / LOCK).is_file():
        return is_ready(root)
    is_made_for_it = sys.prefix != sys.base_prefix or not (root / LOCK).is_file()
    return is_made_for_it and all(find_spec(name) is not None for name in ("dvc", "pandas", "pydantic", "ruamel"))


def again_inside(root: Path, arguments: Sequence[str]) -> int:
    """Set the environment up and run the same command in it."""
    try:
        python = make_ready(root)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return subprocess.run([str(python), "-m", "pipeline", *arguments], cwd=root, check=False).returncode


def _check(root: Path) -> int:
    """As DVC's own check stage does, but first: DVC reads params.yaml and the raw files before any stage can refuse them."""
    command = [sys.executable, "-m", "pipeline", "check"]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, "DVC_STAGE": "check"}, stdout=subprocess.DEVNULL, check=False
    )
    return done.returncode


def without_git(root: Path) -> None:
    """Tell DVC where there is no git, once: it would refuse to run."""
    import configparser

    if (root / ".git").exists() or any((folder / ".git").exists() for folder in root.resolve().parents):
        return
    path = root / ".dvc/config.local"
    settings = configparser.ConfigParser()
    settings.read(path, encoding="utf-8")
    if settings.get("core", "no_scm", fallback="") != "true":
        if not settings.has_section("core"):
            settings.add_section("core")
        settings.set("core", "no_scm", "true")
        with path.open("w", encoding="utf-8") as file:
            settings.write(file)


def repro(root: Path) -> int:
    """`dvc repro` with its own words left out; on a terminal, how far it is. Ends with DVC when this process is told to."""
    inside = study_interpreter(root).parent
    path = os.pathsep.join([str(Path(sys.executable).parent), str(inside), os.environ.get("PATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro"],
        cwd=root,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        umask=public_mask() if os.name == "posix" else -1,  # its own; what is private, stages and closed folders keep so
    )
    with _ending(process), _shown(root) as show:
        for line in process.stdout or ():
            show(line.rstrip("\n"))
        return process.wait()


@contextlib.contextmanager
def _ending(process: subprocess.Popen[str]) -> Iterator[None]:
    """Hand Ctrl-C and SIGTERM on to DVC and its stage: DVC itself ignores Ctrl-C while a stage runs, and then runs on."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    numbers = [signal.SIGTERM, *([signal.SIGHUP] if os.name == "posix" else [])]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    except BaseException:
        end(process)
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end(process: subprocess.Popen[str]) -> None:
    """End DVC and what it started; politely, then not."""
    import psutil

    with contextlib.suppress(psutil.Error):
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
        for member in family:
            with contextlib.suppress(psutil.Error):
                member.terminate()
        for member in psutil.wait_procs(family, timeout=PATIENCE)[1]:
            with contextlib.suppress(psutil.Error):
                member.kill()
    process.wait()


@contextlib.contextmanager
def _shown(root: Path) -> Iterator[Progress]:
    progress = Progress(_stages(root), sys.stdout)
    try:
        yield progress
    finally:
        progress.clear()


class Progress:
    """What DVC says, as a researcher needs it: on a terminal the stage that runs, how far it is and how long each took."""

    def __init__(self, total: int, stream: IO[str]) -> None:
        self.total, self.stream = total, stream
        self.done = 0
        self.running: str | None = None
        self.since = time.monotonic()

    def __call__(self, line: str) -> None:
        """One line of DVC's output."""
        if line.startswith(("Running stage '", "Stage '")):
            self._next(line.split("'")[1], runs=line.startswith("Running"))
        elif line.strip() and not line.strip().startswith(CHATTER + ADVICE):
            self.clear()
            print(line, file=self.stream, flush=True)
            for words, hint in HINTS.items():
                if words in line:
                    print(f"    mend: {hint}", file=self.stream, flush=True)

    def _next(self, stage: str, *, runs: bool) -> None:
        self._finish()
        self.done += 1
        self.running, self.since = (stage if runs else None), time.monotonic()
        if runs:
            self._line(f"[{self.done}/{max(self.total, self.done)}] {stage} ...")

    def _finish(self) -> None:
        if self.running and self.stream.isatty():
            seconds = time.monotonic() - self.since
            self.clear()
            print(f"  {seconds:5.1f} s  {self.running}", file=self.stream, flush=True)
        self.running = None

    def _line(self, text: str) -> None:
        if self.stream.isatty():
            print(f"\r\033[K{text}", end="", file=self.stream, flush=True)

    def clear(self) -> None:
        """Take the running line away."""
        self._line("")


def _stages(root: Path) -> int:
    """How many stages there are."""
    import ruamel.yaml

    reader = ruamel.yaml.YAML(typ="safe")
    stages = reader.load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return len(stages)
