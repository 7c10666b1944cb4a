"""The sampler: chains warmed and judged, then imputations handed out one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence

from pipeline.base.errors import ModelError, Problem
from pipeline.imputation.chain import Chains, names_of
from pipeline.imputation.check import check
from pipeline.imputation.convergence import effective_draws, r_hat
from pipeline.imputation.prepared import prepare
from pipeline.imputation.records import Completed, Diagnostics, Floats, Incomplete, Mixing, Settings

MANY_APART = 200  # sweeps between two imputations of a chain, at most, however slowly it moves
FORGOTTEN = 3  # of all sweeps the first third is never judged
NEGLIGIBLE = 0.03  # of coefficients, SDs and correlations, all in SDs: no imputation shows a smaller difference


@dataclass(frozen=True)
class Imputation:
    """Chains that mix, and how many imputations they were asked for."""

    diagnostics: Diagnostics
    chains: Chains
    settings: Settings
    apart: int

    def __iter__(self) -> Iterator[Completed]:
        """The imputations in turn, each made when it is asked for; they can be gone through once."""
        for number in range(self.settings.imputations):
            chain = number % self.chains.number
            if chain == 0:
                for _ in range(self.apart):
                    self.chains.sweep()
            yield Completed(number, *self.chains.completed(chain))


def impute(data: Incomplete, settings: Settings) -> Imputation:
    """Chains for `data`, run until they mix; iterate over the result for the imputations.

    Equal data and settings give equal bytes, whatever the number of threads. ModelError, in words, for tables that cannot be
    imputed (see `check`) and for chains that do not mix within `settings.limit` sweeps.
    """
    checked = check(data)
    prepared = prepare(checked.data)
    chains = Chains(prepared, Generator(PCG64(SeedSequence(settings.seed))), settings.prior, settings.chains)
    names = names_of(prepared)
    traces, sweeps = _settled(chains, settings, names)
    judged = zip(names, r_hat(traces, NEGLIGIBLE), effective_draws(traces, NEGLIGIBLE), strict=True)
    mixing = tuple(Mixing(name, float(hat), float(many)) for name, hat, many in judged)
    diagnostics = Diagnostics(sweeps, mixing, traces, checked.notes)
    slowest = traces.shape[0] * traces.shape[1] / diagnostics.fewest_effective
    return Imputation(diagnostics, chains, settings, max(settings.apart, min(int(np.ceil(slowest)), MANY_APART)))


def _settled(chains: Chains, settings: Settings, names: tuple[str, ...]) -> tuple[Floats, int]:
    """The traces of the sweeps that count, once they mix, and how many sweeps each chain had by then."""
    rows: list[Floats] = []
    _run(chains, settings.warmup + settings.watched, rows)
    while True:
        done = len(rows)
        traces = np.stack(rows[-max(settings.watched, done - done // FORGOTTEN) :], axis=1)
        hat, many = r_hat(traces, NEGLIGIBLE), effective_draws(traces, NEGLIGIBLE)
        if hat.max() <= settings.r_hat and many.min() >= settings.effective:
            return traces, done
        more = max(settings.watched, done // 2)
        if done + more > settings.limit:
            raise _unsettled(hat, many, names, done)
        _run(chains, more, rows)


def _run(chains: Chains, sweeps: int, rows: list[Floats]) -> None:
    for _ in range(sweeps):
        chains.sweep()
        rows.append(chains.watched())


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
