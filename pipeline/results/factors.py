"""What is said of the factors of an instrument: models, omega of two levels, invariance."""

from __future__ import annotations

from pydantic import Field

from pipeline.results.record import Record
from pipeline.results.series import Number, RatingSeries

LEAST_CFI = 0.90  # a pattern of loadings that fits worse is not one that could be shared (Bentler & Bonett 1980)


class FitIndices(Record):
    """How well a covariance-structure model fits, in the usual indices; without numbers where it did not converge."""

    converged: bool
    chi2: Number = None
    p_value: Number = None
    cfi: Number = None
    tli: Number = None
    rmsea: Number = None
    srmr: Number = None
    note: str = ""


class FactorFit(RatingSeries, FitIndices):
    """The fit of one factor model; without numbers where it did not converge."""

    model: str
    n: int
    df: int
    proper: bool | None = None
    rmsea_low: Number = None
    rmsea_high: Number = None
    aic: Number = None
    bic: Number = None


class Loading(Record):
    """A standardized loading."""

    model: str
    factor: str
    item: int
    loading: float


class FactorCorrelation(Record):
    """The correlation of two subscale factors."""

    one: str
    two: str
    correlation: float


class FactorModels(RatingSeries):
    """The factor models of a series of ratings."""

    n: int
    clients: int
    note: str = ""
    models: tuple[FactorFit, ...] = ()
    loadings: tuple[Loading, ...] = ()
    correlations: tuple[FactorCorrelation, ...] = ()


class OmegaPart(Record):
    """Omega at one level, with its interval where the solution is proper."""

    omega: float
    conf_low: Number
    conf_high: Number


class TwoLevel(RatingSeries):
    """Omega within and between clients (Geldhof et al., 2014)."""

    score: str
    n: int
    clients: int
    within: OmegaPart | None
    between: OmegaPart | None
    note: str = ""


class Generalizability(RatingSeries):
    """Reliability of clients' means and of change within clients (Cranford et al., 2006; Shrout & Lane, 2012)."""

    score: str
    persons: int
    items: int
    times: Number
    r_kf: Number = None
    r_1r: Number = None
    r_kr: Number = None
    r_c: Number = None
    r_cn: Number = None
    r_krn: Number = None
    components: dict[str, Number] = Field(default_factory=dict)
    note: str = ""


class Compared(Record):
    """A group of an invariance test: its name and clients."""

    name: str
    n: int


class InvarianceStep(FitIndices):
    """One step of invariance: equal pattern, loadings, intercepts."""

    level: str
    df: int | None = None
    delta_cfi: Number = None


class Invariance(RatingSeries):
    """Whether scores mean the same over occasions or raters."""

    over: str
    model: str | None
    holds: str | None
    untested: str = ""  # why there was no test
    groups: tuple[Compared, ...]
    steps: tuple[InvarianceStep, ...]
