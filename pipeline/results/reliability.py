"""What `reliability` leaves behind about a study's measures: exact numbers, private.

Rows name the instrument and the rater they are about; a number that could not be had is None, and `note` says why.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.results.dyads import Dyads, VarianceShares
from pipeline.results.factors import FactorModels, Generalizability, Invariance, TwoLevel
from pipeline.results.items import ItemFindings, ShippedScore
from pipeline.results.record import Record
from pipeline.results.series import Number, RatingSeries


class AlphaAndOmega(RatingSeries):
    """Alpha (Cronbach 1951) and omega total (McDonald 1999) of one score with their intervals, over `n` ratings."""

    score: str
    n: int
    alpha: Number = None
    conf_low: Number = None
    conf_high: Number = None
    omega: Number = None
    omega_low: Number = None
    omega_high: Number = None
    omega_note: str = ""


class ScoreReliability(AlphaAndOmega):
    """Alpha with Feldt's interval and omega total of one score, over all ratings; scores that rest on some of the items."""

    items: int | None = None
    note: str | None = ""
    omega_standardized: Number = None
    clients: int | None = None
    scored: int | None = None
    prorated: int | None = None


class BlockReliability(AlphaAndOmega):
    """The same within a block of ratings `first` to `last`, one rating a client."""

    block: int
    first: int
    last: int
    items: int
    note: str = ""


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
