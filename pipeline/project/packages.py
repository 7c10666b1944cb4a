"""The environment of a study: .venv beside params.yaml, filled from a hash-locked list, with a word on how far it is.

Runs before any package is there, so it knows the standard library alone: `python3 -m pipeline.project.packages [LOCK ...]`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

LOCK = "requirements.lock"
FOLDER = ".venv"
OLDEST = (3, 11)


class SetupError(Exception):
    """The packages could not be installed; the message says what to do."""


def study_interpreter(root: Path) -> Path:
    """The Python inside the study's environment."""
    return root / FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_ready(root: Path, lock: str = LOCK) -> bool:
    """Whether the environment holds what the lock lists."""
    mark = _mark(root, lock)
    return (
        study_interpreter(root).exists()
        and mark.is_file()
        and mark.read_text(encoding="ascii").strip() == _digest(root / lock)
    )


def make_ready(root: Path, lock: str = LOCK) -> Path:
    """Make the environment and install the lock into it, once; gives its Python. SetupError says what went wrong."""
    if sys.version_info < OLDEST:
        raise SetupError(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.")
    if is_ready(root, lock):
        return study_interpreter(root)
    if not study_interpreter(root).exists():
        _say(f"Setting up {FOLDER} (once; a minute or two) ...")
        _run([sys.executable, "-m", "venv", str(root / FOLDER)], "the environment could not be made")
    _install(root, lock)
    _mark(root, lock).write_text(_digest(root / lock) + "\n", encoding="ascii")
    return study_interpreter(root)


def _install(root: Path, lock: str) -> None:
    names = sum("==" in line for line in (root / lock).read_text(encoding="utf-8").splitlines())
    _say(f"Installing the packages of {lock} (about {names}) ...")
    command = [
        str(study_interpreter(root)),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
    ]
    command += ["--progress-bar", "off", "-r", str(root / lock)]
    done, tail = 0, list[str]()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as pip:
        for line in pip.stdout or ():
            tail = [*tail[-14:], line.rstrip()]
            done += line.startswith("Collecting ")
            _show("unpacking and compiling" if line.startswith("Installing collected") else f"{done} of about {names} found")
    _show("")
    if pip.returncode:
        raise SetupError("The packages could not be installed. The installer's last lines:\n" + "\n".join(tail))


def _run(command: list[str], failed: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise SetupError(f"{failed}:\n{(done.stdout + done.stderr).strip()}")


def _mark(root: Path, lock: str) -> Path:
    """Where it is noted which lock was installed, by its hash: a changed lock is installed anew."""
    return root / FOLDER / (lock.removesuffix(".lock") + ".installed")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _say(text: str) -> None:
    print(text, flush=True)


def _show(text: str) -> None:
    """One line that is written over, on a terminal only."""
    if sys.stdout.isatty():
        print(f"\r\033[K  {text}" if text else "\r\033[K", end="", flush=True)


def main() -> int:
    """Install the locks named on the command line, or the study's own."""
    try:
        for lock in sys.argv[1:] or [LOCK]:
            make_ready(Path.cwd(), lock)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
