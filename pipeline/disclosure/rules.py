"""What may leave: how many people must stand behind a number, how counts are rounded, the floors of a public release."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.base.errors import DisclosureError, Problem
from pipeline.base.options import Release
from pipeline.results.backing import Backing

if TYPE_CHECKING:
    from pipeline.base.params import Params

RESIDUAL_DF = 10  # PRIVACY.md "Way out": a model with fewer residual degrees of freedom starts to describe single rows
DOMINANCE = 0.9  # (n, k) with n = 2, as ACRO has it by default: two clients with more of it are told to each other
RIVAL = 0.1  # p%: with less beside the first two, the second knows the first to within 10%, as ACRO has it by default
FLOORS = {"min_cell": 5, "round_to": 3, "min_workers": 4}  # of a public release
RAISE = "raise it, or set privacy.release to internal"


@dataclass(frozen=True)
class Rules:
    """The rules of one release: `min_cell` clients and `min_workers` workers behind every number, counts in `round_to`s.

    DisclosureError where a public release would have less than FLOORS.
    """

    min_cell: int = 10
    round_to: int = 5
    release: Release = "public"
    min_workers: int = 5

    def __post_init__(self) -> None:
        if low := floor_problems({name: getattr(self, name) for name in FLOORS}, self.release):
            raise DisclosureError(low)

    @property
    def exact(self) -> bool:
        """Whether exact numbers may be shown: only inside the team, and every page says so."""
        return self.release == "internal"

    def refuses(self, backing: Backing, workers: int | None = None) -> bool:
        """Whether a number that rests on these people must be withheld: too few of them, or one or two stand for it.

        `workers`: all the workers of the study. Where these are few, a number over all of them points at none; without it,
        a number is about workers themselves and needs `min_workers` in any case.
        """
        if self.exact:
            return False
        least = self.min_workers if workers is None else min(self.min_workers, workers)
        few_workers = backing.workers is not None and backing.workers < least
        return backing.clients < self.min_cell or few_workers or is_dominated(backing)


def is_dominated(backing: Backing) -> bool:
    """Whether one or two clients stand for nearly all of a number: the (n, k) rule and the p% rule.

    Source: Hundepool et al. (2012), Statistical Disclosure Control, 4.2.
    """
    if backing.largest is None:
        return False
    first, second = backing.largest, backing.second or 0.0
    return first + second > DOMINANCE or 1 - first - second < RIVAL * first


def rules_of(params: Params) -> Rules:
    """The rules of a study's release."""
    privacy = params.privacy
    return Rules(privacy.min_cell, privacy.round_to, privacy.release, privacy.min_workers)


def floor_problems(given: dict[str, int], release: Release) -> list[Problem]:
    """What of a release's rules lies below the floors of a public one."""
    if release != "public":
        return []
    low = [name for name, floor in FLOORS.items() if given[name] < floor]
    return [
        Problem(f"privacy.{name}", f"found {given[name]}, and a public release needs at least {FLOORS[name]}", RAISE)
        for name in low
    ]


def check_params(params: Params) -> list[Problem]:
    """The rules of `privacy:` that one field alone cannot know."""
    return floor_problems({name: getattr(params.privacy, name) for name in FLOORS}, params.privacy.release)


def rounded(count: int, base: int) -> int:
    """A count to the nearest multiple of `base`, halves up."""
    return (2 * count + base) // (2 * base) * base


def counts_behind(released: int, base: int) -> tuple[int, int]:
    """The smallest and the largest count that `rounded` turns into `released`."""
    low = max(0, math.ceil(released - base / 2))
    high = released + (base - 1) // 2
    return low, high
