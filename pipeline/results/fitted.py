"""What every fit was made from and what it gave, by hypothesis: by it a fit is known that need not be made anew."""

from __future__ import annotations

from pipeline.results.record import Record


class FitOrigin(Record):
    """SHA-256 of all that one fit was made from, and of its file."""

    made_from: str
    content: str


class FitOrigins(Record):
    """The origins of all fits of a study, by hypothesis."""

    fits: dict[str, FitOrigin]
