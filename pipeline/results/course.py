"""How ratings went over sessions, who left, what was noted before they fell."""

from __future__ import annotations

from typing import Literal

from pipeline.results.people import Counted
from pipeline.results.record import Record


class Point(Record):
    """The mean of a score at a phase or session over clients, with its 95% t interval."""

    at: int | str
    clients: int
    ratings: int
    mean: float | None
    conf_low: float | None
    conf_high: float | None


class Trajectory(Record):
    """A score by phase or by session number."""

    instrument: str
    rater: str
    score: str
    by: Literal["phase", "session_number"]
    points: tuple[Point, ...]


class Staying(Record):
    """Clients with at least 1, 2, ... ratings."""

    instrument: str
    rater: str
    clients_with_at_least: tuple[int, ...]


class SessionsWith(Counted):
    """Sessions for which a rupture was asked about, had one, had it repaired."""

    what: Literal["attended", "rupture", "repair"]
    sessions: int
    clients: int


class FirstRating(Record):
    """The mean of first total scores with its 95% t interval."""

    clients: int
    mean: float | None
    conf_low: float | None
    conf_high: float | None


class Leaving(Record):
    """First ratings of clients with at most half as many ratings as the longest series, against the others."""

    instrument: str
    rater: str
    half: float
    early: FirstRating
    late: FirstRating


class Falls(Counted):
    """Ratings with or without joint advocacy since the one before, and those that fell by a within-client SD."""

    instrument: str
    rater: str
    joint: bool
    ratings: int
    fell: int
    fell_clients: int


class PhaseCount(Record):
    """Clients who left in a phase."""

    phase: str
    clients: int


class GoesWith(Record):
    """What leaving early goes with: strength (Cramer's V or |r|), direction where there is one, p value."""

    name: str
    strength: float
    higher: bool | None
    p_value: float
    instrument: str | None = None
    rater: str | None = None


class Leavers(Record):
    """Clients who attended no session any more after some rating, those who stayed, and what leaving goes with."""

    clients: int
    stayed: int
    phases: tuple[PhaseCount, ...]
    goes_with: tuple[GoesWith, ...]
