"""How the ratings of clients and workers go together, and how much of a score is between whom."""

from __future__ import annotations

from pipeline.results.record import Record
from pipeline.results.series import Number, RatingSeries


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
