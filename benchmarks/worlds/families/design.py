"""Windows of unequal length, effects bound to frequency, needs that mask an effect, logs that are late or partial."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from benchmarks.worlds.law import Law, Size
from benchmarks.worlds.world import LARGE, MIDDLING, World

TWO = (Size(40, 300, 16), Size(20, 150, 10))
DAYS = Law(uneven_days=True, accrues="all", per_week=0.3)
BOUND = Law(rate_client_sd=0.8, bound=0.4)
NEEDS = Law(hidden_on_joint=0.7, hidden_on_others=0.7, hidden_on_alliance=-0.33, effect=0.15, hidden_ar=0.3)
ALL = Law(effect=0.15, solo=0.15, client_solo=0.15, concrete=0.15)
SOLO = {"contrast": {"minus": "worker_solo"}, "claim": "It is being there together that matters."}
NONE = {"predicted": "none", "claim": "Joint advocacy makes no difference to the alliance that would matter."}
SESSIONS = "a log that depends on how the session went looks like an effect, and nothing in it tells the two apart"

window = partial(World, family="window", sizes=TWO)
frequency = partial(World, family="frequency", sizes=(LARGE, MIDDLING))
masked = partial(World, family="masked", sizes=(LARGE, MIDDLING))
specificity = partial(World, family="specificity", sizes=(LARGE, MIDDLING))
logging = partial(World, family="logging", sizes=(LARGE, MIDDLING))

WORLDS = (
    window(
        name="window_null",
        words="ratings rise with the days since the last, advocacy accrues by the day, neither moves the other",
        law=DAYS,
        truth=0.0,
        covered="claimed",
    ),
    window(
        name="window_null_joint",
        words="ratings rise with the days since the last, joint advocacy alone accrues by the day, it moves nothing",
        law=replace(DAYS, accrues="joint"),
        truth=0.0,
        covered="shown",
    ),
    window(
        name="window_null_falls",
        words="ratings fall with the days since the last, advocacy accrues by the day",
        law=replace(DAYS, per_week=-0.3),
        truth=0.0,
        covered="shown",
        sizes=TWO[1:],
    ),
    window(
        name="window_effect",
        words="ratings fall with the days since the last, advocacy accrues by the day and lifts them by .15 SD",
        law=replace(DAYS, per_week=-0.15, effect=0.15),
        truth=0.15,
        covered="claimed",
    ),
    window(
        name="window_missing",
        words="advocacy accrues by the day, ratings are missed after bad sessions; no effect",
        law=replace(DAYS, per_week=0.15, missed=0.2, missed_on_last=-0.5),
        truth=0.0,
        sizes=TWO[1:],
    ),
    frequency(
        name="frequency_null",
        words="clients who are often accompanied gain, those who seldom are lose; the average client nothing",
        law=BOUND,
        truth=0.0,
    ),
    frequency(
        name="frequency_null_turned",
        words="clients who are often accompanied lose, those who seldom are gain; the average client nothing",
        law=replace(BOUND, bound=-0.4),
        truth=0.0,
        sizes=(LARGE,),
    ),
    frequency(
        name="frequency_effect",
        words=".15 SD in the average client, less in those who are often accompanied",
        law=replace(BOUND, bound=-0.2, effect=0.15),
        truth=0.15,
        sizes=(LARGE,),
    ),
    masked(
        name="masked",
        words="needs drive all advocacy and lower the alliance, so that an effect of .15 SD is wholly hidden",
        law=NEEDS,
        truth=0.15,
    ),
    masked(
        name="masked_denied",
        words="the same, and the claim is that there is no difference that would matter",
        law=NEEDS,
        truth=0.15,
        question=NONE,
    ),
    masked(
        name="masked_joint_only",
        words="needs drive joint advocacy alone, are remembered (.5), and hide the effect; no difference is claimed",
        law=replace(NEEDS, hidden_on_others=0.0, hidden_ar=0.5),
        truth=0.15,
        question=NONE,
        limit=None,
        unknowable="needs that bring joint advocacy alone leave no mark on any other kind of advocacy",
        sizes=(LARGE,),
    ),
    masked(
        name="masked_contrast",
        words="the needs drive joint and solo advocacy alike; joint minus solo is asked",
        law=NEEDS,
        truth=0.15,
        question=SOLO,
        sizes=(MIDDLING,),
    ),
    specificity(
        name="solo_too",
        words="advocacy the worker does alone lifts the rating as much (.15 SD); joint advocacy is asked",
        law=Law(effect=0.15, solo=0.15),
        truth=0.15,
        wrong=frozenset({"supported", "opposite", "practically zero"}),
        sizes=(LARGE, MIDDLING),
    ),
    specificity(
        name="solo_too_contrast",
        words="the same; joint minus solo is asked",
        law=Law(effect=0.15, solo=0.15),
        truth=0.0,
        question=SOLO,
        covered="shown",
        sizes=(MIDDLING,),
    ),
    specificity(
        name="all_modes_work",
        words="every kind of advocacy lifts the rating as much (.15 SD); joint advocacy is asked",
        law=ALL,
        truth=0.15,
        wrong=frozenset({"supported", "opposite", "practically zero"}),
        sizes=(MIDDLING,),
    ),
    specificity(
        name="solo_half",
        words="advocacy alone lifts the rating half as much; joint minus solo is asked",
        law=Law(effect=0.20, solo=0.10),
        truth=0.10,
        question=SOLO,
        covered="shown",
        sizes=(LARGE,),
    ),
    specificity(
        name="joint_alone",
        words="joint advocacy lifts the rating (.15 SD), nothing else does; joint minus solo is asked",
        law=Law(effect=0.15),
        truth=0.15,
        question=SOLO,
        covered="shown",
        sizes=(MIDDLING,),
    ),
    specificity(
        name="rare_controls",
        words="every mode works as much, but the others are rare: their effects are not significant; joint is asked",
        law=Law(
            effect=0.15,
            solo=0.15,
            client_solo=0.15,
            concrete=0.15,
            solo_rate=0.05,
            client_solo_rate=0.03,
            concrete_rate=0.03,
        ),
        truth=0.15,
        sizes=(MIDDLING,),
        wrong=frozenset({"supported", "opposite", "practically zero"}),
    ),
    logging(
        name="late_log",
        words="half of the episodes are logged up to ten days late; .15 SD",
        law=Law(effect=0.15, late_share=0.5),
        truth=0.15,
    ),
    logging(
        name="late_log_null",
        words="half of the episodes are logged up to ten days late; no effect",
        law=Law(late_share=0.5),
        truth=0.0,
        sizes=(MIDDLING,),
    ),
    logging(
        name="log_after_good_sessions",
        words="a visit is noted in nine of ten cases after a good session, seven of ten after a bad one; no effect",
        law=Law(logged=0.8, logged_on_session=0.55),
        truth=0.0,
        limit=None,
        unknowable=SESSIONS,
        sizes=(LARGE, MIDDLING),
    ),
    logging(
        name="log_by_chance",
        words="three in ten visits are never noted, whatever the session; .15 SD",
        law=Law(effect=0.15, logged=0.7),
        truth=0.15,
        sizes=(MIDDLING,),
    ),
    World(
        name="anticipation",
        family="logging",
        words="a visit that is coming lifts the rating before it; afterwards nothing",
        law=Law(anticipation=0.15),
        truth=0.0,
        sizes=(LARGE, MIDDLING),
    ),
    World(
        name="anticipation_and_effect",
        family="logging",
        words="a visit lifts the rating before it by .05 and the one after it by .15 SD",
        law=Law(anticipation=0.05, effect=0.15),
        truth=0.15,
        sizes=(LARGE,),
    ),
)
