"""What kinds of advocacy there was, and what became of it on the way to the models."""

from __future__ import annotations

from pipeline.results.people import Counted
from pipeline.results.record import Record


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
