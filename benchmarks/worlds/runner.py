"""Run the studies that are still missing, two at a time, and keep each as soon as it is there."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.worlds import ladder, store
from benchmarks.worlds.law import Size
from benchmarks.worlds.study import Found, Task, known, run
from benchmarks.worlds.world import World


def tasks(cells: Sequence[tuple[World, Size]], studies: int, coverage: int, first_seed: int) -> list[Task]:
    """All studies, a seed of every cell before the next seed of any: a benchmark that is stopped is even.

    Where coverage is claimed, studies beyond `studies` and up to `coverage` ask for the headline alone.
    """
    wanted = {world.name: (studies * world.times, coverage if world.covered == "claimed" else 0) for world, _ in cells}
    return [
        Task(world.name, size, first_seed + number, alone=number >= wanted[world.name][0])
        for number in range(max((max(both) for both in wanted.values()), default=0))
        for world, size in cells
        if number < max(wanted[world.name])
    ]


def complete(wanted: Sequence[Task], path: Path, processes: int, seconds: float | None = None) -> int:
    """Run those of the studies that `path` does not hold yet of this code; returns how many were run.

    After `seconds` no further study is begun.
    """
    done = known(store.read(path, ladder.code()))
    missing = [task for task in wanted if not (task.key in done and (task.alone or done[task.key]["verdict"]))]
    progress, begun = Progress(len(wanted), len(wanted) - len(missing)), time.monotonic()
    ran = 0
    for found in _results(missing, processes):
        store.add(path, found.line(), ladder.code())
        ran += 1
        progress.tell(found)
        if seconds is not None and time.monotonic() - begun > seconds:
            break
    progress.end()
    return ran


def _results(missing: Sequence[Task], processes: int) -> Iterator[Found]:
    if processes == 1 or len(missing) < 2:
        yield from map(run, missing)
        return
    pool = ProcessPoolExecutor(processes)
    try:
        yield from pool.map(run, missing, chunksize=1)
    finally:  # a stopped benchmark drops what it has not begun
        pool.shutdown(wait=False, cancel_futures=True)


class Progress:
    """How far the benchmark is, on one line of a terminal; nothing where a program reads."""

    def __init__(self, total: int, done: int) -> None:
        self.total, self.done, self.begun, self.first = total, done, time.monotonic(), done
        self.shown = sys.stderr.isatty()

    def tell(self, found: Found) -> None:
        """One study more."""
        self.done += 1
        if not self.shown:
            return
        pace = (time.monotonic() - self.begun) / (self.done - self.first)
        left = pace * (self.total - self.done) / 60
        text = f"{self.done} of {self.total} studies, {left:.0f} minutes left: {found.task.world} {found.task.size}"
        width = os.get_terminal_size(sys.stderr.fileno()).columns - 1
        print("\r" + text[:width].ljust(width), end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self.shown and self.done > self.first:
            print(file=sys.stderr)
