"""Time and peak memory of every stage for a study of a given size: `python -m benchmarks.scale CLIENTS [--workers N]`.

Each stage is a process of its own, as DVC runs it; one hypothesis with its whole battery. Prints rows for docs/scale.md.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.project import runner
from tests.project import copy_project, small_params

HYPOTHESIS = "joint_advocacy_strengthens_alliance"
OTHER = "being_there_matters_beyond_advocacy"
MEGABYTE = 1 << 10  # of ru_maxrss on Linux, which counts in kilobytes


def measured(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, float, float, float]:
    """Exit status, CPU seconds, wall seconds and peak megabytes of one process."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / MEGABYTE


def main() -> int:
    """Run every stage once; exit status 1 where one fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clients", type=int)
    parser.add_argument("--workers", type=int, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = copy_project(Path(folder) / "project")
        params = project.root / "params.yaml"
        text = small_params(params.read_text(encoding="utf-8"))
        sizes = {
            "workers": arguments.workers or max(2, arguments.clients // 20),
            "clients": arguments.clients,
            "sessions": 16,
        }
        for key, value in sizes.items():
            text = re.sub(rf"^  {key}: [0-9]+$", f"  {key}: {value}", text, flags=re.MULTILINE)
        start = text.index(f"  {OTHER}:")
        params.write_text(text[:start] + text[text.index("\nverdict:", start) + 1 :], encoding="utf-8")
        print("| stage | CPU s | wall s | peak MB |\n|---|---|---|---|")
        whole = [0.0, 0.0, 0.0]
        for stage in runner.NAMES:
            command = [sys.executable, "-m", "pipeline", stage, *([HYPOTHESIS] if stage == "fit" else [])]
            status, cpu, wall, peak = measured(command, project.root, project.environment)
            print(f"| {stage} | {cpu:.1f} | {wall:.1f} | {peak:,.0f} |", flush=True)
            whole = [whole[0] + cpu, whole[1] + wall, max(whole[2], peak)]
            if status:
                print(f"{stage} ended with {status}")
                return 1
        print(f"| all | {whole[0]:.1f} | {whole[1]:.1f} | {whole[2]:,.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
