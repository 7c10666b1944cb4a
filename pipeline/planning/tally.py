"""Many drawn studies of many designs: tasks, what is already known of them, and shares with their Monte Carlo intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

from pipeline.planning.design import PlannedDesign
from pipeline.planning.studies import Outcome, Planned, World, outcome

Z = 1.959963984540054


@dataclass(frozen=True)
class Task:
    """One study to draw: its design, what is true in it, and its seed."""

    design: PlannedDesign
    world: World
    seed: int

    @property
    def key(self) -> str:
        """Its name in a store of results."""
        one = self.design
        size = f"{one.workers}x{one.clients}x{one.sessions}"
        return f"{size}|{one.rate:g}|{one.spread:g}|{one.missed:g}|{one.dropout:g}|{self.world}|{self.seed}"


@dataclass(frozen=True)
class Share:
    """A share of drawn studies with its 95% interval (Wilson 1927)."""

    share: float
    low: float
    high: float
    studies: int


@dataclass(frozen=True)
class Ladder:
    """What the ladder says of a design under one truth: how often significant as predicted, and each verdict."""

    design: PlannedDesign
    world: World
    significant: Share
    supported: Share
    verdicts: Mapping[str, int]


def tasks(designs: Iterable[PlannedDesign], worlds: Iterable[World], studies: int, seed: int) -> list[Task]:
    """Every study of a plan; equal seeds over designs, so that designs are compared on like draws."""
    kinds = tuple(worlds)
    return [Task(design, world, seed + n) for design in designs for world in kinds for n in range(studies)]


def missing(wanted: Iterable[Task], known: Mapping[str, Outcome]) -> list[Task]:
    """The studies that are still to be drawn."""
    return [task for task in wanted if task.key not in known]


def run(planned: Planned, wanted: list[Task], cluster: str | None, jobs: int) -> Iterator[tuple[Task, Outcome]]:
    """Draw studies on all cores, or on an existing Dask cluster; each with its result, in the order asked for."""
    from joblib import Parallel, delayed, parallel_config

    if jobs == 1 and cluster is None:
        yield from ((task, outcome(planned, task.design, task.world, task.seed)) for task in wanted)
        return
    calls = (delayed(_one)(planned, task) for task in wanted)
    if cluster is None:
        yield from Parallel(n_jobs=jobs, return_as="generator")(calls)
        return
    from distributed import Client

    client = Client(cluster)  # type: ignore[no-untyped-call]
    with client, parallel_config("dask"):
        yield from Parallel(return_as="list")(calls)


def _one(planned: Planned, task: Task) -> tuple[Task, Outcome]:
    return task, outcome(planned, task.design, task.world, task.seed)


def ladders(wanted: Iterable[Task], known: Mapping[str, Outcome]) -> list[Ladder]:
    """The shares of each design and truth, in the order asked for."""
    groups: dict[tuple[PlannedDesign, World], list[Outcome]] = {}
    for task in wanted:
        if task.key in known:
            groups.setdefault((task.design, task.world), []).append(known[task.key])
    return [_ladder(design, world, found) for (design, world), found in groups.items()]


def _ladder(design: PlannedDesign, world: World, found: list[Outcome]) -> Ladder:
    verdicts: dict[str, int] = {}
    for one in sorted(found, key=lambda outcome: outcome.verdict):
        verdicts[one.verdict] = verdicts.get(one.verdict, 0) + 1
    clear = sum(one.significant for one in found)
    return Ladder(design, world, wilson(clear, len(found)), wilson(verdicts.get("supported", 0), len(found)), verdicts)


def wilson(hits: int, n: int) -> Share:
    """A share with Wilson's interval."""
    if n == 0:
        return Share(0.0, 0.0, 1.0, 0)
    share, spread = hits / n, Z**2 / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / n + Z**2 / (4 * n * n))
    return Share(share, max(0.0, middle - half), min(1.0, middle + half), n)
