"""What the log's own faults may have done: episodes logged late, and visits noted more often in good weeks than in bad.

Late logging: simulation and extrapolation (Cook & Stefanski 1994), with the delay law declared. More delay is added in
steps, the estimate is followed and drawn back to none. Differential logging: how many more good sessions than bad would
have to have had their visit noted for nothing to be left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STEPS = (0.5, 1.0, 1.5, 2.0)  # how many times the delay there is already is added again
LARGEST = 50.0  # a tipping point beyond 5,000% is none


@dataclass(frozen=True)
class DelayLaw:
    """The `share` of episodes that are logged late, each by 1 to `days` days with equal chances."""

    share: float
    days: int


def delayed(day: Floats, law: DelayLaw, times: float, generator: np.random.Generator) -> Floats:
    """Days with `times` the law's delay added: whole rounds for everybody, the rest for that share of the late ones."""
    out = np.array(day, dtype=np.float64)
    left = times
    while left > 0:
        late = generator.random(len(out)) < law.share * min(left, 1.0)
        out += late * generator.integers(1, law.days + 1, size=len(out))
        left -= 1.0
    return out


def extrapolated(steps: Sequence[float], estimates: Sequence[float]) -> float:
    """The estimate without delay: a quadratic in the added delay, read at -1 (steps include 0)."""
    return float(np.polyval(np.polyfit(np.asarray(steps), np.asarray(estimates), 2), -1.0))


def simex(estimate: Callable[[float, np.random.Generator], float], seed: int, draws: int, at_zero: float) -> float:
    """What `estimate(times, generator)`, averaged over `draws` at each of `STEPS`, would be without the delay there is."""
    generator = np.random.default_rng(seed)
    means = [float(np.mean([estimate(times, generator) for _ in range(draws)])) for times in STEPS]
    return extrapolated([0.0, *STEPS], [at_zero, *means])


def within_slope(x: Floats, y: Floats, client: Integers, beside: Floats | None = None) -> float:
    """The slope of y on x within clients with covariates `beside` (N, k); NaN where x does not vary within clients."""
    columns = [x, y] if beside is None else [x, y, *beside.T]
    inside = _demeaned(np.column_stack(columns), client)
    own, outcome, rest = inside[:, 0], inside[:, 1], inside[:, 2:]
    if rest.shape[1]:
        own = own - rest @ np.linalg.lstsq(rest, own, rcond=1e-10)[0]
    size = float(own @ own)
    return float(own @ outcome / size) if size > 1e-12 * max(float(x @ x), 1e-300) else float("nan")


def tipping(x: Floats, y: Floats, client: Integers, beside: Floats | None = None, left: float = 0.0) -> float | None:
    """By which share more visits before good sessions than before bad ones must have been noted for no more to be left.

    A session is good where its rating lies above the client's own mean. The doses before good sessions (for a positive
    slope; bad ones for a negative) are divided by 1 + share until the slope within clients falls to `left` (0: nothing;
    the distance from estimate to its interval's nearer end: nothing clear). None where no share up to `LARGEST` does.
    """
    whole = within_slope(x, y, client, beside)
    sign = 1.0 if whole >= 0 else -1.0
    good = sign * _demeaned(y[:, None], client)[:, 0] > 0

    def at(share: float) -> float:
        return sign * within_slope(np.where(good, x / (1.0 + share), x), y, client, beside) - left

    if not np.isfinite(whole) or at(0.0) <= 0:
        return None
    low, high = 0.0, 0.125
    while at(high) > 0:
        low, high = high, 2.0 * high
        if high > LARGEST:
            return None
    for _ in range(40):
        middle = (low + high) / 2.0
        low, high = (middle, high) if at(middle) > 0 else (low, middle)
    return high


def _demeaned(values: Floats, client: Integers) -> Floats:
    groups = np.unique(client, return_inverse=True)[1]
    size = np.bincount(groups)
    means = np.column_stack([np.bincount(groups, weights=column) / size for column in values.T])
    return np.asarray(values - means[groups])
