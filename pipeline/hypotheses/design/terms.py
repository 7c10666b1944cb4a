"""Terms: from a sample to the columns of a model, and the combination of coefficients that is the tested number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.exposure.latent import MeanReliability
from pipeline.exposure.parts import Parts, decompose
from pipeline.exposure.visits import Booleans, Floats, Integers
from pipeline.hypotheses.design.coder import Coded
from pipeline.hypotheses.design.exposures import Exposure, Part
from pipeline.hypotheses.design.sample import Sample
from pipeline.results.fit import Column
from pipeline.results.reason import Note

if TYPE_CHECKING:
    import pandas as pd

SAME = 1e-12  # two columns of doses that differ by less differ by rounding alone
IMPLIED = 1e-7  # a column of which others leave a smaller share unexplained is implied by them
Weights = dict[str, float]
AgencyLevel = Literal["fixed", "random"]


@dataclass(frozen=True)
class Rows:
    """The rows of one model: which of the sample's rows; client, worker and (where it is a group) agency numbered anew."""

    keep: Booleans
    client: Integers
    worker: Integers
    agency: Integers | None = None

    @property
    def n(self) -> int:
        """How many."""
        return len(self.client)


@dataclass(frozen=True)
class Term:
    """A fixed column of a model: its printed name, what it is of, its values, and the rows that tell its coefficient.

    `values` is numeric or `Coded` (a code has a coefficient for each level but the first). `told`: rows whose people are
    behind the coefficient, where these are not all (those with any dose, those at a level).
    """

    name: str
    of: tuple[Column, ...]
    values: Floats | Coded
    told: Booleans | None = None

    def numeric(self) -> dict[str, Floats]:
        """Its numeric columns by coefficient."""
        return self.values.numeric() if isinstance(self.values, Coded) else {self.name: self.values}

    def columns_of(self) -> dict[str, tuple[Column, ...]]:
        """What each of its coefficients is of: that of a code, of a level."""
        if not isinstance(self.values, Coded) or self.values.kind != "code":
            return {self.name: self.of}
        levels = [level for level, _ in self.values.flags()[1:]]
        own = [(self.of[0].model_copy(update={"level": level}),) for level in levels]
        return dict(zip(self.numeric(), own, strict=True))

    def engine(self) -> Floats | pd.Series:
        """The column as engines take it."""
        if not isinstance(self.values, Coded):
            return self.values
        import pandas as pd

        return pd.Series(pd.Categorical.from_codes(self.values.codes, categories=pd.Index(self.values.levels)))

    @property
    def empty(self) -> bool:
        """Whether a part of an exposure is zero throughout, as the worker part is where all workers have one mean."""
        return not isinstance(self.values, Coded) and bool(np.ptp(self.values) < SAME)


@dataclass(frozen=True)
class Focus:
    """The terms an effect is read from, and the weights of the tested number over their names.

    `levels`: the weights of the effect at each level of a moderator; `numeric`: these are points along a number;
    `level`: the one tested against the others.
    """

    terms: tuple[Term, ...]
    tested: Weights
    levels: dict[str, Weights] = field(default_factory=dict)
    numeric: bool = False
    level: str | None = None

    @property
    def columns(self) -> dict[str, Floats]:
        """The numeric columns by name."""
        return {name: values for term in self.terms for name, values in term.numeric().items()}


@dataclass(frozen=True)
class Design:
    """What an engine is given: the outcome, fixed terms, further columns for random terms, and the tested combination."""

    rows: Rows
    outcome: Floats
    terms: tuple[Term, ...]
    slopes: dict[str, Floats]
    random: dict[str, list[str]]
    focus: Focus
    notes: tuple[Note, ...] = ()
    uncorrelated: frozenset[str] = frozenset()  # groups whose terms are fitted without correlations
    clock: Floats | None = None  # days, for residuals that forget
    means: MeanReliability | None = None  # of clients' mean exposures, where the tested number is about them
    agency: AgencyLevel | None = None  # how agencies are in it (`design/agency.py`)

    @property
    def fixed(self) -> tuple[str, ...]:
        """The names of the fixed terms."""
        return tuple(term.name for term in self.terms)

    @property
    def tested(self) -> Weights:
        """The weights of the tested number."""
        return self.focus.tested

    def term(self, name: str) -> Term:
        """A fixed term by name; KeyError where there is none."""
        return next(term for term in self.terms if term.name == name)

    def numeric(self) -> dict[str, Floats]:
        """The fixed part as numeric columns by coefficient, without the intercept."""
        return {name: values for term in self.terms for name, values in term.numeric().items()}

    def columns(self) -> dict[str, Floats | Integers | pd.Series]:
        """All columns as engines take them."""
        found: dict[str, Floats | Integers | pd.Series] = {"outcome": self.outcome, **self.slopes}
        found |= {term.name: term.engine() for term in self.terms}
        if self.clock is not None:
            found["clock"] = self.clock
        if self.rows.agency is not None:
            found["agency_id"] = self.rows.agency
        return {**found, "client_id": self.rows.client, "worker_id": self.rows.worker}

    @property
    def levels(self) -> dict[str, int]:
        """How many there are of each group that effects may be by."""
        rows = self.rows
        groups = {"client_id": rows.client, "worker_id": rows.worker, "agency_id": rows.agency}
        return {name: int(codes.max()) + 1 for name, codes in groups.items() if codes is not None}

    def beside(self, term: Term) -> Design:
        """The same design with a further fixed term; as it is where the others imply that one."""
        known = np.column_stack([np.ones(self.rows.n), *self.numeric().values()])
        column = np.asarray(next(iter(term.numeric().values())), dtype=np.float64)
        around = column - column.mean()
        left = column - known @ np.linalg.lstsq(known, column, rcond=None)[0]
        if not float(left @ left) > IMPLIED * float(around @ around):
            return self
        return replace(self, terms=(*self.terms, term))

    def without(self, names: Sequence[str]) -> Design:
        """The same design with some fixed terms left out."""
        return replace(self, terms=tuple(term for term in self.terms if term.name not in names))


def rows_of(sample: Sample, keep: Booleans) -> Rows:
    """Number clients and workers of the kept rows from 0."""
    client = np.unique(sample.client[keep], return_inverse=True)[1]
    return Rows(keep, client, np.unique(sample.worker[keep], return_inverse=True)[1])


def split_dose(values: Floats, rows: Rows) -> Parts:
    """The three parts of a dose over these rows."""
    return decompose(values[rows.keep], rows.client, rows.worker)


def part_of(parts: Parts, part: Part) -> Floats:
    """One of the three parts, by name."""
    return {"within": parts.within, "between": parts.between, "worker": parts.worker}[part]


def exposure_term(exposure: Exposure, values: Floats, rows: Rows) -> Term:
    """The term of one part of an exposure; those with any dose are behind it."""
    assert exposure.part is not None
    return Term(
        exposure.name, (exposure.column(),), part_of(split_dose(values, rows), exposure.part), values[rows.keep] != 0
    )


def plain_term(name: str, values: Floats, role: str) -> Term:
    """The term of a number that is no exposure."""
    return Term(name, (Column(column=name, role=role),), values)
