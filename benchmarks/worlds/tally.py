"""Results of one cell (world and size) counted: verdicts, wrong ones, coverage, what each check cost."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.worlds.law import POINTS, Law, Size
from benchmarks.worlds.shares import Share, Standing
from benchmarks.worlds.store import Key
from benchmarks.worlds.world import World

COVERAGE, FEEDBACK_COVERAGE = (0.94, 0.98), (0.93, 0.97)


@dataclass(frozen=True)
class Promise:
    """One bound the ladder is held to, and how it stands."""

    what: str
    share: Share
    low: float = 0.0
    high: float = 1.0

    @property
    def standing(self) -> Standing:
        """Met, missed, or not decided by as many studies as were run."""
        return self.share.standing(self.low, self.high)

    @property
    def within(self) -> bool:
        """Whether the share itself lies within the bound."""
        return self.low <= self.share.value <= self.high

    @property
    def bound(self) -> str:
        """The bound in words."""
        if self.low and self.high < 1:
            return f"{self.low:.0%} to {self.high:.0%}"
        return f"at least {self.low:.0%}" if self.low else f"at most {self.high:.0%}"


@dataclass(frozen=True)
class Tally:
    """One cell."""

    world: World
    size: Size
    lines: Sequence[Mapping[str, Any]]

    @property
    def judged(self) -> list[Mapping[str, Any]]:
        """The studies that got a verdict; of the others only the headline was fitted."""
        return [line for line in self.lines if line["verdict"]]

    @property
    def of(self) -> int:
        """Studies that got a verdict."""
        return len(self.judged)

    def verdicts(self) -> dict[str, Share]:
        """The share of each verdict that was given, the most frequent first."""
        counts = Counter(str(line["verdict"]) for line in self.judged)
        return {verdict: Share(count, self.of) for verdict, count in counts.most_common()}

    def said(self, verdicts: Iterable[str]) -> Share:
        """The share of studies with one of the verdicts."""
        wanted = set(verdicts)
        return Share(sum(line["verdict"] in wanted for line in self.judged), self.of)

    @property
    def wrong(self) -> Share:
        """The share of verdicts that say something untrue."""
        return self.said(self.world.untrue)

    def covered(self) -> Share:
        """How often the interval of the tested number holds the truth, of the studies that have a number."""
        truth = self.world.truth
        return self._holds("", math.nan if truth is None else truth * self.world.unit)

    def dynamic_covered(self) -> Share:
        """The same of the effect in the model in which ratings may bring the advocacy."""
        truth = self.world.truth
        return self._holds("dynamic_", math.nan if truth is None else truth * self.world.unit)

    def feedback_covered(self) -> Share:
        """How often the interval of the feedback (episodes a point) holds the truth."""
        return self._holds("feedback_", math.nan if self.world.feedback is None else self.world.feedback / POINTS)

    def _holds(self, prefix: str, truth: float) -> Share:
        known = [line for line in self.lines if line.get(f"{prefix}low") is not None]
        return Share(sum(line[f"{prefix}low"] <= truth <= line[f"{prefix}high"] for line in known), len(known))

    def mean(self) -> float:
        """The mean estimate in units of the truth."""
        known = [line["estimate"] for line in self.lines if line.get("estimate") is not None]
        return sum(known) / len(known) / self.world.unit if known else math.nan

    def cost(self) -> dict[str, Share]:
        """By check, the share of studies with an effect seen in its true direction in which the check did not hold."""
        seen = [line for line in self.judged if self._seen(line)]
        names = sorted({name for line in seen for name in line["checks"]})
        return {name: Share(sum(line["checks"].get(name) in AGAINST for line in seen), len(seen)) for name in names}

    def stopped(self) -> dict[str, Share]:
        """By check, the share of the same studies whose verdict hung on it and was not the right one."""
        seen = [line for line in self.judged if self._seen(line)]
        lost = [line for line in seen if line["verdict"] != self.world.finds]
        names = sorted({name for line in lost for name in line.get("decided_by", ())})
        return {name: Share(sum(name in line["decided_by"] for line in lost), len(seen)) for name in names}

    @property
    def seen(self) -> int:
        """Studies with a true effect whose interval lies on its true side."""
        return sum(self._seen(line) for line in self.judged)

    def _seen(self, line: Mapping[str, Any]) -> bool:
        if line.get("low") is None or not self.world.truth:
            return False
        return bool(line["low"] > 0) if self.world.truth > 0 else bool(line["high"] < 0)

    @property
    def _felt(self) -> bool:
        """Whether workers act on what is felt: the error of a rating they act on is part of the feedback."""
        law = self.world.law
        return self.world.feedback is not None and isinstance(law, Law) and law.feedback_of == "state"

    def promises(self) -> list[Promise]:
        """The bounds of this cell."""
        world, found = self.world, []
        if world.limit is not None:
            found.append(Promise(f"wrong ({', '.join(sorted(world.untrue))})", self.wrong, high=world.limit))
        if self.size in world.found:
            found.append(Promise(world.finds, self.said([world.finds]), low=world.found[self.size]))
        if world.covered == "claimed":
            found.append(Promise("interval holds the truth", self.covered(), *COVERAGE))
        if world.feedback is not None and self.dynamic_covered().of:
            found.append(Promise("interval beside feedback holds the truth", self.dynamic_covered(), *FEEDBACK_COVERAGE))
        if self._felt and self.feedback_covered().of:
            found.append(Promise("interval of the feedback holds the truth", self.feedback_covered(), *FEEDBACK_COVERAGE))
        return found


AGAINST = frozenset({"broke", "speaks_against", "not_clear"})


def tallies(cells: Sequence[tuple[World, Size]], results: Mapping[Key, Mapping[str, Any]]) -> list[Tally]:
    """One tally a cell, of the cells that have results."""
    by_cell: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for (world, size, _), line in sorted(results.items()):
        by_cell.setdefault((world, size), []).append(line)
    found = [Tally(world, size, by_cell.get((world.name, str(size)), [])) for world, size in cells]
    return [tally for tally in found if tally.of]
