"""What `reliability` leaves behind about a study's measures: exact numbers, private.

Rows name the instrument and the rater they are about; a number that could not be had is None, and `note` says why.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.results.record import Record


class Rated(Record):
    """Whose ratings a row is about."""

    instrument: str
    rater: str


class ScoreReliability(Rated):
    """Alpha with Feldt's interval and omega total of one score, over all ratings; scores that rest on some of the items."""

    score: str
    n: int
    items: int | None = None
    alpha: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    note: str | None = ""
    omega: float | None = None
    omega_low: float | None = None
    omega_high: float | None = None
    omega_note: str = ""
    omega_standardized: float | None = None
    clients: int | None = None
    scored: int | None = None
    prorated: int | None = None


class BlockReliability(Rated):
    """The same within a block of ratings `first` to `last`, one rating a client."""

    score: str
    block: int
    first: int
    last: int
    n: int
    items: int
    alpha: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    note: str = ""
    omega: float | None = None
    omega_low: float | None = None
    omega_high: float | None = None
    omega_note: str = ""


class ItemRow(Rated):
    """One item: how it is answered, and its correlation with the mean of the others under the key."""

    item: int
    n: int
    answered_share: float | None = None
    mean: float | None = None
    sd: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    item_rest: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    item_rest_subscale: float | None = None
    reversed: bool = False
    subscale: str | None = None
    note: str = ""


class SuspectItem(Record):
    """An item that runs against its key: correlation as keyed and as flipped, and alpha with it as keyed and as flipped."""

    item: int
    correlation: float | None
    conf_low: float | None
    conf_high: float | None
    flipped: float | None
    alpha: float | None
    alpha_flipped: float | None


class BetterKey(Record):
    """Another instrument's key that fits better, and where it differs."""

    instrument: str
    suspects_here: tuple[int, ...]
    suspects_there: tuple[int, ...]
    chi2_gain: float | None
    other_subscale: tuple[int, ...]
    other_direction: tuple[int, ...]


class ItemFindings(Rated):
    """What the item checks found; `sentences` hold correlations and numbers of items, no count of the data."""

    ratings: int
    clients: int
    suspects: tuple[SuspectItem, ...] = ()
    siblings: tuple[BetterKey, ...] = ()
    unused: tuple[int, int] = (0, 0)
    overruled: bool = False
    sentences: tuple[str, ...] = ()
    items: tuple[ItemRow, ...] = ()


class ShippedScore(Rated):
    """A score that came with the data; `template` has {n}, {differ} and {reproduced} in place of its `counts`."""

    score: str
    verdict: str
    rule: str
    n: int
    agree: int
    reproduced: int
    reversed_there: tuple[int, ...]
    not_reversed_there: tuple[int, ...]
    left_out_there: tuple[int, ...]
    added_there: tuple[int, ...]
    constant: float
    unit: float
    clients: int
    sentence: str
    template: str
    counts: dict[str, int]
    evidence: str


class FactorFit(Rated):
    """The fit of one factor model; without numbers where it did not converge."""

    model: str
    n: int
    df: int
    converged: bool
    proper: bool | None = None
    chi2: float | None = None
    p_value: float | None = None
    cfi: float | None = None
    tli: float | None = None
    rmsea: float | None = None
    rmsea_low: float | None = None
    rmsea_high: float | None = None
    srmr: float | None = None
    aic: float | None = None
    bic: float | None = None
    note: str = ""


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


class FactorModels(Rated):
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
    conf_low: float | None
    conf_high: float | None


class TwoLevel(Rated):
    """Omega within and between clients (Geldhof et al., 2014)."""

    score: str
    n: int
    clients: int
    within: OmegaPart | None
    between: OmegaPart | None
    note: str = ""


class Generalizability(Rated):
    """Reliability of clients' means and of change within clients (Cranford et al., 2006; Shrout & Lane, 2012)."""

    score: str
    persons: int
    items: int
    times: float | None
    r_kf: float | None = None
    r_1r: float | None = None
    r_kr: float | None = None
    r_c: float | None = None
    r_cn: float | None = None
    r_krn: float | None = None
    components: dict[str, float | None] = Field(default_factory=dict)
    note: str = ""


class Compared(Record):
    """A group of an invariance test: its name and clients."""

    name: str
    n: int


class InvarianceStep(Record):
    """One step of invariance: equal pattern, loadings, intercepts."""

    level: str
    converged: bool
    df: int | None = None
    chi2: float | None = None
    p_value: float | None = None
    cfi: float | None = None
    delta_cfi: float | None = None
    tli: float | None = None
    rmsea: float | None = None
    srmr: float | None = None
    note: str = ""


class Invariance(Rated):
    """Whether scores mean the same over occasions or raters."""

    over: str
    model: str | None
    holds: str | None
    sentence: str
    groups: tuple[Compared, ...]
    steps: tuple[InvarianceStep, ...]


class VarianceShares(Rated):
    """A score's shares of variance between workers, between their clients, between sessions."""

    score: str
    n: int | None = None
    clients: int | None = None
    workers: int | None = None
    worker: float | None = None
    client: float | None = None
    session: float | None = None
    singular: bool | None = None
    note: str = ""


class Estimated(Record):
    """A number with its 95% interval, where there is one; `n` where it rests on a number of its own."""

    estimate: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    n: int | None = None


class Agreement(Record):
    """ICC(A,1) of client and other rater over `n` sessions."""

    icc: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    n: int | None = None


class GapTrend(Record):
    """The slope of the distance between two raters on session number."""

    estimate: float | None = None
    std_error: float | None = None
    df: float | None = None
    p_value: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None
    random_slope: bool | None = None
    note: str = ""


class Dyads(Rated):
    """Two raters on the same sessions: agreement, bias, correlation of levels and of changes, trend of the gap."""

    other_instrument: str
    other_rater: str
    score: str
    sessions: int
    clients: int
    note: str = ""
    icc: Agreement | None = None
    bias: Estimated | None = None
    levels: Estimated | None = None
    changes: Estimated | None = None
    convergence: GapTrend | None = None


class FloorCeiling(Rated):
    """Shares of ratings at the lowest and highest possible score, and at or below the sign of concern."""

    score: str
    n: int
    lowest: float
    highest: float
    floor: float | None
    ceiling: float | None
    concern: float | None = None


class ResponseRate(Rated):
    """Attended sessions with a number, and those of them that were rated."""

    session_number: int
    and_later: bool
    sessions: int
    rated: int
    clients: int | None = None


class Key(Record):
    """A key in use: scale, rule, items of every score, source."""

    title: str
    scale: tuple[float, float]
    rule: Literal["mean", "sum"]
    items: int
    scores: dict[str, tuple[int, ...]]
    ranges: dict[str, tuple[float, float]]
    reversed_items: tuple[int, ...]
    raters: tuple[str, ...]
    form_of: str | None
    concern: float | None
    source: str
    licence: str


class Reliability(Record):
    """All that is said of a study's measures; `scores_only`: those of which a study kept scores and no items."""

    instruments: tuple[ScoreReliability, ...]
    by_occasion: tuple[BlockReliability, ...] = ()
    item_checks: tuple[ItemFindings, ...] = ()
    shipped_totals: tuple[ShippedScore, ...] = ()
    structure: tuple[FactorModels, ...] = ()
    two_level: tuple[TwoLevel, ...] = ()
    generalizability: tuple[Generalizability, ...] = ()
    invariance: tuple[Invariance, ...] = ()
    icc: tuple[VarianceShares, ...] = ()
    dyads: tuple[Dyads, ...] = ()
    floor_ceiling: tuple[FloorCeiling, ...] = ()
    response_rates: tuple[ResponseRate, ...] = ()
    keys: dict[str, Key] = Field(default_factory=dict)
    scores_only: tuple[Rated, ...] = ()
