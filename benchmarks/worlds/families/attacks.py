"""Worlds found by attacking the verdicts: what else can make a pattern, or hide one, that no family above holds."""

from __future__ import annotations

from functools import partial

from benchmarks.worlds.law import Law, Size
from benchmarks.worlds.world import MIDDLING, World

LAGGED = {
    "claim": "One rating after weeks with more joint advocacy than usual, clients rate the alliance higher.",
    "exposure": {"mode": "joint", "dose": "count", "lag": 1},
}
TALKED_OVER = {
    "role": "exploratory",
    "claim": "Joint advocacy does more where client and worker talk it over back in the office.",
    "moderator": "debriefed",
}
SKIPPED = "who skips a rating because of how it would have been leaves no trace of it (`missing.skipped` asks: what if?)"
LEAVING = {
    "claim": "After weeks with joint advocacy fewer clients drop out.",
    "outcome": {"instrument": "wai_sr", "kind": "dropout"},
    "exposure": {"mode": "joint", "dose": "any"},
    "predicted": "negative",
}
leaving = partial(World, family="few", truth=0.0, question=LEAVING, sizes=(Size(20, 300, 12),))
null = partial(World, family="null", truth=0.0, sizes=(MIDDLING,))
fed = partial(World, family="feedback", truth=0.0, sizes=(MIDDLING,))

WORLDS = (
    null(
        name="null_season",
        words="a season (memory .8) moves the alliances and the advocacy of all clients of a worker at once",
        law=Law(cohort_sd=0.5, rate_cohort_sd=0.6, cohort_shared=1.0, cohort_ar=0.8),
    ),
    null(
        name="null_training",
        words="from one session on a worker goes along more and all the worker's alliances are higher (.4)",
        law=Law(training=0.4, training_on_joint=1.0),
    ),
    null(
        name="null_drift",
        words="ratings rise with use, fast at first, in some clients more; advocacy is frequent at intake",
        law=Law(drift=1.0, drift_sd=0.5, rate_early=1.0),
    ),
    null(
        name="null_drift_turned",
        words="ratings fall with use, fast at first, in some clients more; advocacy is frequent at intake",
        law=Law(drift=-1.0, drift_sd=0.5, rate_early=1.0),
    ),
    World(
        name="null_crisis_only",
        family="hidden",
        words="joint advocacy only in a crisis, which lasts (.5) and lowers the alliance",
        law=Law(joint_rate=1.5, hidden_ar=0.5, crisis_only=1.0, hidden_on_alliance=-0.3),
        truth=0.0,
        sizes=(MIDDLING,),
        limit=0.10,  # as of any hidden cause with this memory
    ),
    null(
        name="null_low_start",
        words="clients enter very low (2 SD) and come back slowly (.8); advocacy is frequent at intake",
        law=Law(starts_low=2.0, state_ar=0.8, rate_early=1.5),
    ),
    fed(
        name="feedback_rise",
        words="a rating above the last one brings joint advocacy: workers go along with those who get better",
        law=Law(feedback_change=0.45),
    ),
    fed(
        name="feedback_fall",
        words="a rating below the last one brings joint advocacy",
        law=Law(feedback_change=-0.45),
    ),
    fed(
        name="feedback_low_carried_forward",
        words="a low rating brings joint advocacy; three in ten ratings repeat the answers of the last",
        law=Law(feedback=-0.45, carried_forward=0.3),
    ),
    null(
        name="null_lag_borrowed",
        words="an episode lifts its own window's rating (.20 SD), advocacy comes in waves (memory .8); the next is asked",
        law=Law(effect=0.2, hidden_ar=0.8, hidden_on_joint=0.8),
        question=LAGGED,
    ),
    World(
        name="null_missing_after_joint",
        family="logging",
        words="after a visit together clients skip the rating if the session was bad (a fifth of ratings are missing)",
        law=Law(missed=0.2, missed_after_joint=-1.0),
        truth=0.0,
        sizes=(MIDDLING,),
        limit=None,
        unknowable=SKIPPED,
    ),
    World(
        name="moderator_talked_over_null",
        family="moderator",
        words="visits are talked over when the session goes well, which does nothing (effect .15 SD either way)",
        law=Law(effect=0.15, debriefed_on_session=1.0),
        truth=0.0,
        question=TALKED_OVER,
        sizes=(MIDDLING,),
    ),
    World(
        name="talked_over_null",
        family="logging",
        words="visits are talked over when the session goes well; those that were are asked, and do nothing",
        law=Law(debriefed_on_session=1.0),
        truth=0.0,
        question={"exposure": {"mode": "joint", "debriefed": True}},
        sizes=(MIDDLING,),
    ),
    leaving(
        name="dropout_engaged",
        words="clients who are engaged are accompanied more, by every mode, and leave less; joint advocacy keeps nobody",
        law=Law(dropout=0.08, dropout_on_rate=-1.0, rate_client_sd=0.7),
    ),
    leaving(
        name="dropout_crisis",
        words="something unlogged that lasts (.5) brings joint advocacy and makes clients leave",
        law=Law(dropout=0.08, hidden_ar=0.5, hidden_on_joint=0.5, dropout_on_hidden=0.6),
    ),
    leaving(
        name="dropout_crisis_all_modes",
        words="the same, and it brings every kind of advocacy",
        law=Law(dropout=0.08, hidden_ar=0.5, hidden_on_joint=0.5, hidden_on_others=0.5, dropout_on_hidden=0.6),
    ),
    World(
        name="effect_carried_forward",
        family="effect",
        words="each joint episode lifts the next rating by .15 SD; three in ten ratings repeat the last",
        law=Law(effect=0.15, carried_forward=0.3),
        truth=None,
        wrong=frozenset({"opposite", "practically zero"}),
        sizes=(MIDDLING,),
    ),
    World(
        name="effect_doubled",
        family="effect",
        words="each joint episode lifts the next rating by .15 SD; a quarter of episodes are logged twice",
        law=Law(effect=0.15, doubled=0.25),
        truth=None,
        wrong=frozenset({"opposite", "practically zero"}),
        sizes=(MIDDLING,),
    ),
    World(
        name="effect_slow_in_half",
        family="effect",
        words="an episode works at once in half of the clients, a rating later in the others (.20 SD)",
        law=Law(effect=0.2, slow=0.5),
        truth=None,
        wrong=frozenset({"opposite", "practically zero"}),
        sizes=(MIDDLING,),
    ),
)
