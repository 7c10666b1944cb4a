"""The power of planned designs, analytically: a non-central t over the information of drawn courses (tier 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.planning.design import Floats, PlannedDesign, Variation, draw
from pipeline.planning.information import PARAMETERS, Information, NoInformationError, Sampling, information

DRAWS = 4  # courses a design is averaged over; equal seeds share their numbers across designs
SCATTER = 500  # draws of estimated variances
LEAST = 0.2  # of the squared standard error: below it the first-order move is not to be believed
# What leaves the model with an effect whose variance is estimated as zero.
DROPPED: Mapping[str, tuple[str, ...]] = {
    "worker_effect": ("worker_effect_with_level",),
    "client_effect": ("client_effect_with_level", "trend_with_effect"),
    "trend": ("trend_with_level", "trend_with_effect"),
}
VARIANCES = ("worker", "worker_effect", "client", "client_effect", "trend", "residual")
COVARIANCES: Mapping[str, tuple[str, str]] = {
    "worker_effect_with_level": ("worker", "worker_effect"),
    "client_effect_with_level": ("client", "client_effect"),
    "trend_with_level": ("client", "trend"),
    "trend_with_effect": ("client_effect", "trend"),
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


def power(
    design: PlannedDesign, variation: Variation, effect: float, *, alpha: float, seed: int, kenward_roger_below: int = 20
) -> Power:
    """The chance that an effect of this size (within-client SDs an episode) is significant with its own sign.

    Two-sided at `alpha`; after a Holm correction over m claims the first of them needs alpha / m. The estimate is normal,
    its variance that of the information and what estimated variances add to it (Kackar & Harville 1984); the standard error
    and df it is held against are those of estimated variances (`scattered`), averaged over drawn courses. With fewer workers
    than `kenward_roger_below` errors are corrected as the pipeline's are.
    """
    from scipy import stats

    found: list[tuple[float, float, float, int]] = []
    for number in range(DRAWS):
        try:
            told = information(draw(design, seed + number), variation, windows=True)
        except NoInformationError as error:
            return Power(design, None, None, None, 0, str(error))
        errors, df = scattered(told, seed, corrected=design.workers < kenward_roger_below)
        true = told.std_error * np.sqrt(1.0 + price(told, np.ones(len(PARAMETERS), dtype=bool)))
        reached = stats.norm.sf((stats.t.isf(alpha / 2.0, df) * errors - abs(effect)) / true)
        found.append((float(np.mean(reached)), told.std_error, told.df, told.ratings))
    mean = [float(value) for value in np.mean(np.array(found), axis=0)]
    return Power(design, mean[0], mean[1], mean[2], round(mean[3]))


def scattered(told: Information, seed: int, *, corrected: bool) -> tuple[Floats, Floats]:
    """Standard errors and df as studies will estimate them [SCATTER]: variances scatter, and those below zero are left out.

    An estimated variance is a mean square less what noise gives it, and a mean square is chi-squared over as many degrees of
    freedom as there are workers, clients or rows to tell it (so it is more often too small than too large). Mean squares are
    drawn with the spread and the correlations of the inverse of the expected information; the squared standard error moves
    with the variances to first order, the uncertainty of each with its mean square. An effect that varies with an estimated
    variance of zero leaves the model, and its uncertainty the degrees of freedom. To second order the squared standard error
    is too small by `price`; `corrected` (Kenward & Roger) adds it twice.
    """
    sampling, n = told.sampling, len(PARAMETERS)
    ratio, theta = _drawn(sampling, seed)
    gone = np.zeros((SCATTER, n), dtype=bool)
    for own, others in DROPPED.items():
        zero = theta[:, PARAMETERS.index(own)] <= 0.0
        for name in (own, *others):
            gone[:, PARAMETERS.index(name)] |= zero
    theta[gone] = 0.0
    squared = told.std_error**2 + (theta - sampling.theta) @ sampling.gradient
    squared = np.maximum(squared, LEAST * told.std_error**2)
    df, widened = np.empty(SCATTER), np.empty(SCATTER)
    for pattern in np.unique(gone, axis=0):
        rows, left = (gone == pattern).all(axis=1), ~pattern
        inner = 2.0 * np.linalg.pinv(sampling.expected[np.ix_(left, left)], hermitian=True)
        moved = ratio[np.ix_(rows, left)] * sampling.gradient[left]
        spread = np.einsum("sj,jk,sk->s", moved, inner, moved)
        df[rows] = 2.0 * squared[rows] ** 2 / np.maximum(spread, 1e-300)
        widened[rows] = price(told, left)
    return np.sqrt(squared * np.maximum(1.0 + (1.0 if corrected else -1.0) * widened, LEAST)), np.maximum(df, 1.0)


def _drawn(sampling: Sampling, seed: int) -> tuple[Floats, Floats]:
    """Mean squares over their expectations [SCATTER, parameters], and the variances and covariances they make."""
    from scipy import special

    covariance = 2.0 * np.linalg.pinv(sampling.expected, hermitian=True)
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    values, vectors = np.linalg.eigh(covariance / np.outer(np.where(sd > 0.0, sd, 1.0), np.where(sd > 0.0, sd, 1.0)))
    noise = np.random.Generator(np.random.PCG64(seed)).standard_normal((SCATTER, len(sd)))
    normal = noise @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    ratio, theta = np.ones((SCATTER, len(sd))), sampling.theta + normal * sd
    for name in VARIANCES:
        at = PARAMETERS.index(name)
        units = sampling.units[at]
        ratio[:, at] = special.chdtri(units, special.ndtr(-normal[:, at])) / units
        theta[:, at] = sampling.theta[at] + (ratio[:, at] - 1.0) * sd[at] * np.sqrt(units / 2.0)
    for name, (one, other) in COVARIANCES.items():
        product = ratio[:, PARAMETERS.index(one)] * ratio[:, PARAMETERS.index(other)]
        ratio[:, PARAMETERS.index(name)] = np.sqrt(product)
    return ratio, theta


def price(told: Information, left: NDArray[np.bool_]) -> float:
    """What estimated variances, those `left` in the model, cost, as a share of the squared standard error."""
    sampling = told.sampling
    inner = 2.0 * np.linalg.pinv(sampling.expected[np.ix_(left, left)], hermitian=True)
    return float(np.sum(inner * sampling.price[np.ix_(left, left)])) / told.std_error**2


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
