"""The power of planned designs, analytically: a non-central t over the information of drawn courses (tier 1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.planning.design import Floats, PlannedDesign, Variation, draw
from pipeline.planning.information import PARAMETERS, Information, NoInformationError, Sampling, information

DRAWS = 8  # courses a design is averaged over; equal seeds share their numbers across designs
SCATTER = 100  # draws of estimated variances for each course
LEAST = 0.2  # of the squared standard error: below it the first-order move is not to be believed
# What leaves the model with an effect whose variance is estimated as zero.
DROPPED: Mapping[str, tuple[str, ...]] = {
    "worker_effect": ("worker_effect_with_level",),
    "client_effect": ("client_effect_with_level", "trend_with_effect"),
    "trend": ("trend_with_level", "trend_with_effect"),
}
# A group's variances, and the covariances that leave the model together where the whole is no covariance matrix.
BLOCKS: Sequence[tuple[tuple[str, ...], Mapping[tuple[int, int], str]]] = (
    (("worker", "worker_effect"), {(1, 0): "worker_effect_with_level"}),
    (
        ("client", "client_effect", "trend"),
        {(1, 0): "client_effect_with_level", (2, 0): "trend_with_level", (2, 1): "trend_with_effect"},
    ),
)
ROUNDS = 2  # of the rules: what leaves moves the others
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
        errors, df, widened = scattered(told, seed + number, corrected=design.workers < kenward_roger_below)
        true = told.std_error * np.sqrt(1.0 + np.mean(widened))
        reached = stats.norm.sf((stats.t.isf(alpha / 2.0, df) * errors - abs(effect)) / true)
        found.append((float(np.mean(reached)), told.std_error, told.df, told.ratings))
    mean = [float(value) for value in np.mean(np.array(found), axis=0)]
    return Power(design, mean[0], mean[1], mean[2], round(mean[3]))


def scattered(told: Information, seed: int, *, corrected: bool) -> tuple[Floats, Floats, Floats]:
    """Standard errors, df and prices as studies will have them [SCATTER]: variances scatter, those below zero are left out.

    An estimated variance is a mean square less what noise gives it, and a mean square is chi-squared over as many degrees of
    freedom as there are workers, clients or rows to tell it (so it is more often too small than too large). Mean squares are
    drawn with the spread and the correlations of the inverse of the expected information; the squared standard error moves
    with the variances to first order, the uncertainty of each with its mean square. What leaves the model (`_left_in`) takes
    its uncertainty from the degrees of freedom. To second order the squared standard error
    is too small by `price`; `corrected` (Kenward & Roger) adds it twice.
    """
    sampling = told.sampling
    ratio, drawn = _drawn(sampling, seed)
    theta, gone = _left_in(drawn, np.asarray(2.0 * np.linalg.pinv(sampling.expected, hermitian=True), dtype=np.float64))
    squared = told.std_error**2 + (theta - sampling.theta) @ sampling.gradient
    squared = np.maximum(squared, LEAST * told.std_error**2)
    df, widened = np.empty(SCATTER), np.empty(SCATTER)
    for pattern, rows in _patterns(gone):
        left = ~pattern
        inner = 2.0 * np.linalg.pinv(sampling.expected[np.ix_(left, left)], hermitian=True)
        moved = ratio[np.ix_(rows, left)] * sampling.gradient[left]
        spread = np.einsum("sj,jk,sk->s", moved, inner, moved)
        df[rows] = 2.0 * squared[rows] ** 2 / np.maximum(spread, 1e-300)
        widened[rows] = price(told, left)
    errors = np.sqrt(squared * np.maximum(1.0 + (1.0 if corrected else -1.0) * widened, LEAST))
    return errors, np.maximum(df, 1.0), widened


def _left_in(drawn: Floats, covariance: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Estimates held to what a model can have, and which parameters left it [SCATTER, parameters].

    By the pipeline's rules: where a group's variances and covariances are no covariance matrix, the covariances go, and an
    effect goes whose variance is not above zero. What goes is estimated as zero, and the others with it: they are what is
    expected of them given that (restricted estimates are projections in the metric of the information; Self & Liang 1987).
    """
    gone, theta = np.zeros(drawn.shape, dtype=bool), drawn
    for _ in range(ROUNDS):
        before = gone.copy()
        for variances, covariances in BLOCKS:
            flat = _flat(theta, variances, covariances)
            for name in covariances.values():
                gone[flat, PARAMETERS.index(name)] = True
            theta = _given(drawn, gone, covariance)
        for own, others in DROPPED.items():
            zero = theta[:, PARAMETERS.index(own)] <= 0.0
            for name in (own, *others):
                gone[zero, PARAMETERS.index(name)] = True
            theta = _given(drawn, gone, covariance)
        if (gone == before).all():
            break
    return theta, gone


def _flat(theta: Floats, variances: Sequence[str], covariances: Mapping[tuple[int, int], str]) -> NDArray[np.bool_]:
    """Where the matrix of a group's effects has no positive smallest eigenvalue, effects that have left it aside."""
    size = len(variances)
    matrix = np.zeros((len(theta), size, size))
    for at, name in enumerate(variances):
        own = theta[:, PARAMETERS.index(name)]
        matrix[:, at, at] = np.where(own == 0.0, 1.0, own)
    for (row, column), name in covariances.items():
        matrix[:, row, column] = matrix[:, column, row] = theta[:, PARAMETERS.index(name)]
    return np.asarray(np.linalg.eigvalsh(matrix)[:, 0] <= 0.0)


def _given(drawn: Floats, gone: NDArray[np.bool_], covariance: Floats) -> Floats:
    """Estimates given that those `gone` are zero."""
    theta = drawn.copy()
    for pattern, rows in _patterns(gone):
        if pattern.any():
            left, away = np.flatnonzero(~pattern), np.flatnonzero(pattern)
            slopes = covariance[np.ix_(left, away)] @ np.linalg.pinv(covariance[np.ix_(away, away)], hermitian=True)
            theta[np.ix_(rows, left)] -= drawn[np.ix_(rows, away)] @ slopes.T
            theta[np.ix_(rows, away)] = 0.0
    return theta


def _patterns(gone: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.int64]]]:
    """Each set of parameters that left together, and the draws in which it did."""
    codes = gone @ (1 << np.arange(gone.shape[1]))
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        yield gone[rows[0]], rows


def _drawn(sampling: Sampling, seed: int) -> tuple[Floats, Floats]:
    """Mean squares over their expectations [SCATTER, parameters], and the variances and covariances they make."""
    from scipy import special

    covariance = 2.0 * np.linalg.pinv(sampling.expected, hermitian=True)
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    values, vectors = np.linalg.eigh(covariance / np.outer(np.where(sd > 0.0, sd, 1.0), np.where(sd > 0.0, sd, 1.0)))
    noise = np.random.Generator(np.random.PCG64(seed)).standard_normal((SCATTER, len(sd)))
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T  # symmetric: rounding turns no draw into another
    normal = noise @ root
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
