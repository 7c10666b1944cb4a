"""The power of planned designs, analytically: a non-central t over the information of drawn courses (tier 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from pipeline.planning.design import PlannedDesign, Variation, draw
from pipeline.planning.information import NoInformationError, information

DRAWS = 4  # courses a design is averaged over; equal seeds share their numbers across designs


@dataclass(frozen=True)
class Power:
    """What a design can see: the chance that the headline is clear of zero on the predicted side, and what that rests on.

    `reason` says in words why there is no number, where there is none.
    """

    design: PlannedDesign
    power: float | None
    std_error: float | None
    df: float | None
    ratings: int
    reason: str = ""


def power(design: PlannedDesign, variation: Variation, effect: float, *, alpha: float, seed: int) -> Power:
    """The chance that an effect of this size (within-client SDs an episode) is significant with its own sign.

    Two-sided at `alpha`; after a Holm correction over m claims the first of them needs alpha / m. Non-central t with the
    information's standard error and df, averaged over drawn courses.
    """
    from scipy import stats

    found: list[tuple[float, float, float, int]] = []
    for number in range(DRAWS):
        try:
            told = information(draw(design, seed + number), variation)
        except NoInformationError as error:
            return Power(design, None, None, None, 0, str(error))
        critical = float(stats.t.isf(alpha / 2.0, told.df))
        reached = float(stats.nct.sf(critical, told.df, abs(effect) / told.std_error))
        found.append((reached if np.isfinite(reached) else 1.0, told.std_error, told.df, told.ratings))
    mean = [float(value) for value in np.mean(np.array(found), axis=0)]
    return Power(design, mean[0], mean[1], mean[2], round(mean[3]))


def grid(design: PlannedDesign, over: dict[str, Sequence[float]]) -> list[PlannedDesign]:
    """Every combination of the named factors of a design (`workers`, `clients`, `sessions`, `rate` ...)."""
    designs = [design]
    for name, values in over.items():
        designs = [with_factor(one, name, value) for one in designs for value in values]
    return designs


def with_factor(design: PlannedDesign, name: str, value: float) -> PlannedDesign:
    """The design with one factor at another value."""
    given: dict[str, float] = {**asdict(design), name: value}
    workers, clients, sessions = (int(given.pop(key)) for key in ("workers", "clients", "sessions"))
    return PlannedDesign(workers, clients, sessions, **given)


def central(powers: Sequence[Power], target: float) -> PlannedDesign | None:
    """The design that curves are drawn around: the smallest that reaches the target, else the one with the most power."""
    told = [one for one in powers if one.power is not None]
    best = smallest(told, target) or max(told, key=lambda one: one.power or 0.0, default=None)
    return best.design if best else None


def smallest(powers: Sequence[Power], target: float) -> Power | None:
    """The design with the fewest ratings that reaches the target, or None."""
    reaching = [one for one in powers if one.power is not None and one.power >= target]
    return min(reaching, key=lambda one: (one.ratings, one.design.workers), default=None)
