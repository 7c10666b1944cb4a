"""The true effects of the built-in study, each a parameter with a name, a default and a meaning.

Units: `points` of the 1-5 item scale of the WAI-SR, before its floor and ceiling; `log rate` is added to the logarithm of
the expected number of episodes between two sessions. `simulate.truth` in params.yaml overrides any of them by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields


def _effect(default: float, meaning: str, low: float = -10.0, high: float = 10.0) -> float:
    value: float = field(default=default, metadata={"meaning": meaning, "low": low, "high": high})
    return value


def _share(default: float, meaning: str) -> float:
    return _effect(default, meaning, 0.0, 1.0)


def _size(default: float, meaning: str, high: float = 10.0) -> float:
    return _effect(default, meaning, 0.0, high)


@dataclass(frozen=True)
class Truth:
    """What the built-in study is made from; the defaults are the scenario `default`."""

    # what advocacy does to the alliance, per episode since the last rating
    joint: float = _effect(0.15, "joint episode, on every item (points)")
    joint_goal: float = _effect(0.0, "joint episode, on goal items on top of `joint` (points)")
    joint_task: float = _effect(0.0, "joint episode, on task items on top of `joint` (points)")
    joint_bond: float = _effect(0.0, "joint episode, on bond items on top of `joint` (points)")
    joint_lag1: float = _effect(0.0, "joint episode of the window before the last one (points)")
    joint_slope_sd: float = _size(0.05, "how clients differ in the effect of a joint episode (SD, points)")
    joint_worker_sd: float = _size(0.0, "how workers differ in the effect of a joint episode (SD, points)")
    joint_disclosure: float = _effect(0.0, "joint episode with the worker's own reaction shown, on top (points)")
    joint_debriefed: float = _effect(0.0, "joint episode talked over back in the office, on top (points)")
    worker_solo: float = _effect(0.0, "episode the worker went to alone (points)")
    client_solo: float = _effect(0.0, "episode the client went to alone (points)")
    concrete: float = _effect(0.0, "concrete service (points)")
    # who gets advocacy, and what that says about the client or the worker, beyond the episodes themselves
    joint_between: float = _effect(0.0, "client whose expected joint episodes a window are higher by one (points)")
    joint_worker: float = _effect(0.0, "worker whose expected joint episodes a window are higher by one (points)")
    # the course of the alliance
    alliance_start: float = _effect(3.5, "alliance at the first session (points)", 1.0, 5.0)
    alliance_trend: float = _effect(0.015, "change a session (points)")
    phase_step: float = _effect(0.04, "change at each phase after engagement (points)")
    client_sd: float = _size(0.40, "clients (SD, points)")
    worker_sd: float = _size(0.15, "workers (SD, points)")
    trend_sd: float = _size(0.012, "how clients differ in their change a session (SD, points)")
    residual_sd: float = _size(0.35, "sessions of one client (SD, points)")
    residual_ar: float = _effect(0.0, "correlation of residuals a week apart (CAR(1))", 0.0, 0.95)
    subscale_sd: float = _size(0.12, "subscales of one client (SD, points)")
    bond_ease: float = _effect(0.0, "how much easier bond items are agreed to, so that the ceiling cuts them more (points)")
    item_client_sd: float = _size(0.12, "items of one client (SD, points)")
    item_sd: float = _size(0.25, "items of one rating, before rounding to whole answers (SD, points)")
    # how often
    joint_rate: float = _size(0.40, "joint episodes between two sessions")
    worker_solo_rate: float = _size(0.40, "episodes of the worker alone between two sessions")
    client_solo_rate: float = _size(0.20, "episodes of the client alone between two sessions")
    concrete_rate: float = _size(0.25, "concrete services between two sessions")
    rate_client_sd: float = _size(0.50, "clients' advocacy of every mode (SD, log rate)", 3.0)
    rate_worker_sd: float = _size(0.30, "workers' joint advocacy (SD, log rate)", 3.0)
    rate_need: float = _effect(0.05, "a point of the need index, on advocacy of every mode (log rate)", -1.0, 1.0)
    rate_intervention: float = _effect(0.30, "the phase of intervention, on advocacy of every mode (log rate)", -3.0, 3.0)
    # what may mislead
    advocacy_trend: float = _effect(0.0, "change of joint advocacy a session (log rate)", -1.0, 1.0)
    advocacy_trend_sd: float = _size(0.0, "how clients differ in that change (SD, log rate)", 1.0)
    trend_correlation: float = _effect(0.0, "of clients' change in alliance and in joint advocacy", -1.0, 1.0)
    crisis_share: float = _share(0.08, "sessions with a crisis in the days before them")
    crisis_on_advocacy: float = _effect(0.7, "a crisis, on advocacy of every mode (log rate)", -3.0, 3.0)
    crisis_on_alliance: float = _effect(-0.15, "a crisis, on every item (points)")
    crisis_recorded: float = _share(1.0, "how well the log's crisis mark tells crises (1 all, 0 chance)")
    alliance_on_joint: float = _effect(0.0, "a point of alliance above the client's course, on joint advocacy (log rate)")
    joint_on_empathy: float = _effect(0.0, "joint episode since the last rating, on felt empathy in the session (points)")
    empathy_on_alliance: float = _effect(0.0, "a point of felt empathy in the session, on every item of its rating (points)")
    empathy_on_next: float = _effect(0.0, "a point of felt empathy at the last rating, on every item of this one (points)")
    # what is missing
    no_show: float = _share(0.08, "sessions the client does not come to")
    cancelled: float = _share(0.04, "sessions called off")
    missed_rating: float = _share(0.08, "sessions without a WAI-SR")
    skipped_item: float = _share(0.01, "items left out of a rating")
    dropout: float = _share(0.015, "clients leaving after a session, at average alliance")
    alliance_on_dropout: float = _effect(-0.8, "a point of the last rating, on leaving (log odds)")
    change_of_worker: float = _share(0.08, "clients who get another worker on their way")
    same_day: float = _share(0.12, "episodes on the day of a session")
    order_unknown: float = _share(0.30, "of those, not known whether before or after the session")


NAMES = tuple(entry.name for entry in fields(Truth))
MEANINGS = {entry.name: str(entry.metadata["meaning"]) for entry in fields(Truth)}
BOUNDS = {entry.name: (float(entry.metadata["low"]), float(entry.metadata["high"])) for entry in fields(Truth)}
