"""Joint advocacy does nothing, and something else makes a pattern."""

from __future__ import annotations

from functools import partial

from benchmarks.worlds.law import Law, Size
from benchmarks.worlds.world import LARGE, MIDDLING, SMALL, World

null = partial(World, family="null", truth=0.0)
PHASE = {"covariates": ["phase"]}

WORLDS = (
    null(
        name="null",
        words="nothing but clients, workers and time",
        law=Law(),
        sizes=(LARGE, MIDDLING, SMALL),
        covered="claimed",
    ),
    null(
        name="null_rare",
        words="one joint episode in twenty sessions",
        law=Law(joint_rate=0.05),
        sizes=(MIDDLING,),
        covered="shown",
    ),
    null(
        name="null_any",
        words="frequent advocacy, counted as any against none",
        law=Law(joint_rate=1.2),
        question={"exposure": {"mode": "joint", "dose": "any"}},
        covered="shown",
        sizes=(MIDDLING,),
    ),
    null(
        name="null_own_trends",
        words="clients' trends in alliance and in advocacy, unrelated",
        law=Law(trend_sd=0.08, rate_trend_sd=0.08),
        covered="shown",
        sizes=(MIDDLING,),
    ),
    null(
        name="null_shared_trends",
        words="the same trends, correlated .8: who gets better goes out more",
        law=Law(trend_sd=0.08, rate_trend=0.03, rate_trend_sd=0.08, trend_correlation=0.8),
        sizes=(LARGE, MIDDLING),
    ),
    null(
        name="null_phases",
        words="each phase raises the alliance and the advocacy; phase is a covariate",
        law=Law(phase_step=0.3, rate_phase=0.3),
        question=PHASE,
        covered="shown",
        sizes=(MIDDLING,),
    ),
    null(
        name="null_phases_left_out",
        words="each phase raises the alliance and the advocacy; no covariate",
        law=Law(phase_step=0.3, rate_phase=0.3),
        sizes=(LARGE,),
    ),
    null(
        name="null_hump",
        words="alliance and advocacy both rise to the middle of the work and fall again; no covariate",
        law=Law(hump=0.8, rate_hump=0.8),
        sizes=(LARGE,),
    ),
    null(
        name="null_worker_slopes",
        words="for some workers joint advocacy helps, for others it harms (SD .10), on average nothing",
        law=Law(worker_slope_sd=0.10, joint_rate=0.8),
        sizes=(Size(30, 300, 16), Size(10, 100, 16)),
        covered="claimed",
    ),
    null(
        name="null_client_slopes",
        words="some clients gain, others lose (SD .20), on average nothing",
        law=Law(client_slope_sd=0.20),
        covered="shown",
        sizes=(MIDDLING,),
    ),
    null(
        name="null_regression_to_the_mean",
        words="clients enter at a low, are taken out most at intake, and come back to themselves",
        law=Law(starts_low=1.5, state_ar=0.6, rate_early=1.0),
        sizes=(LARGE,),
    ),
    null(
        name="null_memory",
        words="the alliance of a week hangs on that of the week before (.7), advocacy on nothing",
        law=Law(state_ar=0.7),
        sizes=(LARGE,),
    ),
    null(
        name="null_heavy_tails",
        words="single weeks far out (t with 3 df)",
        law=Law(tails=3.0),
        sizes=(MIDDLING,),
    ),
    null(
        name="null_cohorts",
        words="all clients of a worker have their good and their busy weeks together, unrelated",
        law=Law(cohort_sd=0.4, rate_cohort_sd=0.8),
        sizes=(MIDDLING, Size(10, 100, 16)),
        covered="claimed",
    ),
    null(
        name="null_unrest",
        words="clients who are accompanied more are less steady",
        law=Law(unrest=0.4, rate_client_sd=0.8),
        covered="shown",
        sizes=(MIDDLING,),
    ),
    null(
        name="null_only_later",
        words="an episode lifts the rating after the next by .15 SD; the next one is asked",
        law=Law(later=0.15),
        sizes=(MIDDLING,),
    ),
    null(
        name="null_bursts",
        words="advocacy comes in bursts",
        law=Law(burst=1.5),
        sizes=(MIDDLING,),
    ),
    null(
        name="null_good_workers",
        words="good workers go out more, and clients in need, whose alliances differ",
        law=Law(between=0.6, worker_between=0.6, rate_worker_sd=0.6),
        covered="shown",
        sizes=(MIDDLING,),
    ),
    null(
        name="null_missing_informative",
        words="after a bad session a third fewer ratings, a quarter are missing",
        law=Law(missed=0.25, missed_on_now=-0.6),
        sizes=(LARGE,),
    ),
    null(
        name="null_dropout_collider",
        words="a bad session makes clients leave, joint advocacy makes them stay",
        law=Law(dropout=0.05, dropout_on_now=-0.7, dropout_on_joint=-0.7),
        sizes=(LARGE,),
    ),
    null(
        name="null_unbalanced",
        words="few workers carry most clients, days are unequal, clients change worker",
        law=Law(uneven_caseloads=True, uneven_days=True, crossed=0.3),
        sizes=(MIDDLING, SMALL),
        covered="shown",
    ),
    null(
        name="null_no_difference_claimed",
        words="nothing happens and nothing is predicted",
        law=Law(),
        question={"predicted": "none", "claim": "Joint advocacy makes no difference to the alliance that would matter."},
        sizes=(LARGE, MIDDLING, SMALL),
    ),
)
