"""Kill `dvc repro` at random moments: every rerun must end equal to an undisturbed run.

`python -m benchmarks.kills [--rounds 20] [--seed 1]`. Odd rounds kill the whole process group, even rounds only the `dvc`
process, whose child must then end by itself. Each round starts from nothing: no data, no reports, no cache. The study is
a small one with two hypotheses, so that more of the moments fall into the short stages.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.project.io import digest
from tests.project import Project, copy_project, small_params

STARTED_BY_HAND = [sys.executable, "-m", "dvc", "repro"]
TEMPORARY = "partial"


def state(project: Project) -> dict[str, str]:
    """The hash of every file under data/ and reports/ and of dvc.lock."""
    files = [path for folder in ("data", "reports") for path in (project.root / folder).rglob("*") if path.is_file()]
    return {p.relative_to(project.root).as_posix(): digest(p.read_bytes()) for p in [*files, project.root / "dvc.lock"]}


def wipe(project: Project) -> None:
    """Back to a fresh clone."""
    for name in ("data/raw", "data/interim", "data/validated", "data/scored", "data/analysis", "reports", ".dvc/cache"):
        shutil.rmtree(project.root / name, ignore_errors=True)
    (project.root / "dvc.lock").unlink(missing_ok=True)


def kill_once(project: Project, after: float, group: bool) -> bool:
    """Start `dvc repro`, kill it after some seconds; whether it was still running then."""
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
        os.killpg(process.pid, signal.SIGKILL) if group else process.kill()
    process.wait()
    time.sleep(0 if group else 0.5)  # a child left alone looks for its parent every 0.2 s
    return alive


def main() -> int:
    """Run the rounds; exit status 1 if one ended differently."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    moments, differing, seconds = random.Random(arguments.seed), [], []
    with tempfile.TemporaryDirectory() as folder:
        project = copy_project(Path(folder) / "project")
        params = project.root / "params.yaml"
        params.write_text(small_params(params.read_text(encoding="utf-8")), encoding="utf-8")
        start = time.perf_counter()
        status, _, output = project.repro()
        whole = time.perf_counter() - start
        if status:
            raise SystemExit(output)
        expected = state(project)
        for number in range(arguments.rounds):
            wipe(project)
            moment = moments.uniform(0.3, whole)
            alive = kill_once(project, moment, group=number % 2 == 0)
            start = time.perf_counter()
            status, _, _ = project.repro()
            seconds.append(time.perf_counter() - start)
            found = state(project)
            equal = status == 0 and found == expected and not any(TEMPORARY in name for name in found)
            print(f"round {number + 1}: killed at {moment:.1f} s (running: {alive}), rerun equal: {equal}", flush=True)
            if not equal:
                differing.append(number + 1)
    print(f"undisturbed {whole:.1f} s; median rerun {statistics.median(seconds):.1f} s")
    print(f"differing rounds: {differing or 'none'}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
