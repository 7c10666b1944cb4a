"""The counts of what may have gone wrong, for the census of a release."""

from __future__ import annotations

from pipeline.disclosure.census import Census, Key
from pipeline.results.course import Falls, PhaseCount
from pipeline.results.description import Description
from pipeline.results.episodes import Theme

CLIENTS: Key = ("clients",)
LEFT: Key = ("clients", "left early")


def fall_keys(row: Falls) -> tuple[Key, Key]:
    """Ratings with or without joint advocacy since the rating before, and those of them that fell."""
    start = ("ratings", row.instrument, row.rater, "joint" if row.joint else "without")
    return start, (*start, "fell")


def phase_key(row: PhaseCount) -> Key:
    """Clients who left early in a phase."""
    return (*LEFT, row.phase)


def followed_key(theme: Theme) -> Key:
    """Clients whose case was followed by collective action on the same theme."""
    return ("clients", "theme", theme.theme, "followed")


def enter_strain_counts(census: Census, description: Description) -> None:
    """Enter all of them."""
    for row in description.falls:
        every, fell = fall_keys(row)
        census.add(every, row.ratings, row.behind)
        census.add(fell, row.fell, row.fell_clients, part_of=every)
    left = description.leavers
    if left:
        census.add(LEFT, left.clients, part_of=CLIENTS)
        parts = [census.add(phase_key(row), row.clients, part_of=LEFT) for row in left.phases]
        if parts:
            census.tie(LEFT, parts)
    for theme in description.themes:
        if theme.followed is not None:
            census.add(followed_key(theme), theme.followed, part_of=CLIENTS)
