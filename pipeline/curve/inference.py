"""What a whole curve says: four statistics, each against the same statistic under shifts (Simonsohn, Simmons & Nelson 2020).

They test "no association under any of these choices": reverse causation would fail it too, so no word of effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.curve.shifts import Floats, Integers

CLEAR = 1.959963984540054  # a normal's two-sided 5% point
PLACES = 232_792_560  # the least common multiple of 1 to 20: no place of up to twenty ratings is favoured, of more hardly


@dataclass(frozen=True)
class Statistic:
    """One statistic: as observed, its median and 95% point under shifts, and p = (1 + #{T_b >= T}) / (B + 1).

    Shares and counts are often equal (all specifications on one side): equal ones are told apart by Stouffer's z, else their
    tests would reject a true null in fewer than 5%, the share of agreeing specifications in none.
    """

    observed: float
    median: float
    upper: float
    p_value: float


@dataclass(frozen=True)
class Summary:
    """The curve in four numbers, all counted in the predicted direction, and the band of sorted estimates under shifts."""

    median: Statistic
    share: Statistic
    clear: Statistic
    stouffer: Statistic
    band_low: tuple[float, ...]
    band_high: tuple[float, ...]


def turns(clients: int, shifts: int, seed: int) -> Integers:
    """How far each client's exposure is turned in each shift [clients, shifts]: uniform over more places than any has.

    A specification takes them modulo its own number of ratings: one draw serves all, and keeps how they depend.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.integers(0, 1000 * PLACES, (clients, shifts), dtype=np.int64)


def summarize(estimates: Floats, statistics: Floats, shifted: Floats, shifted_statistics: Floats, sign: float) -> Summary:
    """The statistics of S specifications: `estimates`, `statistics` [S], under shifts [S, B]; `sign` as predicted."""
    low, high = np.quantile(np.sort(shifted, axis=0), [0.025, 0.975], axis=1)
    z, shifted_z = float(_stouffer(sign * statistics)), _stouffer(sign * shifted_statistics)
    return Summary(
        _against(float(np.median(sign * estimates)), np.median(sign * shifted, axis=0)),
        _against(float(np.mean(sign * estimates > 0)), np.mean(sign * shifted > 0, axis=0), z - shifted_z),
        _against(float(np.sum(sign * statistics > CLEAR)), np.sum(sign * shifted_statistics > CLEAR, axis=0), z - shifted_z),
        _against(z, shifted_z),
        tuple(float(value) for value in low),
        tuple(float(value) for value in high),
    )


def shares_of_variance(estimates: Floats, axes: dict[str, list[str]]) -> dict[str, float]:
    """Which choice matters: the share of the estimates' variance that each axis tells by itself (eta squared, one way)."""
    total = float(np.sum((estimates - estimates.mean()) ** 2))
    found = {}
    for name, choices in axes.items():
        _, group = np.unique(np.array(choices), return_inverse=True)
        means = np.bincount(group, estimates) / np.bincount(group)
        found[name] = float(np.sum((means[group] - estimates.mean()) ** 2) / total) if total > 0.0 else 0.0
    return found


def own_lines(exposure: Floats, time: Floats, client: Integers) -> Floats:
    """Each client's own line of the exposure in time [n], around zero: held where slopes differ, the rest turned."""
    n = np.bincount(client).astype(np.float64)
    centred = time - (np.bincount(client, time) / n)[client]
    around = exposure - (np.bincount(client, exposure) / n)[client]
    spread = np.bincount(client, centred**2)
    slope = np.divide(np.bincount(client, centred * around), spread, out=np.zeros_like(spread), where=spread > 0.0)
    return np.asarray(slope[client] * centred)


def _stouffer(statistics: Floats) -> Floats:
    return np.asarray(np.sum(statistics, axis=0) / np.sqrt(len(statistics)))


def _against(observed: float, shifted: Floats, ahead: Floats | None = None) -> Statistic:
    """`ahead` tells equal ones apart: where it is positive, the observed one is the larger [shifts]."""
    as_large = shifted >= observed
    if ahead is not None:
        as_large &= (shifted > observed) | (ahead <= 0.0)
    p_value = (1.0 + float(np.sum(as_large))) / (len(shifted) + 1.0)
    return Statistic(observed, float(np.median(shifted)), float(np.quantile(shifted, 0.95)), p_value)
