"""From raw files to the ratings of the models: files, rules let pass, rows and clients left at each step."""

from __future__ import annotations

from pipeline.results.people import Codes
from pipeline.results.record import Record


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
