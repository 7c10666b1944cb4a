"""How well the mean of a client's few ratings tells the client's own level of exposure (Luedtke et al. 2008).

A client's mean dose over n ratings is the client's level plus chance, of variance s^2 / n. Between clients the observed mean
therefore gives reliability x (between minus within) in place of the difference between levels. With r the observed means
without what workers and other columns tell of them, the reliability is (sum w r r')^-1 (sum w r r' - sum w e), e the part of
chance in them: for one exposure in a balanced study without covariates, the ratio of the two-level latent covariate model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.exposure.parts import decompose, group_means, sd_within
from pipeline.exposure.visits import Floats, Integers


@dataclass(frozen=True)
class MeanReliability:
    """Of k exposures' client means: `observed`, `chance` [clients, k, k], weighted; `worker` [clients] is each one's own."""

    observed: Floats
    chance: Floats
    worker: Integers

    @property
    def matrix(self) -> Floats:
        """The reliability [k, k]; 1 where means hold no chance."""
        return _ratio(self.observed.sum(axis=0), self.chance.sum(axis=0))

    @property
    def least(self) -> float:
        """That of the combination of exposures told worst; 0 or less where nothing but chance is in the means."""
        return float(np.linalg.eigvals(self.matrix).real.min())

    def without_each(self, group: Integers, count: int) -> Floats:
        """The matrices [count, k, k] without the clients of each group."""
        found = []
        for one in range(count):
            kept = group != one
            found.append(_ratio(self.observed[kept].sum(axis=0), self.chance[kept].sum(axis=0)))
        return np.array(found)


def _ratio(observed: Floats, chance: Floats) -> Floats:
    return np.asarray(np.linalg.solve(observed, observed - chance))


def mean_reliability(doses: Floats, outcome: Floats, client: Integers, worker: Integers, beside: Floats) -> MeanReliability:
    """The reliability of clients' means of `doses` [N, k] within their workers, given the columns `beside` [N, m].

    Clients weigh as in a model of `outcome` [N] with an intercept each. Chance within a client is the variance of the doses
    around the client's mean, without what the columns beside tell of it; nothing but chance where no client has two ratings.
    LinAlgError where means do not vary.
    """
    sizes = np.bincount(client).astype(np.float64)
    first = np.zeros(len(sizes), dtype=np.int64)
    first[client[::-1]] = worker[::-1]
    between = np.column_stack([_of_clients(decompose(x, client, worker).between, client) for x in doses.T])
    weight = _weights(outcome, client, sizes)
    levels = [_of_clients(decompose(z, client, worker).between, client) for z in beside.T]
    known = _full_rank(np.array(levels).reshape(-1, len(sizes)).T)
    root = np.sqrt(weight)[:, None]
    basis = np.linalg.qr(known * root)[0]
    rest = between * root - basis @ (basis.T @ (between * root))
    left = 1.0 - np.square(basis).sum(axis=1)
    chance = _chance(doses, client, beside, sizes)
    share = sizes / np.bincount(first, weights=sizes)[first]
    pooled = np.zeros((int(first.max()) + 1, *chance.shape[1:]))
    np.add.at(pooled, first, chance * np.square(share)[:, None, None])
    of_means = chance * (1.0 - 2.0 * share)[:, None, None] + pooled[first]
    observed = rest[:, :, None] * rest[:, None, :]
    if sizes.max() < 2:  # nothing tells level and chance apart
        return MeanReliability(observed, observed, first)
    return MeanReliability(observed, of_means * (weight * left)[:, None, None], first)


def _of_clients(column: Floats, client: Integers) -> Floats:
    return np.asarray(group_means(column, client))


def _weights(outcome: Floats, client: Integers, sizes: Floats) -> Floats:
    """1 / (variance of clients + variance of a rating / ratings), over its largest."""
    noise = sd_within(outcome, client) ** 2
    spread = max(float(group_means(outcome, client).var(ddof=1) - noise * (1.0 / sizes).mean()), 0.0)
    weight = 1.0 / (spread + noise / sizes) if spread + noise > 0 else np.ones(len(sizes))
    return np.asarray(weight / weight.max())


def _chance(doses: Floats, client: Integers, beside: Floats, sizes: Floats) -> Floats:
    """The variance of each client's means by chance [clients, k, k]; the pooled one where there is a single rating."""
    inner = np.column_stack([x - group_means(x, client)[client] for x in doses.T])
    columns = _full_rank(np.array([z - group_means(z, client)[client] for z in beside.T]).reshape(-1, len(client)).T)
    if columns.shape[1]:
        inner = inner - columns @ np.linalg.lstsq(columns, inner, rcond=None)[0]
    product = inner[:, :, None] * inner[:, None, :]
    sums = np.zeros((len(sizes), *product.shape[1:]))
    np.add.at(sums, client, product)
    several = sizes > 1
    pooled = sums[several].sum(axis=0) / max(float((sizes[several] - 1).sum()), 1.0)
    own = np.where(several[:, None, None], sums / np.maximum(sizes - 1, 1)[:, None, None], pooled)
    return np.asarray(own / sizes[:, None, None])


def _full_rank(columns: Floats) -> Floats:
    """The columns that others do not imply, at unit length."""
    length = np.linalg.norm(columns, axis=0)
    kept = columns[:, length > 1e-9] / length[length > 1e-9]
    if not kept.shape[1]:
        return np.asarray(kept)
    basis, spread, _ = np.linalg.svd(kept, full_matrices=False)
    return np.asarray(basis[:, spread > 1e-9 * spread[0]])
