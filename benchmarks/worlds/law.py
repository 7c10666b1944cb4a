"""The law of a world: what brings advocacy, what moves the alliance, and what of both is seen.

Units: effects on the alliance are in SDs of one rating around its client's own course (`sd`); effects on advocacy are added
to the logarithm of the expected episodes of a session (`log rate`). Every default is a calm world without any effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

POINTS = 0.3  # points of the 1-5 scale in one SD
MIDDLE = 3.0  # alliance of the average client (points)
MODES = ("joint", "worker_solo", "client_solo", "concrete")
PHASES = ("engagement", "assessment", "intervention", "evaluation")


@dataclass(frozen=True)
class Size:
    """How large a study is."""

    workers: int
    clients: int
    sessions: int

    def __str__(self) -> str:
        return f"{self.workers}x{self.clients}x{self.sessions}"


@dataclass(frozen=True)
class Law:
    """All that is true of a world; see the module for units."""

    # what an episode does to the rating that ends its window
    effect: float = 0.0  # a joint episode, in the average client of the average worker
    client_slope_sd: float = 0.0  # how clients differ in it
    worker_slope_sd: float = 0.0  # how workers differ in it
    bound: float = 0.0  # how much larger it is in a client who expects one episode a session more
    by_need: float = 0.0  # how much larger it is for a point of need (0-10, 5 on average)
    shape: Literal["count", "any", "saturating"] = "count"  # whether a second episode of a window does anything, or less
    carry: float = 0.0  # share of the effect that is still there at the next rating
    later: float = 0.0  # a joint episode, on the rating after the one that ends its window
    solo: float = 0.0
    client_solo: float = 0.0
    concrete: float = 0.0
    bond_extra: float = 0.0  # a joint episode, on the bond items on top
    # what else moves the alliance
    client_sd: float = 0.9
    worker_sd: float = 0.35
    agency_sd: float = 0.0
    trend: float = 0.04  # a session
    trend_sd: float = 0.03  # how clients differ in it
    phase_step: float = 0.0  # each phase after engagement
    hump: float = 0.0  # a rise and fall over the course, this high
    starts_low: float = 0.0  # the first state of a client, below the client's own level
    state_ar: float = 0.0  # memory of the passing state from one week to the next
    error_share: float = 0.25  # of the variance of a rating around the course: single items, whole answers
    tails: float = 0.0  # degrees of freedom of the state's noise (0: normal)
    unrest: float = 0.0  # log SD of the state, for an SD of the client's log rate: who is taken out more is less steady
    cohort_sd: float = 0.0  # of all clients of one worker in one session
    per_week: float = 0.0  # what a week more since the last rating adds
    between: float = 0.0  # a client who expects one joint episode a session more, whatever the episodes do
    worker_between: float = 0.0  # a worker whose clients expect one more
    anticipation: float = 0.0  # a joint episode of the next window, on the rating before it
    # what brings advocacy
    joint_rate: float = 0.5  # expected episodes a session
    solo_rate: float = 0.4
    client_solo_rate: float = 0.2
    concrete_rate: float = 0.25
    rate_client_sd: float = 0.5  # every mode (log rate)
    rate_worker_sd: float = 0.3  # joint alone (log rate)
    rate_agency_sd: float = 0.0
    rate_trend: float = 0.0  # a session (log rate)
    rate_trend_sd: float = 0.0
    trend_correlation: float = 0.0  # of clients' trends in alliance and advocacy
    rate_phase: float = 0.0  # each phase after engagement (log rate)
    rate_hump: float = 0.0
    rate_early: float = 0.0  # at intake, falling by a third with every session (log rate)
    rate_cohort_sd: float = 0.0  # all clients of one worker in one session
    burst: float = 0.0  # variance of a gamma factor of each window: busy weeks of one mode
    accrues: Literal["no", "all", "joint"] = (
        "no"  # episodes of every mode, or joint ones, come by the day, not by the session
    )
    # an unlogged cause of both
    hidden_ar: float = 0.0  # its memory from one session to the next
    hidden_on_joint: float = 0.0  # (log rate an SD)
    hidden_on_others: float = 0.0
    hidden_on_alliance: float = 0.0
    # the alliance brings advocacy
    feedback: float = 0.0  # the last rating's distance from the client's course, on joint advocacy (log rate an SD)
    feedback_on_others: float = 0.0
    feedback_delay: int = 1  # ratings
    feedback_of: Literal["rating", "state"] = "rating"  # what was answered, or what is felt
    # who, when, where
    agencies: int = 0
    crossed: float = 0.0  # share of clients who change worker
    uneven_caseloads: bool = False
    uneven_days: bool = False
    # what is not seen
    missed: float = 0.0  # sessions without rating
    missed_on_now: float = 0.0  # log-odds an SD of this session's alliance
    missed_on_last: float = 0.0  # log-odds an SD of the last rating
    dropout: float = 0.0  # clients leaving after a session
    dropout_on_now: float = 0.0
    dropout_on_joint: float = 0.0  # log-odds a window with joint advocacy
    dropout_worker_sd: float = 0.0
    late_share: float = 0.0  # episodes logged late
    late_days: int = 10
    logged: float = 1.0  # joint episodes that are logged at all
    logged_on_session: float = 0.0  # log-odds an SD of how the session after them went
    # how ratings look
    ease: float = 0.0  # items easier to agree to (points): a ceiling
    # empathy felt in the session (0-10 scale, its own SD 0.5)
    empathy_joint: float = 0.0  # a joint episode before the session (SD of empathy)
    empathy_next: float = 0.0  # an SD of empathy, on the next rating
    halo: float = 0.0  # the mood of the day, on the client's rating of empathy and of the alliance alike
    mood_ar: float = 0.0  # its memory
    mood_seen: float = 0.0  # share of the mood that the worker's own report of empathy holds, too
    empathy_from_last: float = 0.0  # an SD of the last session's alliance, on empathy (SD of empathy)
    empathy_from_now: float = 0.0  # an SD of the same session's alliance, on empathy
    hidden_on_empathy: float = 0.0  # an SD of the hidden cause, on empathy
    # what else may happen
    slow: float = 0.0  # share of clients in whom an episode works a rating later
    cohort_ar: float = 0.0  # memory of what moves all clients of a worker, from session to session
    cohort_shared: float = 0.0  # correlation of what moves their alliances and their advocacy
    drift: float = 0.0  # how far ratings rise with use, fast at first (SD)
    drift_sd: float = 0.0  # how clients differ in it
    crisis_only: float = 0.0  # SDs of the hidden cause below which there is no joint advocacy (0: whenever)
    feedback_change: float = 0.0  # the last rating's rise over the one before, on joint advocacy (log rate an SD)
    training: float = 0.0  # a step of a worker's alliances at a session of the worker's own
    training_on_joint: float = 0.0  # of the joint advocacy at the same session (log rate)
    carried_forward: float = 0.0  # share of ratings that repeat the answers of the last one
    doubled: float = 0.0  # share of joint episodes logged twice
    dropout_on_hidden: float = 0.0  # log-odds an SD of the hidden cause
    dropout_on_rate: float = 0.0  # log-odds for one more in a client's log rate: those who are taken out more stay
    missed_after_joint: float = 0.0  # log-odds an SD of this session's alliance, where joint advocacy came before it
    debriefed_on_session: float = 0.0  # log-odds an SD of how the session went in which a visit was talked over
    # what further worlds brought
    feedback_memory: float = 0.0  # share of earlier ratings' distances that still brings advocacy, a rating later
    feedback_below: float = 0.0  # SDs below the client's course under which a rating brings advocacy by `feedback_jump`
    feedback_jump: float = 0.0  # (log rate)
    feedback_first: float = 0.0  # the first rating's distance, on joint advocacy of the whole course (log rate an SD)
    feedback_client_sd: float = 0.0  # how clients differ in what the last rating brings
    feedback_on_need: float = 0.0  # what the last rating brings, for a point of need (log rate an SD)
    hidden_form: Literal["memory", "wave", "step"] = "memory"  # of the hidden cause: noise, a cycle, one turn for good
    hidden_period: float = 0.0  # sessions a cycle takes
    hidden_of: Literal["client", "worker", "all"] = "client"  # whom it moves at once, by the number of the session
    bond_sd: float = 0.0  # a state of the bond alone (SD)
    bond_ar: float = 0.0
    feedback_bond: float = 0.0  # the last bond rating's own state, on joint advocacy (log rate an SD)
    hidden_on_bond: float = 0.0  # an SD of the hidden cause, on the bond items on top
    after_missed: float = 0.0  # a session without rating, on the joint advocacy after it (log rate)
    no_show: float = 0.0  # sessions the client does not come to, which have no rating
    no_show_on_last: float = 0.0  # log-odds an SD of the last rating
    no_show_on_state: float = 0.0  # log-odds an SD of what the session would have been
    no_show_on_hidden: float = 0.0  # log-odds an SD of the hidden cause
    effect_memory: float = 0.0  # share of what episodes did that is still there a session later, and again after that
    accompanied: float = 1.0  # share of clients who are ever accompanied
    at_least: int = 0  # joint episodes of every window
    long_gap: float = 0.0  # what more than two weeks since the last session add
    error_common: float = 0.0  # SD of an error that all items of a rating share, so that they do not tell it
    coarse: bool = False  # one whole answer stands for all items
    couples: bool = False  # clients in pairs, who share joint episodes and half of the variance of their states
    need_on_level: float = 0.0  # for a point of need
    need_on_rate: float = 0.0  # (log rate, every mode)
    need_on_trend: float = 0.0  # a session
    dropout_early: float = 0.0  # log-odds at intake, falling by a third with every session
    early_share: float = 0.0  # joint episodes dated early
    early_days: int = 7
