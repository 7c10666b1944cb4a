"""What is missing and what imputing it does: gaps by column, the imputation model, pooled numbers, what if it were worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.results.estimate import Estimate
from pipeline.results.reason import Note, Reason
from pipeline.results.record import Record

Mechanism = Literal["skipped", "after_dropout"]


class Gap(Record):
    """A column whose gaps cost rows: those that have all else the model needs, and lack this one."""

    column: str
    role: Literal["outcome", "covariate", "moderator", "mediator"]
    rows: int
    clients: int
    of: int


class Drawn(Record):
    """A variable of the imputation model: cells that were drawn of all, and the share of draws beyond what was seen."""

    name: str
    level: Literal["session", "client"]
    kind: Literal["number", "count", "yes_no"]
    auxiliary: bool
    missing: int
    of: int


class ImputationFacts(Record):
    """How the imputations were made: size, chains, how they mixed, what was drawn."""

    imputations: int
    seed: int
    sessions: int
    clients: int
    workers: int
    never_rated: int
    chains: int
    sweeps: int
    apart: int
    worst_r_hat: float
    fewest_effective: float
    variables: tuple[Drawn, ...]
    notes: tuple[Note, ...] = ()


class Made(Record):
    """What `impute` left for a hypothesis: nothing asked, or facts of the draws, or the reason why there are none.

    `leavers` likewise for the grid with the sessions of those who dropped out; `added` how many sessions that are.
    """

    asked: bool = False
    present: ImputationFacts | Reason | None = None
    leavers: ImputationFacts | Reason | None = None
    added: int = 0


class PooledNumber(Estimate):
    """A number pooled over imputations: `riv` the relative increase in variance, `fmi` the share of information missing."""

    riv: float
    fmi: float
    imputations: int


class PooledLevel(PooledNumber):
    """The effect at one level of a moderator."""

    level: str


class PooledTest(Record):
    """A joint test pooled over imputations (D1): F with its degrees of freedom (None: chi-square over the numerator's)."""

    statistic: float
    df_numerator: int
    df_denominator: float | None
    p_value: float
    riv: float


class PooledTested(PooledNumber):
    """The tested number, with its 90% interval and the within-client SD of its outcome (mean over imputations)."""

    conf_low_90: float
    conf_high_90: float
    outcome_sd_within: float


class Worse(Record):
    """The tested number with drawn ratings `delta` within-client SDs lower than the model predicts."""

    mechanism: Mechanism
    delta: float
    number: PooledTested


class Imputed(Record):
    """The analysis of the imputed study, beside or in place of that of the observed rows.

    `tested` is None where it could not be computed, for the `reason`. `wanted`: the imputations after which another set
    would change the standard error by about 5%. `leavers`: sessions added for those who dropped out, for their deltas.
    """

    headline: bool
    reason: Reason | None = None
    model: ImputationFacts | None = None
    tested: PooledTested | None = None
    wanted: int | None = None
    levels: tuple[PooledLevel, ...] = ()
    homogeneity: PooledTest | None = None
    paths: Mapping[str, PooledNumber] = {}
    worse: tuple[Worse, ...] = ()
    leavers: int = 0
    no_leavers: Reason | None = None


class Turn(Record):
    """The verdict at one delta."""

    delta: float
    verdict: str
    p_adjusted: float


class Judging(Record):
    """Where a verdict turns as drawn ratings get lower: `tips` the smallest delta with another verdict, None for none."""

    mechanism: Mechanism
    turns: tuple[Turn, ...]
    tips: float | None
    holds_to: float | None
