"""Outcomes that are no rating but something that happens or does not, in a reader's words: one line an outcome.

Every other value of `outcome.kind` is in points of a scale. Which kind of hypothesis brings an outcome says its folder in
`hypotheses/kinds/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """An outcome whose odds are compared: what is done (`the odds of leaving early`)."""

    name: str
    doing: str

    @property
    def title(self) -> str:
        """As the head of a figure."""
        return self.doing[:1].upper() + self.doing[1:]


EVENTS: Mapping[str, Event] = {
    event.name: event
    for event in (
        Event("no_show", "missing the next session"),
        Event("dropout", "leaving early"),
    )
}  # fmt: skip


def event_of(outcome: str) -> Event | None:
    """The event an `outcome.kind` stands for; None where it is a rating."""
    return EVENTS.get(outcome)
