"""Many hypotheses on a small study, from nothing to the report: `python -m benchmarks.many [--hypotheses 200]`.

The first two hypotheses of the shipped study in turn, each under names of its own. Prints seconds and CPU seconds of `dvc
repro`, cold and with nothing to do, the peak memory of its largest process, and the sizes of what it leaves.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.project import Project, copy_project, small_params

PAGE = re.compile(rb"/Type\s*/Page\b")
LONGEST = 4 * 3600.0  # seconds
KEPT = ("dvc.lock", "reports/report.html", "reports/report.pdf", "reports/metrics.json")


def many(text: str, count: int) -> str:
    """The small study's params with `count` hypotheses: its own two again and again, numbered."""
    before, marker, after = text.partition("\nhypotheses:\n")
    body, end, rest = after.partition("\nverdict:")
    blocks = re.split(r"(?m)^(?=  [a-z][a-z0-9_]*:$)", body)
    first, blocks = blocks[0], blocks[1:]
    named = [re.sub(r"^  ([a-z0-9_]+):", rf"  \1_{place:03d}:", blocks[place % len(blocks)]) for place in range(count)]
    return before + marker + first + "".join(block.rstrip("\n") + "\n" for block in named) + end + rest


def run(project: Project, what: str) -> int:
    """One `dvc repro` with a line about it; its exit status."""
    spent, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    status, stages, output = project.repro()
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime
    peak = now.ru_maxrss / 1024
    print(
        f"{what}: {time.perf_counter() - begun:.0f} s, {cpu:.0f} CPU s, {len(stages)} stages, peak {peak:.0f} MB", flush=True
    )
    if status:
        print(output[-3000:])
    return status


def main() -> int:
    """Run cold and again; exit status 1 where a run fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hypotheses", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = replace(copy_project(Path(folder) / "project"), patience=LONGEST)
        params = project.root / "params.yaml"
        params.write_text(many(small_params(params.read_text(encoding="utf-8")), arguments.hypotheses), encoding="utf-8")
        if run(project, "cold") or run(project, "nothing to do"):
            return 1
        for name in KEPT:
            content = (project.root / name).read_bytes()
            print(f"{name}: {len(content) / 1000:.0f} kB, {len(content.splitlines())} lines")
        pages = (project.root / "reports/report.pdf").read_bytes()
        tables = len(list((project.root / "reports/tables").iterdir()))
        print(f"pages of the PDF: {len(re.findall(PAGE, pages))}; tables: {tables}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
