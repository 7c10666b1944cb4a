"""The sampler: chains warmed and judged, then imputations handed out one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence

from pipeline.base.errors import ModelError, Problem
from pipeline.imputation.chain import Chain, names_of
from pipeline.imputation.check import check
from pipeline.imputation.convergence import effective, r_hat
from pipeline.imputation.prepared import prepare
from pipeline.imputation.records import Completed, Diagnostics, Floats, Incomplete, Mixing, Settings

MANY_APART = 200  # sweeps between two imputations of a chain, at most, however slowly it moves
NEGLIGIBLE = 0.03  # of coefficients, SDs and correlations, all in SDs: no imputation shows a smaller difference


@dataclass(frozen=True)
class Imputation:
    """Chains that mix, and how many imputations they were asked for."""

    diagnostics: Diagnostics
    chains: tuple[Chain, ...]
    settings: Settings
    apart: int

    def __iter__(self) -> Iterator[Completed]:
        """The imputations in turn, each made when it is asked for; they can be gone through once."""
        for number in range(self.settings.imputations):
            chain = self.chains[number % len(self.chains)]
            for _ in range(self.apart):
                chain.sweep()
            yield Completed(number, *chain.completed())


def impute(data: Incomplete, settings: Settings) -> Imputation:
    """Chains for `data`, run until they mix; iterate over the result for the imputations.

    Equal data and settings give equal bytes, whatever the number of threads. ModelError, in words, for tables that cannot be
    imputed (see `check`) and for chains that do not mix within `settings.limit` sweeps.
    """
    checked = check(data)
    prepared = prepare(checked.data)
    seeds = SeedSequence(settings.seed).spawn(settings.chains)
    chains = tuple(Chain(prepared, Generator(PCG64(seed)), settings.prior) for seed in seeds)
    names = names_of(prepared)
    traces, sweeps = _settled(chains, settings, names)
    judged = zip(names, r_hat(traces, NEGLIGIBLE), effective(traces, NEGLIGIBLE), strict=True)
    mixing = tuple(Mixing(name, float(hat), float(many)) for name, hat, many in judged)
    diagnostics = Diagnostics(sweeps, mixing, traces, checked.notes)
    slowest = traces.shape[0] * traces.shape[1] / diagnostics.fewest_effective
    return Imputation(diagnostics, chains, settings, max(settings.apart, min(int(np.ceil(slowest)), MANY_APART)))


def _settled(chains: tuple[Chain, ...], settings: Settings, names: tuple[str, ...]) -> tuple[Floats, int]:
    """The traces of the last watched sweeps, once they mix, and how many sweeps each chain had by then."""
    for chain in chains:
        for _ in range(settings.warmup):
            chain.sweep()
    done, watched = settings.warmup, settings.watched
    while True:
        traces = np.stack([_trace(chain, watched) for chain in chains])
        done += watched
        hat, many = r_hat(traces, NEGLIGIBLE), effective(traces, NEGLIGIBLE)
        if hat.max() <= settings.r_hat and many.min() >= settings.effective:
            return traces, done
        watched *= 2
        if done + watched > settings.limit:
            raise _unsettled(hat, many, names, done)


def _trace(chain: Chain, sweeps: int) -> Floats:
    rows = []
    for _ in range(sweeps):
        chain.sweep()
        rows.append(chain.watched())
    return np.array(rows)


def _unsettled(hat: Floats, many: Floats, names: tuple[str, ...], done: int) -> ModelError:
    worst = [names[place] for place in np.argsort(-hat, kind="stable")[:3]]
    return ModelError(
        Problem(
            "missing",
            f"the imputation model did not settle in {done} sweeps of each chain (largest R-hat {hat.max():.2f}, fewest "
            f"effective draws {many.min():.0f}; slowest: {'; '.join(worst)})",
            "leave out auxiliaries that are hardly known or nearly the same, or variables with few known values",
        )
    )
