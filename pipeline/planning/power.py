"""The power of planned designs, analytically: a non-central t over the information of drawn courses (tier 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from pipeline.planning.design import Floats, PlannedDesign, Variation, draw
from pipeline.planning.information import PARAMETERS, Information, NoInformationError, information

DRAWS = 4  # courses a design is averaged over; equal seeds share their numbers across designs
SCATTER = 500  # draws of estimated variances
LEAST = 0.2  # of the squared standard error: below it the first-order move is not to be believed
# What leaves the model with an effect whose variance is estimated as zero.
DROPPED: Mapping[str, tuple[str, ...]] = {
    "worker_effect": ("worker_effect_with_level",),
    "client_effect": ("client_effect_with_level", "trend_with_effect"),
    "trend": ("trend_with_level", "trend_with_effect"),
}


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

    Two-sided at `alpha`; after a Holm correction over m claims the first of them needs alpha / m. The estimate is normal
    with the information's standard error; the standard error and df it is held against are those of estimated variances
    (`scattered`), averaged over drawn courses.
    """
    from scipy import stats

    found: list[tuple[float, float, float, int]] = []
    for number in range(DRAWS):
        try:
            told = information(draw(design, seed + number), variation)
        except NoInformationError as error:
            return Power(design, None, None, None, 0, str(error))
        errors, df = scattered(told, seed)
        reached = stats.norm.sf((stats.t.isf(alpha / 2.0, df) * errors - abs(effect)) / told.std_error)
        found.append((float(np.mean(reached)), told.std_error, told.df, told.ratings))
    mean = [float(value) for value in np.mean(np.array(found), axis=0)]
    return Power(design, mean[0], mean[1], mean[2], round(mean[3]))


def scattered(told: Information, seed: int) -> tuple[Floats, Floats]:
    """Standard errors and df as studies will estimate them [SCATTER]: variances scatter, and those below zero are left out.

    Variances are drawn normal around the declared ones with the inverse of their expected information; the squared standard
    error moves with them to first order. An effect that varies with an estimated variance of zero leaves the model, and its
    uncertainty the degrees of freedom. A non-central t at the declared variances knows neither, and promises too much where
    workers or clients are few.
    """
    sampling, n = told.sampling, len(PARAMETERS)
    covariance = 2.0 * np.linalg.pinv(sampling.expected, hermitian=True)
    values, vectors = np.linalg.eigh(covariance)
    noise = np.random.Generator(np.random.PCG64(seed)).standard_normal((SCATTER, n))
    theta = sampling.theta + noise @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    gone = np.zeros((SCATTER, n), dtype=bool)
    for own, others in DROPPED.items():
        zero = theta[:, PARAMETERS.index(own)] <= 0.0
        for name in (own, *others):
            gone[:, PARAMETERS.index(name)] |= zero
    theta[gone] = 0.0
    squared = told.std_error**2 + (theta - sampling.theta) @ sampling.gradient
    squared = np.maximum(squared, LEAST * told.std_error**2)
    df = np.empty(SCATTER)
    for pattern in np.unique(gone, axis=0):
        rows, left = (gone == pattern).all(axis=1), ~pattern
        inner = 2.0 * np.linalg.pinv(sampling.expected[np.ix_(left, left)], hermitian=True)
        spread = float(sampling.gradient[left] @ inner @ sampling.gradient[left])
        df[rows] = 2.0 * squared[rows] ** 2 / max(spread, 1e-300)
    return np.sqrt(squared), np.maximum(df, 1.0)


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
