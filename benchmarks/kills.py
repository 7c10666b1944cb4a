"""Kill a run at random moments: after at most one `python -m pipeline study` all is equal to an undisturbed run.

`python -m benchmarks.kills [--rounds 40] [--seed 1] [--signal KILL --signal INT] [--default]`. For each signal,
even rounds strike the whole process group of `dvc repro`, odd rounds the `dvc` process alone, whose child must then end by
itself. Each round starts from nothing: no data, no reports, no cache; it strikes within a share of a run timed not
long before. The study is a small one with two hypotheses, so that more of the moments fall into the short stages; with
--default it is the default one.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from pipeline.project.io import digest
from tests.project import Project, copy_project, small_params

STARTED_BY_HAND = [sys.executable, "-m", "dvc", "repro"]
TEMPORARY = "partial"
DVC_OWN = ".site_cache"
PATIENCE = 5.0  # seconds
AGAIN = 4  # rounds after which an undisturbed run is timed again
LONGEST = 3600.0  # seconds a run may take on a machine that has much else to do


def state(project: Project) -> dict[str, str]:
    """The hash of every file under data/ and reports/ and of dvc.lock."""
    found = [path for folder in ("data", "reports") for path in (project.root / folder).rglob("*") if path.is_file()]
    files = [path for path in found if DVC_OWN not in path.parts]
    return {p.relative_to(project.root).as_posix(): digest(p.read_bytes()) for p in [*files, project.root / "dvc.lock"]}


def wipe(project: Project) -> None:
    """Back to a fresh clone."""
    for name in ("data/raw", "data/interim", "data/validated", "data/scored", "data/analysis", "reports", ".dvc/cache"):
        shutil.rmtree(project.root / name, ignore_errors=True)
    (project.root / "dvc.lock").unlink(missing_ok=True)


def strike(project: Project, after: float, number: signal.Signals, *, group: bool) -> bool:
    """Start `dvc repro`, send it a signal after some seconds; whether it was still running then."""
    process = subprocess.Popen(
        STARTED_BY_HAND,
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(after)
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, number) if group else process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
    if process.poll() is None:  # DVC lets Ctrl-C pass while a stage runs: then it may run on, and is ended by force
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(0 if group else 0.5)  # a child left alone looks for its parent every 0.2 s
    return alive


def undisturbed(project: Project) -> float:
    """The seconds of a whole run from nothing; SystemExit where it fails."""
    wipe(project)
    start = time.perf_counter()
    status, _, output = project.repro()
    if status:
        raise SystemExit(output)
    return time.perf_counter() - start


def rounds(project: Project, number: signal.Signals, count: int, moments: random.Random) -> list[int]:
    """Strike `count` runs; the rounds after which one rerun did not end equal to an undisturbed run."""
    whole = undisturbed(project)
    expected, differing, seconds, struck = state(project), list[int](), list[float](), 0
    for turn in range(count):
        if turn % AGAIN == AGAIN - 1:  # what else the machine does changes: a moment is a share of a run timed just before
            whole = undisturbed(project)
        wipe(project)
        moment = max(0.3, moments.uniform(0.0, 0.95) * whole)
        alive = strike(project, moment, number, group=turn % 2 == 0)
        struck += alive
        start = time.perf_counter()
        status = project.pipeline("study").returncode
        seconds.append(time.perf_counter() - start)
        found = state(project)
        equal = status == 0 and found == expected and not any(TEMPORARY in name for name in found)
        print(f"{number.name} {turn + 1}: at {moment:.1f} s (running: {alive}), rerun equal: {equal}", flush=True)
        differing += [] if equal else [turn + 1]
    said = f"undisturbed {whole:.1f} s, median rerun {statistics.median(seconds):.1f} s"
    print(f"{number.name}: struck while it ran {struck} of {count}; {said}; differing {differing or 'none'}")
    return differing


def main() -> int:
    """Run the rounds of every signal; exit status 1 if one ended differently."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--signal", action="append", choices=["KILL", "INT", "TERM"])
    parser.add_argument("--default", action="store_true")
    arguments = parser.parse_args()
    moments, failed = random.Random(arguments.seed), False
    with tempfile.TemporaryDirectory() as folder:
        project = replace(copy_project(Path(folder) / "project"), patience=LONGEST)
        params = project.root / "params.yaml"
        if not arguments.default:
            params.write_text(small_params(params.read_text(encoding="utf-8")), encoding="utf-8")
        for name in arguments.signal or ["KILL", "INT", "TERM"]:
            wipe(project)
            failed |= bool(rounds(project, signal.Signals[f"SIG{name}"], arguments.rounds, moments))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
