"""The counts of what may have gone wrong, for the census of a release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.disclosure.census import Census, Key

Row = Mapping[str, Any]
CLIENTS: Key = ("clients",)
LEFT: Key = ("clients", "left early")


def fall_keys(row: Row) -> tuple[Key, Key]:
    """Ratings with or without joint advocacy since the rating before, and those of them that fell."""
    start = ("ratings", str(row["instrument"]), str(row["rater"]), "joint" if row["joint"] else "without")
    return start, (*start, "fell")


def phase_key(row: Row) -> Key:
    """Clients who left early in a phase."""
    return (*LEFT, str(row["phase"]))


def followed_key(theme: Row) -> Key:
    """Clients whose case was followed by collective action on the same theme."""
    return ("clients", "theme", str(theme["theme"]), "followed")


def enter(census: Census, description: Row) -> None:
    """Enter all of them."""
    for row in description.get("falls") or []:
        every, fell = fall_keys(row)
        census.add(every, row["ratings"], row["clients"])
        census.add(fell, row["fell"], row["fell_clients"], part_of=every)
    left = description.get("leavers")
    if left:
        census.add(LEFT, left["clients"], part_of=CLIENTS)
        parts = [census.add(phase_key(row), row["clients"], part_of=LEFT) for row in left["phases"]]
        if parts:
            census.tie(LEFT, parts)
    for theme in description["themes"]:
        if "followed" in theme:
            census.add(followed_key(theme), theme["followed"], part_of=CLIENTS)
