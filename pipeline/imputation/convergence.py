"""Convergence: split R-hat and effective draws of traces, blind to differences too small to matter."""

from __future__ import annotations

import numpy as np

from pipeline.imputation.records import Floats


def r_hat(traces: Floats, least: float = 0.0) -> Floats:
    """Split R-hat of each parameter (Gelman et al. 2013, eq. 11.4); `traces` is chains x draws x parameters.

    `least`: a spread within chains smaller than this counts as this: chains that differ by less do not count as apart.
    """
    halves = _halves(traces)
    draws = halves.shape[1]
    within = np.maximum(halves.var(axis=1, ddof=1).mean(axis=0), least**2)
    between = halves.mean(axis=1).var(axis=0, ddof=1)
    safe = np.where(within > 0, within, 1.0)
    return np.where(within > 0, np.sqrt((draws - 1.0) / draws + between / safe), 1.0)


def effective_draws(traces: Floats, least: float = 0.0) -> Floats:
    """Effective draws of each parameter over all chains: Vehtari et al. 2021, eq. 10-13, Geyer's initial monotone sequence.

    Where the whole spread is smaller than `least`, as many draws of spread `least` as would have the same error.
    """
    halves = _halves(traces)
    chains, draws, parameters = halves.shape
    covariance = np.stack([_autocovariance(halves[chain]) for chain in range(chains)])
    within = covariance[:, 0].mean(axis=0) * draws / (draws - 1.0)
    total = within * (draws - 1.0) / draws + halves.mean(axis=1).var(axis=0, ddof=1)
    safe = np.where(total > 0, total, 1.0)
    rho = 1.0 - (within - covariance.mean(axis=0) * draws / (draws - 1.0)) / safe
    rho[0] = 1.0
    even = rho[: 2 * (draws // 2)].reshape(-1, 2, parameters).sum(axis=1)
    live = np.minimum.accumulate(even > 0, axis=0)
    monotone = np.minimum.accumulate(np.where(live, even, 0.0), axis=0)
    tau = np.maximum(-1.0 + 2.0 * monotone.sum(axis=0), 1.0 / np.log10(chains * draws))
    smaller = np.maximum(least**2 / safe, 1.0)
    return np.where(total > 0, np.minimum(smaller * chains * draws / tau, chains * draws * 2.0), float(chains * draws))


def _halves(traces: Floats) -> Floats:
    draws = traces.shape[1] // 2
    return np.concatenate([traces[:, :draws], traces[:, -draws:]])


def _autocovariance(draws: Floats) -> Floats:
    """By lag and parameter, divided by the number of draws."""
    number = len(draws)
    centered = draws - draws.mean(axis=0)
    spectrum = np.fft.rfft(centered, n=2 * number, axis=0)
    return np.asarray(np.fft.irfft(spectrum * np.conj(spectrum), axis=0)[:number] / number)
