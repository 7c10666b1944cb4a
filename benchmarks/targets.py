"""What the verdicts are to be, scenario by scenario."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import get_args

from pipeline.base.options import Scenario

COVERED = "covers its truth"


@dataclass(frozen=True)
class Found:
    """One hypothesis in one study: verdict, estimate with its 95% interval (NaN where there is none), seconds."""

    verdict: str
    estimate: float
    low: float
    high: float
    seconds: float


@dataclass(frozen=True)
class Target:
    """The share of studies in which a hypothesis gets one of the verdicts, or its interval holds the truth."""

    scenario: Scenario
    hypothesis: str
    words: tuple[str, ...]
    low: float = 0.0
    high: float = 1.0

    def share(self, found: Sequence[Found], truth: Truth) -> float:
        """The share among the studies."""
        if self.words != (COVERED,):
            return sum(one.verdict in self.words for one in found) / len(found)
        true = truth_of(self.scenario, self.hypothesis, truth)
        return sum(one.low <= true <= one.high for one in found) / len(found)

    def __str__(self) -> str:
        bounds = f"{self.low:.0%}" + (f"-{self.high:.0%}" if self.high < 1 else " or more")
        return f"{self.hypothesis} {' or '.join(self.words)} ({bounds if self.low else f'at most {self.high:.0%}'})"


Truth = Callable[[Scenario, str], float]
TRUTHS = {  # by hypothesis, the observed effect that is its truth, and the one that is subtracted
    "joint": ("joint.within.total", None),
    "joint without the mark": ("joint.within.total", None),
    "joint - solo": ("joint.within.total", "worker_solo.within.total"),
    "bond - task": ("joint.within.bond", "joint.within.task"),
    "through empathy": ("joint.lag1.indirect", None),
}


def truth_of(scenario: Scenario, hypothesis: str, truth: Truth) -> float:
    """What a hypothesis' tested number is to find."""
    plus, minus = TRUTHS[hypothesis]
    return truth(scenario, plus) - (truth(scenario, minus) if minus else 0.0)


# Not presence_does_not_matter: solo works there too, and long windows hold more of both, so joint alone is confounded.
RIGHT_MODEL: tuple[Scenario, ...] = ("default", "null", "harm", "bond_only")
NO_EFFECT: tuple[Scenario, ...] = ("null", "shared_trend", "reverse", "autocorrelated", "between_only")


def _targets(scenario: Scenario) -> list[Target]:
    found = [Target(scenario, "joint", ("supported",), high=0.05)] if scenario in NO_EFFECT else []
    if scenario in RIGHT_MODEL:
        found.append(Target(scenario, "joint", (COVERED,), 0.93, 0.97))
    if scenario == "bond_only":
        return [
            *found,
            Target(scenario, "bond - task", ("supported",), 0.80),
            Target(scenario, "bond - task", (COVERED,), 0.93, 0.97),
        ]
    return [*found, *SPECIAL.get(scenario, ()), Target(scenario, "bond - task", ("supported",), high=0.05)]


SPECIAL: dict[Scenario, tuple[Target, ...]] = {
    "default": (Target("default", "joint", ("supported",), 0.80),),
    "crisis": (Target("crisis", "joint - solo", (COVERED,), 0.92, 0.98),),
    "crisis_marked": (Target("crisis_marked", "joint", (COVERED,), 0.92, 0.98),),
    "crisis_null": (
        Target("crisis_null", "joint", ("supported", "opposite"), high=0.05),
        Target("crisis_null", "joint", ("not specific to being there",), 0.85),
    ),
    "harm": (Target("harm", "joint", ("opposite",), 0.80),),
    "presence_does_not_matter": (
        Target("presence_does_not_matter", "joint - solo", ("supported",), high=0.05),
        Target("presence_does_not_matter", "joint - solo", (COVERED,), 0.92, 0.98),
    ),
    "mediated": (Target("mediated", "through empathy", (COVERED,), 0.92, 0.98),),
}
TARGETS: dict[Scenario, list[Target]] = {scenario: _targets(scenario) for scenario in get_args(Scenario)}
ALSO: dict[Scenario, tuple[str, ...]] = {
    "crisis": ("joint",),
    "crisis_marked": ("joint without the mark",),
    "crisis_null": ("joint - solo",),
}
NEEDED: dict[Scenario, list[str]] = {
    scenario: list(dict.fromkeys([*(target.hypothesis for target in targets), *ALSO.get(scenario, ())]))
    for scenario, targets in TARGETS.items()
}
SUPPORT_ALONE: dict[Scenario, set[str]] = {  # hypotheses of which a scenario asks no more than whether they are supported
    scenario: {"bond - task"} if scenario != "bond_only" else set() for scenario in TARGETS
}
COVERAGE_ALONE: dict[Scenario, list[str]] = {  # whose coverage needs no more than the primary fit
    scenario: [one.hypothesis for one in targets if one.words == (COVERED,) and one.hypothesis != "through empathy"]
    for scenario, targets in TARGETS.items()
}
