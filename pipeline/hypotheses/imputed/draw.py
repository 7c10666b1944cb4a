"""Draw: the imputations of one hypothesis, cell by cell, with the facts of how they were made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import ModelError
from pipeline.hypotheses.imputed.grid import Grid
from pipeline.hypotheses.imputed.question import ImputationQuestion, question_of
from pipeline.imputation.records import Diagnostics, Settings
from pipeline.imputation.sampler import Imputation, impute
from pipeline.results.missing import Drawn, ImputationFacts
from pipeline.results.reason import Note, NotEstimable, Reason, note, reason

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.base.params import Compute, Plan


@dataclass(frozen=True)
class Draws:
    """Imputations to be iterated over once, each a table of drawn cells (row of the grid, column, value)."""

    question: ImputationQuestion
    imputation: Imputation
    facts: ImputationFacts

    @property
    def diagnostics(self) -> Diagnostics:
        """How the chains mixed, with their traces."""
        return self.imputation.diagnostics

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """The cells of each imputation in turn."""
        for completed in self.imputation:
            yield self.question.cells(completed)


def draws_of(plan: Plan, grid: Grid, compute: Compute, seed: int) -> Draws | Reason:
    """The imputations of a hypothesis on its grid, or why there are none: nothing missing, too little known, no mixing."""
    assert plan.missing is not None
    try:
        question = question_of(plan, grid, compute)
        if not _missing(question):
            return reason("nothing_missing")
        imputation = impute(question.data, Settings(imputations=plan.missing.imputations, seed=seed))
    except NotEstimable as error:
        return error.reason
    except ModelError as error:
        said = "; ".join(problem.what for problem in error.problems)
        return reason("not_imputed", problem=said)
    return Draws(question, imputation, _facts(question, imputation, grid, seed))


def _missing(question: ImputationQuestion) -> bool:
    """Whether any cell that the hypothesis uses has to be drawn."""
    return any(target is not None and _gaps(question, place).any() for place, target in enumerate(question.targets))


def _gaps(question: ImputationQuestion, place: int) -> np.ndarray:
    """The missing cells of a variable: one a session, or one a client."""
    variable = question.data.variables[place]
    ahead = [one for one in question.data.variables[:place] if one.level == variable.level]
    table = question.data.session if variable.level == "session" else question.data.of_client
    return np.isnan(table[:, len(ahead)])


def _facts(question: ImputationQuestion, imputation: Imputation, grid: Grid, seed: int) -> ImputationFacts:
    data, found = question.data, imputation.diagnostics
    variables = []
    for place, (variable, target) in enumerate(zip(data.variables, question.targets, strict=True)):
        gaps = _gaps(question, place)
        variables.append(
            Drawn(
                name=variable.name,
                level=variable.level,
                kind=variable.kind,
                auxiliary=target is None,
                missing=int(gaps.sum()),
                of=len(gaps),
            )
        )
    return ImputationFacts(
        imputations=imputation.settings.imputations,
        seed=seed,
        sessions=len(data.client),
        clients=int(data.client.max()) + 1,
        workers=int(data.worker.max()) + 1,
        never_rated=grid.never_rated,
        chains=imputation.chains.number,
        sweeps=found.sweeps,
        apart=imputation.apart,
        worst_r_hat=found.worst_r_hat,
        fewest_effective=found.fewest_effective,
        variables=tuple(variables),
        notes=(*question.notes, *_notes(found)),
    )


def _notes(found: Diagnostics) -> tuple[Note, ...]:
    return tuple(note("imputation_model", said=text) for text in found.notes)
