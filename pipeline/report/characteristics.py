"""How often verdicts are wrong where the truth is known: what the worlds benchmark found, as it is shipped with the report.

`characteristics.json` is written by `python -m benchmarks.worlds --document`, beside docs/operating-characteristics.md; a
report takes its own words from it, so that they stand where the report lands.
"""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files

from pipeline.results.record import Record

FILE = "characteristics.json"


class StudyShare(Record):
    """In how many of the studies it was so."""

    count: int
    of: int

    @property
    def told(self) -> str:
        """As words: `3 of 33`."""
        return f"{self.count} of {self.of}"


class FamilyOfWorlds(Record):
    """Worlds of one kind together: verdicts that said something untrue, and the share that was promised at most."""

    title: str
    worlds: int
    wrong: StudyShare
    bound: float


class StudySize(Record):
    """Studies of one size: untrue verdicts where there is nothing, and `supported` where an episode does `effect` SD."""

    workers: int
    clients: int
    sessions: int
    nothing: StudyShare
    found: StudyShare


class Characteristics(Record):
    """All of it: how many studies, from which seed on, by which code; families of worlds, and designs."""

    studies: int
    first_seed: int
    code: str
    effect: float
    families: tuple[FamilyOfWorlds, ...]
    designs: tuple[StudySize, ...]

    def nearest(self, workers: int, clients: int, ratings: float) -> StudySize | None:
        """The design most like a study with so many workers, clients and ratings a client, on a scale of ratios."""

        def apart(one: StudySize) -> float:
            pairs = ((one.workers, workers), (one.clients, clients), (one.sessions, ratings))
            return sum(abs(math.log(known / max(own, 1.0))) for known, own in pairs)

        return min(self.designs, key=apart, default=None)


@cache
def shipped_characteristics() -> Characteristics:
    """What is shipped."""
    return Characteristics.model_validate_json(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
