"""One study of one world: drawn from its seed, put to the ladder, kept as one line."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator, SeedSequence

from benchmarks.worlds import ladder
from benchmarks.worlds.catalogue import BY_NAME
from benchmarks.worlds.course import play
from benchmarks.worlds.law import Size
from benchmarks.worlds.store import Key
from benchmarks.worlds.tables import canonical
from benchmarks.worlds.world import BuiltIn, World

INTERVALS = ("tested", "dynamic", "feedback")


@dataclass(frozen=True)
class Task:
    """Which study."""

    world: str
    size: Size
    seed: int
    alone: bool = False  # the headline alone, for coverage

    @property
    def key(self) -> Key:
        """What a result is stored under, beside the code version."""
        return self.world, str(self.size), self.seed


@dataclass(frozen=True)
class Found:
    """What the ladder said of one study."""

    task: Task
    said: ladder.Said
    error: str = ""  # the kind of an exception nobody caught: a fault of the pipeline

    def line(self) -> dict[str, Any]:
        """As one line of the store."""
        said = {name: value for name, value in asdict(self.said).items() if name not in (*INTERVALS, "fault")}
        return {
            "world": self.task.world,
            "size": str(self.task.size),
            "seed": self.task.seed,
            "law": BY_NAME[self.task.world].digest,
            **said,
            **_numbers("", self.said.tested),
            **_numbers("dynamic_", self.said.dynamic),
            **_numbers("feedback_", self.said.feedback),
            "error": self.error or self.said.fault,
        }


def known(results: Mapping[Key, Mapping[str, Any]]) -> dict[Key, Mapping[str, Any]]:
    """Those of the stored results that belong to the worlds as they are now."""
    return {key: line for key, line in results.items() if key[0] in BY_NAME and line.get("law") == BY_NAME[key[0]].digest}


def random(task: Task) -> Generator:
    """The generator of one study: equal for equal world, size and seed, whatever ran before."""
    parts = [task.seed, zlib.crc32(task.world.encode()), task.size.workers, task.size.clients, task.size.sessions]
    return np.random.default_rng(SeedSequence(parts))


def draw(world: World, task: Task) -> dict[str, pd.DataFrame]:
    """The canonical tables of one study."""
    rng = random(task)
    if isinstance(world.law, BuiltIn):
        return ladder.built_in(world.law, task.size, int(rng.integers(2**31)))
    return canonical(play(world.law, task.size, rng), world.law, rng)


def run(task: Task) -> Found:
    """Draw and judge one study; whatever the pipeline raises is kept by its kind, so that the benchmark goes on."""
    world = BY_NAME[task.world]
    tables = draw(world, task)
    try:
        return Found(task, ladder.headline(tables, world.asked) if task.alone else ladder.ask(tables, world.asked))
    except Exception as error:  # a fault of the code under test is a finding, not the end of the benchmark
        return Found(task, ladder.Said("crashed", ""), f"{type(error).__name__}: {error}"[:300])


def _numbers(prefix: str, interval: ladder.Interval) -> dict[str, float | None]:
    return {prefix + name: None if math.isnan(value) else value for name, value in asdict(interval).items()}
