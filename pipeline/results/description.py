"""What `describe` leaves behind: exact counts and means of a study, before any model. Private: all of it.

A series is the ratings of one rater on one instrument. Counts of rows stand beside the clients behind them, since the rules
of the way out ask for both.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.results.backing import Backing
from pipeline.results.record import Record

Codes = dict[str, int]


class Counted(Record):
    """A count with the people behind it: clients, workers, and the shares of the clients with most and second most of it."""

    clients: int
    workers: int | None = None
    largest: float | None = None
    second: float | None = None

    @property
    def behind(self) -> Backing:
        """The people, as the gate on the way out asks for them."""
        return Backing(self.clients, self.workers, self.largest, self.second)


class Series(Record):
    """One rater's ratings on one instrument."""

    instrument: str
    rater: str


class File(Record):
    """A raw file that was read: name, SHA-256 and rows."""

    file: str
    sha256: str
    rows: int


class Warned(Record):
    """A rule about the tables that was broken and let pass."""

    rule: str
    table: str
    count: int
    text: str


class FlowStep(Record):
    """Rows of a table left at a step from the raw file to the models, and those set aside on the way to it, by reason."""

    table: str
    unit: str
    step: str
    count: int
    set_aside: Codes
    instrument: str | None = None
    rater: str | None = None
    prorated: int | None = None


class ClientsStep(Record):
    """Clients left at a step of a series."""

    step: str
    clients: int


class ClientsFlow(Record):
    """Clients from file to ratings; a study without ratings has one flow of no series."""

    instrument: str | None
    rater: str | None
    steps: tuple[ClientsStep, ...]


class GroupMean(Record):
    """A number of clients with mean and SD."""

    clients: int
    mean: float | None
    sd: float | None


class LevelCount(Record):
    """Clients with a code, in all and by group of Table 1."""

    level: str
    clients: int
    groups: Codes


class Variable(Record):
    """A row of Table 1: codes that exclude each other, several codes a client, or a number."""

    name: str
    kind: Literal["codes", "several", "number"]
    levels: tuple[LevelCount, ...] = ()
    overall: GroupMean | None = None
    means: dict[str, GroupMean] = Field(default_factory=dict)


class TableOne(Record):
    """Clients by their characteristics, in all and by agency or program (`by`); `group_workers`: those who see them."""

    by: str | None
    groups: tuple[str, ...]
    clients: int
    group_clients: Codes
    group_workers: Codes = Field(default_factory=dict)
    variables: tuple[Variable, ...]


class Attendance(Counted):
    """Sessions with an attendance code."""

    attendance: str
    sessions: int
    clients: int


class Workers(Record):
    """Workers who hold sessions, their mean number of clients, and clients who were seen by more than one."""

    workers: int
    clients_per_worker: float | None
    clients_who_changed: int


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


class CodeCount(Counted):
    """Episodes with a code, and the clients behind them."""

    code: str
    episodes: int
    clients: int


class CrossedCount(Counted):
    """Episodes of a mode with a code, and the clients behind them."""

    mode: str
    code: str
    episodes: int
    clients: int


class Split(Record):
    """Episodes by a column of the log, in all and by mode."""

    column: str
    margins: tuple[CodeCount, ...]
    crossed: tuple[CrossedCount, ...]


class Episodes(Counted):
    """All episodes: by mode, and by each column that the log has."""

    episodes: int
    modes: tuple[CodeCount, ...] = ()
    splits: tuple[Split, ...] = ()

    def split(self, column: str) -> Split | None:
        """The episodes by a column; None where the log lacks it."""
        return next((split for split in self.splits if split.column == column), None)


class Collective(Counted):
    """Episodes of a theme at mezzo or macro level."""

    episodes: int
    clients: int


class Theme(Counted):
    """A theme across clients: outcomes, settings and levels of its episodes; clients whose case was followed by a cause."""

    theme: str
    episodes: int
    outcome: tuple[CodeCount, ...] = ()
    setting: tuple[CodeCount, ...] = ()
    level: tuple[CodeCount, ...] = ()
    followed: int | None = None
    collective: Collective | None = None


class ModeWindows(Record):
    """Windows with a counted episode of a mode, the mean dose of all windows, and its SD within clients."""

    mode: str
    windows: int
    clients: int
    mean_dose: float | None
    sd_within: float | None


class WindowDays(Record):
    """How long windows are, and how many are longer than the gap of params.yaml."""

    mean: float | None
    sd: float | None
    gaps: int
    gap_clients: int


class Windows(Record):
    """The windows between ratings of a series; `days` is None in a study without days."""

    instrument: str
    rater: str
    windows: int
    clients: int
    days: WindowDays | None = None
    with_episode: tuple[ModeWindows, ...] = ()


class LeftOut(Counted):
    """Episodes of a series by what became of them: counted, or the reason why not."""

    instrument: str
    rater: str
    reason: str
    episodes: int
    clients: int


class Held(Counted):
    """A code and the people who have it."""

    code: str


class ColumnFacts(Counted):
    """A column of a canonical table: its rows, those with a value and the people behind them, and the codes it holds."""

    table: str
    column: str
    rows: int
    known: int
    codes: tuple[Held, ...] = ()


class Description(Record):
    """All that is counted and described of a study. `level_clients`: column -> code -> clients, for the gate;
    `episode_level_clients`: mode -> column -> code -> clients; `ranges`: instrument -> score -> lowest and highest.
    """

    files: tuple[File, ...]
    notes: tuple[str, ...]
    warnings: tuple[Warned, ...]
    advocacy_log: bool
    doses_told: bool = False  # doses beside the sessions in place of a log: no days, ties or settings of episodes
    has_days: bool
    series: tuple[Series, ...]
    ranges: dict[str, dict[str, tuple[float, float]]]
    clients: int
    sessions: int
    workers: Workers
    flow: tuple[FlowStep, ...]
    clients_flow: tuple[ClientsFlow, ...]
    table1: TableOne
    attendance: tuple[Attendance, ...]
    level_clients: dict[str, Codes]
    episode_level_clients: dict[str, dict[str, Codes]]
    trajectories: tuple[Trajectory, ...]
    staying: tuple[Staying, ...]
    harms: tuple[SessionsWith, ...]
    leaving: tuple[Leaving, ...]
    falls: tuple[Falls, ...]
    leavers: Leavers | None
    exposure: Episodes
    themes: tuple[Theme, ...]
    windows: tuple[Windows, ...]
    left_out: tuple[LeftOut, ...]
    codebook: tuple[ColumnFacts, ...] = ()
