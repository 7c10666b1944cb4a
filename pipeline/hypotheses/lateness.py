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


def delayed_days(day: Floats, law: DelayLaw, times: float, generator: np.random.Generator) -> Floats:
    """Days with `times` the law's delay added: whole rounds for everybody, the rest for that share of the late ones."""
    out = np.array(day, dtype=np.float64)
    left = times
    while left > 0:
        late = generator.random(len(out)) < law.share * min(left, 1.0)
        out += late * generator.integers(1, law.days + 1, size=len(out))
        left -= 1.0
    return out


def extrapolated_to_no_delay(steps: Sequence[float], estimates: Sequence[float]) -> float:
    """The estimate without delay: a quadratic in the added delay, read at -1 (steps include 0)."""
    return float(np.polyval(np.polyfit(np.asarray(steps), np.asarray(estimates), 2), -1.0))


def simex_estimate(estimate: Callable[[float, np.random.Generator], float], seed: int, draws: int, at_zero: float) -> float:
    """What `estimate(times, generator)`, averaged over `draws` at each of `STEPS`, would be without the delay there is."""
    generator = np.random.default_rng(seed)
    means = [float(np.mean([estimate(times, generator) for _ in range(draws)])) for times in STEPS]
    return extrapolated_to_no_delay([0.0, *STEPS], [at_zero, *means])


@dataclass(frozen=True)
class Within:
    """Slopes within clients on one outcome, what stands beside taken out: `outcome` (N,), `basis` (N, k) orthonormal."""

    client: Integers
    outcome: Floats
    basis: Floats

    @classmethod
    def of(cls, y: Floats, client: Integers, beside: Floats | None = None) -> Within:
        """Of an outcome with covariates `beside` (N, k)."""
        codes = np.unique(client, return_inverse=True)[1]
        columns = np.zeros((len(y), 0)) if beside is None else _demeaned(beside, codes)
        left, size, _ = np.linalg.svd(columns, full_matrices=False)
        basis = left[:, size > 1e-10 * size.max(initial=0.0)] if columns.shape[1] else columns
        own = _demeaned(y[:, None], codes)[:, 0]
        return cls(codes, own - basis @ (basis.T @ own), basis)

    def slope(self, x: Floats) -> float:
        """The slope on x; NaN where x does not vary within clients."""
        own = _demeaned(x[:, None], self.client)[:, 0]
        own = own - self.basis @ (self.basis.T @ own)
        size = float(own @ own)
        return float(own @ self.outcome / size) if size > 1e-12 * max(float(x @ x), 1e-300) else float("nan")


def within_slope(x: Floats, y: Floats, client: Integers, beside: Floats | None = None) -> float:
    """The slope of y on x within clients with covariates `beside` (N, k); NaN where x does not vary within clients."""
    return Within.of(y, client, beside).slope(x)


def tipping_share(x: Floats, y: Floats, client: Integers, beside: Floats | None = None, left: float = 0.0) -> float | None:
    """By which share more visits before good sessions than before bad ones must have been noted for no more to be left.

    A session is good where its rating lies above the client's own mean. The doses before good sessions (for a positive
    slope; bad ones for a negative) are divided by 1 + share until the slope within clients falls to `left` (0: nothing;
    the distance from estimate to its interval's nearer end: nothing clear). None where no share up to `LARGEST` does.
    """
    return tipping_of(Within.of(y, client, beside), x, y, left)


def tipping_of(inside: Within, x: Floats, y: Floats, left: float = 0.0) -> float | None:
    """The same of slopes whose covariates were taken out before."""
    whole = inside.slope(x)
    sign = 1.0 if whole >= 0 else -1.0
    good = sign * _demeaned(y[:, None], inside.client)[:, 0] > 0

    def at(share: float) -> float:
        return sign * inside.slope(np.where(good, x / (1.0 + share), x)) - left

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
    groups = np.unique(client, return_inverse=True)[1] if int(client.max()) >= len(client) else client
    size = np.maximum(np.bincount(groups), 1)
    means = np.column_stack([np.bincount(groups, weights=column) / size for column in values.T])
    return np.asarray(values - means[groups])
