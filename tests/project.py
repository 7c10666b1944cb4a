"""A copy of this project in a folder of its own, and DVC run in it: what the end-to-end tests stand on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline.project.io import digest

ROOT = Path(__file__).parent.parent
NOT_COPIED = {".git", ".venv", "data", "reports", "cache", "tmp"}
# One thread; and compiled modules are kept, in the copy: its many processes would compile the project anew.
QUICK = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": ""}


@dataclass(frozen=True)
class Project:
    """A working copy without git, data or results."""

    root: Path
    environment: dict[str, str]
    patience: float = 300.0  # seconds that a command may take

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the copy with this interpreter's environment first on the path."""
        return subprocess.run(
            command,
            cwd=self.root,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=self.patience,
            check=False,
        )

    def repro(self, *arguments: str, **environment: str) -> tuple[int, list[str], str]:
        """`dvc repro`: exit status, the stages that ran or came from the run cache, and all output."""
        done = self.run(sys.executable, "-m", "dvc", "repro", *arguments, **environment)
        output = done.stdout + done.stderr
        return done.returncode, re.findall(r"Running stage '([^']+)'", output), output

    def pipeline(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`python -m pipeline ...`."""
        return self.run(sys.executable, "-m", "pipeline", *arguments, **environment)

    def edit(self, old: str, new: str, file: str = "params.yaml") -> None:
        """Replace one piece of a text file; it must be there."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


def copy_project(target: Path, **environment: str) -> Project:
    """Copy the project to `target`, ready for `dvc repro` without git."""
    shutil.copytree(ROOT, target, ignore=lambda _, names: [n for n in names if n in NOT_COPIED or n.endswith("_cache")])
    (target / "data").mkdir()
    shutil.copy(ROOT / "data/.gitignore", target / "data/.gitignore")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    project = Project(target, {**os.environ, **QUICK, "PATH": path, **environment})
    done = project.run(sys.executable, "-m", "dvc", "config", "--local", "core.no_scm", "true")
    assert done.returncode == 0, done.stderr
    return project


def small_params(text: str) -> str:
    """The shipped params with a smaller simulated study and the first two hypotheses only, so that a run takes seconds."""
    for key, value in (("workers", 8), ("clients", 80), ("sessions", 8)):
        text, found = re.subn(rf"^  {key}: [0-9]+$", f"  {key}: {value}", text, flags=re.MULTILINE)
        assert found == 1, key
    before, marker, after = text.partition("\nhypotheses:")
    body, end, rest = after.partition("\nverdict:")
    starts = [match.start() for match in re.finditer(r"^  [a-z][a-z0-9_]*:$", body, flags=re.MULTILINE)]
    return before + marker + body[: starts[2]] + end + rest


def released(project: Project) -> dict[str, str]:
    """The hash of every released file, by name."""
    files = (path for path in (project.root / "reports").rglob("*") if path.is_file() and path.name != ".gitignore")
    return {path.relative_to(project.root).as_posix(): digest(path.read_bytes()) for path in files}
