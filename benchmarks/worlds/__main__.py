"""What does the ladder say in worlds it was not made for?

    python -m benchmarks.worlds                       every world and size, 200 studies; goes on where it was stopped
    python -m benchmarks.worlds --world null effect   some of them
    python -m benchmarks.worlds --studies 1000        more studies
    python -m benchmarks.worlds --sample              a few studies of every world within five minutes, as CI runs it
    python -m benchmarks.worlds --document            write docs/operating-characteristics.md from the results

Exit status 1 where a bound is known to be missed (its Monte Carlo interval lies beyond it) or the pipeline crashed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before numpy: two processes, one thread each
    os.environ.setdefault(_threads, "1")

from benchmarks.worlds import catalogue, document, ladder, runner, store, study, summary  # noqa: E402
from benchmarks.worlds.tally import tallies  # noqa: E402

STUDIES, COVERAGE = 200, 1000
REPORTED = 7_000_000  # seeds of the benchmark that is reported; nothing was ever chosen by looking at them
SAMPLED = 9_000_000  # seeds of the sample
SAMPLE_STUDIES, SAMPLE_SECONDS = 3, 270.0


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worlds", description="Verdicts where the truth is known.")
    parser.add_argument("--world", nargs="+", default=[], metavar="NAME", help="only these worlds")
    parser.add_argument("--family", nargs="+", default=[], metavar="NAME", help="only worlds of these families")
    parser.add_argument("--studies", type=int, default=STUDIES, help=f"studies a world and size ({STUDIES})")
    parser.add_argument("--coverage", type=int, default=COVERAGE, help=f"studies where coverage is claimed ({COVERAGE})")
    parser.add_argument("--first-seed", type=int, default=None, help=f"the first study's seed ({REPORTED:,})")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=None, help="begin no study after this time; run again to go on")
    parser.add_argument("--sample", action="store_true", help="a few studies of the smallest size of every world")
    parser.add_argument("--results", type=Path, default=store.FILE, help="where results are kept")
    parser.add_argument("--code", nargs="+", metavar="VERSION", help="summarize results of these code versions, run none")
    parser.add_argument("--document", action="store_true", help="write docs/operating-characteristics.md, run none")
    found = parser.parse_args(given)
    unknown = [name for name in found.world if name not in catalogue.BY_NAME]
    if unknown:
        parser.error(f"no such world: {', '.join(unknown)} (known are {', '.join(catalogue.BY_NAME)})")
    if found.studies < 1 or found.processes < 1:
        parser.error("--studies and --processes are at least 1")
    return found


def main(given: Sequence[str]) -> int:
    """Run what is missing, print what was found."""
    asked = arguments(given)
    cells = catalogue.cells(asked.world, asked.family)
    if asked.sample:
        cells = [(world, size) for world, size in cells if size == catalogue.smallest(world)]
    first = asked.first_seed if asked.first_seed is not None else (SAMPLED if asked.sample else REPORTED)
    studies, coverage = (SAMPLE_STUDIES, 0) if asked.sample else (asked.studies, asked.coverage)
    wanted = runner.tasks(cells, studies, coverage, first)
    codes: list[str] = asked.code or [ladder.code()]
    named = " ".join(codes)
    if not (asked.code or asked.document):
        seconds = SAMPLE_SECONDS if asked.sample else asked.minutes and asked.minutes * 60
        runner.complete(wanted, asked.results, asked.processes, seconds)
    keys = {task.key for task in wanted}
    results = {key: line for key, line in study.known(store.read_versions(asked.results, codes)).items() if key in keys}
    found = tallies(cells, results)
    if asked.document:
        if not found:
            print(f"no results of code {named} in {asked.results}: {store.versions(asked.results)}", file=sys.stderr)
            return 1
        document.write(found, first, codes)
        return 0
    crashes = summary.crashed(found)
    print(summary.table(found), summary.promises(found), *crashes, f"{len(results)} studies, code {named}", sep="\n")
    return 1 if crashes or (summary.pooled_missed(found) if asked.sample else summary.missed(found)) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
