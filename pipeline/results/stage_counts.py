"""What the stages before the models counted beside their tables: ingest.json, validate.json, scoring.json and link.json."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.results.flow import File, Warned
from pipeline.results.record import Record
from pipeline.results.reliability import Key


class TableIngested(Record):
    """Rows of a canonical table that were kept, those set aside by reason, and cells taken out by column and code."""

    rows: int
    set_aside: Mapping[str, int] = {}
    removed: Mapping[str, Mapping[str, int]] = {}


class IngestCounts(Record):
    """The raw files, the tables made of them by name, and what a reader must know of them."""

    files: tuple[File, ...] = ()
    tables: Mapping[str, TableIngested] = {}
    notes: tuple[str, ...] = ()
    attested_ids: tuple[str, ...] = ()


class TableValidated(Record):
    """Rows of a canonical table before and after its rules, and those set aside by rule."""

    rows_in: int
    rows_out: int
    set_aside: Mapping[str, int] = {}


class ValidationCounts(Record):
    """The tables by name, and the rules that were broken and let pass."""

    tables: Mapping[str, TableValidated] = {}
    warnings: tuple[Warned, ...] = ()


class ScoreCounts(Record):
    """Ratings of one score: with a value, without one, and with one made of fewer items than it has."""

    instrument: str
    rater: str
    score: str
    scored: int
    unscored: int
    prorated: int


class ScoringCounts(Record):
    """Counts of every score, and the key of every instrument by its id."""

    counts: tuple[ScoreCounts, ...] = ()
    instruments: Mapping[str, Key] = {}


class SeriesLinked(Record):
    """Clients, occasions and gaps of one instrument rated by one rater; its episodes by what became of them."""

    instrument: str
    rater: str
    clients: int
    occasions: int
    gaps: int
    episodes: Mapping[str, int] = {}


class EpisodesLinked(Record):
    """All episodes of a study."""

    total: int


class LinkCounts(Record):
    """What the sessions have of days and advocacy, and the counts of every series.

    `doses_told`: modes whose episodes are counted beside the sessions, in place of a log.
    """

    advocacy_log: bool = False
    doses_told: tuple[str, ...] = ()
    has_days: bool = False
    series: tuple[SeriesLinked, ...] = ()
    episodes: EpisodesLinked = EpisodesLinked(total=0)
