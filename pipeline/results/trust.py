"""How far a change of a score can be trusted: reliability within clients, by instrument, rater and score."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.results.record import Record


class WithinReliability(Record):
    """The share of a score's change from rating to rating that is no measurement error."""

    instrument: str
    rater: str
    score: str
    value: float


class Trust(Record):
    """What `score` measured and `fit` takes as known; scores without items, or with too few changes, are not in it."""

    scores: tuple[WithinReliability, ...] = ()

    def of(self, instrument: str, rater: str) -> Mapping[str, float]:
        """By score, for one series of ratings."""
        return {one.score: one.value for one in self.scores if (one.instrument, one.rater) == (instrument, rater)}


UNKNOWN = Trust()
