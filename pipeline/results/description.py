"""What `describe` leaves behind: exact counts and means of a study, before any model. Private: all of it.

A series is the ratings of one rater on one instrument. Counts of rows stand beside the clients behind them, since the rules
of the way out ask for both.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.results.course import Falls, Leavers, Leaving, SessionsWith, Staying, Trajectory
from pipeline.results.episodes import Episodes, LeftOut, Theme, Windows
from pipeline.results.flow import ClientsFlow, File, FlowStep, Warned
from pipeline.results.people import Codes, Counted, Series
from pipeline.results.record import Record


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


class WorkerLoad(Record):
    """Workers who hold sessions, their mean number of clients, and clients who were seen by more than one."""

    workers: int
    clients_per_worker: float | None
    clients_who_changed: int


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
    workers: WorkerLoad
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
