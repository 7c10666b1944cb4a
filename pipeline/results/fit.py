"""A fit: the one record `fit` leaves behind for a hypothesis, whatever its kind; kinds add a typed part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import model_validator

from pipeline.base.params import Plan
from pipeline.results.attempt import CheckResult
from pipeline.results.estimate import Estimate
from pipeline.results.missing import Gap, Imputed
from pipeline.results.reason import Note, Reason, Step
from pipeline.results.record import Record

Status = Literal["estimated", "not_estimable", "not_computed"]
Ceiling = Literal["no_order_in_time", "series_ends", "product_of_paths"]
Dose = Literal["episode", "any_episode", "minute", "undecayed_episode"]


class Column(Record):
    """Which column of the data, which exposure or which level of it a coefficient belongs to."""

    column: str  # as declared: `phase`, `time`, `joint`
    level: str | None = None  # of a category, or of a moderator that splits the exposure
    part: str | None = None  # of an exposure: within, between, worker, whole
    role: str = "covariate"  # intercept, exposure, covariate, moderator, time, mediator, control ...


class Coefficient(Estimate):
    """A coefficient of the main model under its printed name; `of` says of what (of several: a product)."""

    term: str
    of: tuple[Column, ...] = ()


class VarianceRow(Record):
    """One variance or covariance of the random part; `group` is `residual` for what is left."""

    group: str
    term_1: str = ""
    term_2: str = ""
    covariance: float | None  # None: the design cannot tell it
    correlation: float | None = None
    levels: int | None = None  # clients or workers the variance is one of


class OptimizerRecord(Record):
    """How the optimizer went: from where to where, by how many evaluations, and why it stopped."""

    name: str
    start: tuple[float, ...] = ()
    end: tuple[float, ...] = ()
    start_deviance: float | None = None
    end_deviance: float | None = None
    gradient: float | None = None
    evaluations: int | None = None
    starts: int | None = None
    reason: str = ""


class Standardized(Record):
    """An effect over the within-client SD of its outcome (log-odds: over the logistic SD), for one unit of dose."""

    estimate: float
    conf_low: float
    conf_high: float
    outcome_sd_within: float
    dose: Dose


class Sensitivity(Record):
    """How strong something unmeasured would have to be: E-values, robustness values; `_interval` for the nearer end."""

    e_value: float
    e_value_interval: float | None = None
    robustness_value: float | None = None
    robustness_value_interval: float | None = None


class Tested(Estimate):
    """The tested number: its formula, the weights it is made of, its 90% interval and its standardized form."""

    term: str
    weights: Mapping[str, float] = {}
    level: str | None = None  # of the moderator, tested against the others
    conf_low_90: float
    conf_high_90: float
    standardized: Standardized
    sensitivity: Sensitivity


class ModelFacts(Record):
    """What the output gate asks of every model whose numbers are to leave; a fit that is estimated has one or more."""

    model: str  # `main`, `first_path`, `second_path` ...
    rows: int
    clients: int
    workers: int
    coefficients: int
    max_leverage: float


class Left(Record):
    """What the rows did not carry in the random part: a term by a group, or (no term) the correlations by it."""

    group: str
    term: str | None = None


class LevelEffect(Estimate):
    """The effect at one level of a moderator (or at a point along a number)."""

    level: str


class JointTest(Record):
    """Several combinations at once: F with its degrees of freedom (None: chi-square over the numerator's)."""

    statistic: float
    df_numerator: int
    df_denominator: float | None
    p_value: float


class Shrunken(Record):
    """A level's effect drawn towards the mean of all (random-effects summary)."""

    level: str
    estimate: float
    std_error: float
    mean: float
    tau: float


class Moderation(Record):
    """The effect by level of a moderator; `numeric`: the levels are points along a number, not groups of clients."""

    moderator: str
    numeric: bool
    levels: tuple[LevelEffect, ...]
    homogeneity: JointTest | None = None
    shrunken: tuple[Shrunken, ...] = ()


class Mediation(Record):
    """The paths of an indirect effect, and the covariance of the clients' own two paths."""

    a: Estimate
    b: Estimate
    direct: Estimate
    covariance_ab: float
    covariance_ab_error: float
    correlation_of_paths: float
    draws: int


class OwnEffects(Record):
    """Clients' own effects by the model: their SD with its 95% interval, and the share of clients above zero."""

    sd: float
    conf_low: float
    conf_high: float
    share_above: float


class Yardstick(Record):
    """What a confounder as strong as an observed covariate would leave: partial R2 with exposure and outcome, the rest."""

    column: str
    with_exposure: float
    with_outcome: float
    estimate: float
    std_error: float


class Hazard(Record):
    """What a hazard rests on: events, and the workers errors are clustered by."""

    events: int
    clusters: int


class Engine(Record):
    """What fitted it."""

    name: str
    version: str


class Explained(Record):
    """Shares of variance: by the fixed part (marginal), by fixed and random parts (conditional)."""

    marginal: float
    conditional: float


class Bin(Record):
    """Rows of about equal fitted value: their means of it and of what is left over, and who they are."""

    fitted: float
    residual: float
    error: float  # standard error of the mean residual, as if rows were independent
    rows: int
    clients: int


class Quantile(Record):
    """The mean of a slice of the sorted standardized residuals, beside that of a normal distribution's same slice."""

    normal: float
    residual: float
    clients: int


class Residuals(Record):
    """How what a model leaves over looks, in bins of rows so that no row is told."""

    bins: tuple[Bin, ...]
    quantiles: tuple[Quantile, ...]


class Fit(Record):
    """Everything known of one hypothesis after its fit; exact and private.

    `status`: `estimated` has a tested number and its models; `not_estimable`: the rows cannot carry it; `not_computed`:
    something failed. Both of these have a reason and the counts as far as they got, and nothing else.
    """

    hypothesis: str = ""
    kind: str
    spec: Plan
    engine: Engine | None = None
    inputs: Mapping[str, str] = {}
    status: Status
    reason: Reason | None = None
    tested: Tested | None = None
    models: tuple[ModelFacts, ...] = ()
    coefficients: tuple[Coefficient, ...] = ()
    variance: tuple[VarianceRow, ...] = ()
    icc: Mapping[str, float] = {}
    explained: Explained | None = None
    residuals: Residuals | None = None
    residual_sd: float | None = None
    deviance: float | None = None
    optimizer: OptimizerRecord | None = None
    converged: bool = False
    singular: bool = False
    left_out: tuple[Left, ...] = ()
    notes: tuple[Note, ...] = ()
    formula: str | None = None
    ceiling: Ceiling | None = None
    battery: tuple[CheckResult, ...] = ()
    counts: tuple[Step, ...] = ()
    episodes: Mapping[str, int] = {}
    moderation: Moderation | None = None
    mediation: Mediation | None = None
    hazard: Hazard | None = None
    own_effects: OwnEffects | None = None
    yardsticks: tuple[Yardstick, ...] = ()
    gaps: tuple[Gap, ...] = ()
    imputed: Imputed | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.status == "estimated" and (self.tested is None or not self.models or not self.counts):
            raise ValueError("an estimated fit has a tested number, its models and its counts")
        if self.status != "estimated" and (self.reason is None or self.tested is not None):
            raise ValueError("a fit without a number has a reason and no tested number")
        return self

    @property
    def estimated(self) -> bool:
        """Whether there is a number."""
        return self.status == "estimated"
