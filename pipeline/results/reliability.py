"""What `reliability` leaves behind about a study's measures: exact numbers, private.

Rows name the instrument and the rater they are about; a number that could not be had is None, and `note` says why.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from pipeline.results.record import Record

LEAST_CFI = 0.90  # a pattern of loadings that fits worse is not one that could be shared (Bentler & Bonett 1980)


def _known(value: object) -> object:
    """NaN, which a computation gives for what is not estimable, is None; numpy's numbers are Python's own."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value


Number = Annotated[float | None, BeforeValidator(_known)]


class RatingSeries(Record):
    """Whose ratings a row is about."""

    instrument: str
    rater: str


class ScoreReliability(RatingSeries):
    """Alpha with Feldt's interval and omega total of one score, over all ratings; scores that rest on some of the items."""

    score: str
    n: int
    items: int | None = None
    alpha: Number = None
    conf_low: Number = None
    conf_high: Number = None
    note: str | None = ""
    omega: Number = None
    omega_low: Number = None
    omega_high: Number = None
    omega_note: str = ""
    omega_standardized: Number = None
    clients: int | None = None
    scored: int | None = None
    prorated: int | None = None


class BlockReliability(RatingSeries):
    """The same within a block of ratings `first` to `last`, one rating a client."""

    score: str
    block: int
    first: int
    last: int
    n: int
    items: int
    alpha: Number = None
    conf_low: Number = None
    conf_high: Number = None
    note: str = ""
    omega: Number = None
    omega_low: Number = None
    omega_high: Number = None
    omega_note: str = ""


class ItemRow(RatingSeries):
    """One item: how it is answered, and its correlation with the mean of the others under the key."""

    item: int
    n: int
    answered_share: Number = None
    mean: Number = None
    sd: Number = None
    floor: Number = None
    ceiling: Number = None
    item_rest: Number = None
    conf_low: Number = None
    conf_high: Number = None
    item_rest_subscale: Number = None
    reversed: bool = False
    subscale: str | None = None
    note: str = ""


class SuspectItem(Record):
    """An item that runs against its key: correlation as keyed and as flipped, and alpha with it as keyed and as flipped."""

    item: int
    correlation: Number
    conf_low: Number
    conf_high: Number
    flipped: Number
    alpha: Number
    alpha_flipped: Number


class BetterKey(Record):
    """Another instrument's key that fits better, and where it differs."""

    instrument: str
    suspects_here: tuple[int, ...]
    suspects_there: tuple[int, ...]
    chi2_gain: Number
    other_subscale: tuple[int, ...]
    other_direction: tuple[int, ...]


class ItemFindings(RatingSeries):
    """What the item checks found: items against their key, keys that fit better, ends of the scale nobody used."""

    ratings: int
    clients: int
    suspects: tuple[SuspectItem, ...] = ()
    siblings: tuple[BetterKey, ...] = ()
    unused: tuple[int, int] = (0, 0)
    overruled: bool = False
    items: tuple[ItemRow, ...] = ()


class ItemRest(Record):
    """An item's correlation with the mean of the others, under our key."""

    item: int
    correlation: Number


class ShippedScore(RatingSeries):
    """A score that came with the data, `mostly` the same as ours or not; `evidence`: the items the two keys turn apart."""

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
    mostly: bool
    clients: int
    evidence: tuple[ItemRest, ...] = ()


class FactorFit(RatingSeries):
    """The fit of one factor model; without numbers where it did not converge."""

    model: str
    n: int
    df: int
    converged: bool
    proper: bool | None = None
    chi2: Number = None
    p_value: Number = None
    cfi: Number = None
    tli: Number = None
    rmsea: Number = None
    rmsea_low: Number = None
    rmsea_high: Number = None
    srmr: Number = None
    aic: Number = None
    bic: Number = None
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


class InvarianceStep(Record):
    """One step of invariance: equal pattern, loadings, intercepts."""

    level: str
    converged: bool
    df: int | None = None
    chi2: Number = None
    p_value: Number = None
    cfi: Number = None
    delta_cfi: Number = None
    tli: Number = None
    rmsea: Number = None
    srmr: Number = None
    note: str = ""


class Invariance(RatingSeries):
    """Whether scores mean the same over occasions or raters."""

    over: str
    model: str | None
    holds: str | None
    untested: str = ""  # why there was no test
    groups: tuple[Compared, ...]
    steps: tuple[InvarianceStep, ...]


class VarianceShares(RatingSeries):
    """A score's shares of variance between workers, between their clients, between sessions."""

    score: str
    n: int | None = None
    clients: int | None = None
    workers: int | None = None
    worker: Number = None
    client: Number = None
    session: Number = None
    singular: bool | None = None
    note: str = ""


class Estimated(Record):
    """A number with its 95% interval, where there is one; `n` where it rests on a number of its own."""

    estimate: Number = None
    conf_low: Number = None
    conf_high: Number = None
    n: int | None = None


class Agreement(Record):
    """ICC(A,1) of client and other rater over `n` sessions."""

    icc: Number = None
    conf_low: Number = None
    conf_high: Number = None
    n: int | None = None


class GapTrend(Record):
    """The slope of the distance between two raters on session number."""

    estimate: Number = None
    std_error: Number = None
    df: Number = None
    p_value: Number = None
    conf_low: Number = None
    conf_high: Number = None
    random_slope: bool | None = None
    note: str = ""


class Dyads(RatingSeries):
    """Two raters on the same sessions: agreement, bias, correlations by level and of changes, the gap's trend."""

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
    within: Estimated | None = None
    convergence: GapTrend | None = None


class FloorCeiling(RatingSeries):
    """Shares of ratings at the lowest and highest possible score, and at or below the sign of concern."""

    score: str
    n: int
    lowest: float
    highest: float
    floor: Number
    ceiling: Number
    concern: Number = None


class ResponseRate(RatingSeries):
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
    concern: Number
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
    scores_only: tuple[RatingSeries, ...] = ()
