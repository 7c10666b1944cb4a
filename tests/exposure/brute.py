"""The rules of docs/windows.md written a second time, episode by episode in plain Python, sharing no code with pipeline/."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass
class Rating:
    """One rating of a client in one series, with what its window holds."""

    session: Row
    several: bool
    gap: bool
    worker_changed: bool
    held: list[Row] = field(default_factory=list)  # episodes that count for it
    entered: list[Row] = field(default_factory=list)  # episodes that are past from here on


@dataclass(frozen=True)
class Rules:
    """The section `exposure` of params.yaml."""

    first_window: float
    same_day: str
    gap_after: float


def series(sessions: list[Row], rated: set[str], rules: Rules) -> dict[str, list[Rating]]:
    """The ratings of each client in their order; `rated` names the sessions that have one in this series."""
    found: dict[str, list[Rating]] = {}
    for client in sorted({row["client_id"] for row in sessions}):
        own = sorted(
            (row for row in sessions if row["client_id"] == client),
            key=lambda row: (row["day"], row["session_number"], row["session_id"]),
        )
        ratings: list[Rating] = []
        between = 0
        for row in own:
            if row["session_id"] in rated:
                that_day = sum(other["day"] == row["day"] and other["attendance"] == "attended" for other in own)
                last = ratings[-1].session if ratings else None
                gap = last is not None and (between > 0 or row["day"] - last["day"] > rules.gap_after)
                changed = last is not None and last["worker_id"] != row["worker_id"]
                ratings.append(Rating(row, that_day > 1, gap, changed))
                between = 0
            elif row["attendance"] == "attended":
                between += 1
        if ratings:
            found[client] = ratings
    return found


def place(episode: Row, ratings: list[Rating], rules: Rules) -> tuple[str, Rating | None]:
    """The reason, and the rating an episode counts for."""
    if not ratings:
        return "no_rating_for_client", None
    today = [rating for rating in ratings if rating.session["day"] == episode["day"]]
    later = [rating for rating in ratings if rating.session["day"] > episode["day"]]
    if today and rules.same_day == "exclude":
        return "same_day_excluded", None
    if today and (episode["order"] not in ("before_session", "after_session") or len(today) > 1 or today[0].several):
        return "same_day_order_unknown", None
    if today and episode["order"] == "before_session":
        return "counted", today[0]
    if not later:
        return "after_last_rating", None
    if later[0] is ratings[0] and episode["day"] <= later[0].session["day"] - rules.first_window:
        return "before_first_window", None
    return "counted", later[0]


def account(episodes: list[Row], clients: dict[str, list[Rating]], rules: Rules) -> dict[str, str]:
    """The reason of each episode by id; fills the ratings with what counts for them."""
    reasons = {}
    for episode in episodes:
        ratings = clients.get(episode["client_id"], [])
        reasons[episode["episode_id"]], rating = place(episode, ratings, rules)
        later = next((one for one in ratings if one.session["day"] > episode["day"]), None)
        if rating is not None:
            rating.held.append(episode)
        if (rating or later) is not None:
            (rating or later).entered.append(episode)
    return reasons


def dose(ratings: list[Rating], position: int, kind: str, mode: str, lag: int) -> float:
    """The dose of one mode at the rating in this position of the client's series; NaN where it is not known."""
    at = position - lag
    if not 0 <= at < len(ratings):
        return math.nan
    own = [episode for episode in ratings[at].held if episode["mode"] == mode]
    if kind == "count":
        return float(len(own))
    if kind == "any":
        return float(bool(own))
    if kind == "minutes":
        return float(sum(episode["duration_min"] for episode in own))  # NaN where one is not known
    half, day = float(kind[6:-1]), ratings[at].session["day"]
    past = [episode for rating in ratings[: at + 1] for episode in rating.entered if episode["mode"] == mode]
    return math.fsum(2.0 ** (-(day - episode["day"]) / half) for episode in past)
