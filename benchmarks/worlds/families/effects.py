"""Joint advocacy does something."""

from __future__ import annotations

from functools import partial

from benchmarks.worlds.law import Law, Size
from benchmarks.worlds.world import LARGE, MIDDLING, SMALL, World

effect = partial(World, family="effect", truth=0.15)
FOUND = {LARGE: 0.95, MIDDLING: 0.95}  # promised of .15 points of the built-in study, which are .35 SD
NONE = {"predicted": "none", "claim": "Joint advocacy makes no difference to the alliance that would matter."}

WORLDS = (
    effect(
        name="effect",
        words="each joint episode lifts the next rating by .15 SD",
        law=Law(effect=0.15),
        sizes=(LARGE, MIDDLING, SMALL),
        found={LARGE: 0.95},
        covered="claimed",
    ),
    effect(
        name="effect_35",
        words="each joint episode lifts the next rating by .35 SD",
        law=Law(effect=0.35),
        truth=0.35,
        sizes=(LARGE, MIDDLING, SMALL),
        found=FOUND,
        covered="shown",
    ),
    effect(
        name="effect_10",
        words="each lifts it by .10 SD",
        law=Law(effect=0.10),
        truth=0.10,
        found={LARGE: 0.60},
        covered="claimed",
        sizes=(LARGE, MIDDLING),
    ),
    effect(
        name="harm",
        words="each lowers it by .15 SD",
        law=Law(effect=-0.15),
        truth=-0.15,
        finds="opposite",
        found={LARGE: 0.80},
        covered="shown",
        sizes=(LARGE, MIDDLING),
    ),
    effect(
        name="effect_client_slopes",
        words=".15 SD in the average client, clients differ (SD .15)",
        law=Law(effect=0.15, client_slope_sd=0.15),
        covered="claimed",
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_worker_slopes",
        words=".15 SD in the average worker, workers differ (SD .10)",
        law=Law(effect=0.15, worker_slope_sd=0.10, joint_rate=0.8),
        sizes=(Size(30, 300, 16), Size(10, 100, 16)),
        covered="claimed",
    ),
    effect(
        name="effect_crossed",
        words="four in ten clients change worker on their way",
        law=Law(effect=0.15, crossed=0.4, worker_sd=0.6),
        covered="shown",
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_uneven_days",
        words="sessions 3 to 21 days apart; neither advocacy nor alliance goes by the day",
        law=Law(effect=0.15, uneven_days=True),
        covered="claimed",
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_missing_mcar",
        words="three in ten ratings are missing by chance",
        law=Law(effect=0.15, missed=0.3),
        covered="claimed",
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_missing_mar",
        words="three in ten are missing, more of them after a low rating",
        law=Law(effect=0.15, missed=0.3, missed_on_last=-0.8),
        covered="shown",
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_missing_informative",
        words="three in ten are missing, more of them where the session itself went badly",
        law=Law(effect=0.15, missed=0.3, missed_on_now=-0.8),
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_dropout",
        words="clients leave after bad sessions, about half before the end",
        law=Law(effect=0.15, dropout=0.05, dropout_on_now=-0.7),
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_any",
        words="it matters that one went together, not how often; asked as any",
        law=Law(effect=0.15, shape="any"),
        question={"exposure": {"mode": "joint", "dose": "any"}},
        covered="shown",
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_rare",
        words="one joint episode in twelve sessions",
        law=Law(effect=0.15, joint_rate=0.08),
        covered="shown",
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_carried_over",
        words="half of the effect is still there at the next rating",
        law=Law(effect=0.15, carry=0.5),
        sizes=(LARGE, MIDDLING),
    ),
    effect(
        name="effect_later",
        words="an episode lifts the rating after the next by .15 SD, and that one is asked (lag 1)",
        law=Law(later=0.15),
        question={"exposure": {"mode": "joint", "dose": "count", "lag": 1}},
        covered="shown",
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_own_trends",
        words="clients' trends in alliance and advocacy, unrelated",
        law=Law(effect=0.15, trend_sd=0.08, rate_trend_sd=0.08),
        covered="claimed",
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_phases",
        words="phases raise both; phase is a covariate",
        law=Law(effect=0.15, phase_step=0.3, rate_phase=0.3),
        question={"covariates": ["phase"]},
        covered="shown",
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_memory",
        words="the alliance of a week hangs on that of the week before (.5)",
        law=Law(effect=0.15, state_ar=0.5),
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_unreliable",
        words="half of the variance of a rating is error of measurement",
        law=Law(effect=0.15, error_share=0.5),
        covered="shown",
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_heavy_tails",
        words="single weeks far out (t with 3 df)",
        law=Law(effect=0.15, tails=3.0),
        sizes=(MIDDLING,),
    ),
    effect(
        name="effect_denied",
        words="an effect of .15 SD, and the claim that there is none that matters",
        law=Law(effect=0.15),
        question=NONE,
        sizes=(LARGE, MIDDLING, SMALL),
    ),
    effect(
        name="effect_tiny_denied",
        words="an effect of .04 SD, and the claim that there is none that matters",
        law=Law(effect=0.04),
        truth=0.04,
        question=NONE,
        sizes=(LARGE,),
    ),
    effect(
        name="harm_small_study",
        words="each lowers it by .25 SD in a small study",
        law=Law(effect=-0.25),
        truth=-0.25,
        sizes=(SMALL,),
        covered="shown",
    ),
)
