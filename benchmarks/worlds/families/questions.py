"""Other questions: mediation, outcome contrasts, moderators, differences between clients, dropout, how ratings look."""

from __future__ import annotations

from functools import partial

from benchmarks.worlds.law import Law, Size
from benchmarks.worlds.world import LARGE, MIDDLING, World

THROUGH = {
    "claim": "Joint advocacy lets clients feel understood in the session after it, and that shows in the next rating.",
    "exposure": {"mode": "joint", "dose": "count", "lag": 1},
    "mediator": {"column": "empathy_client", "lag": 1},
    "smallest_effect": 0.02,
}
SAME_SESSION = {
    **THROUGH,
    "exposure": {"mode": "joint", "dose": "count", "lag": 0},
    "mediator": {"column": "empathy_client", "lag": 0},
}
BY_WORKER = {**THROUGH, "mediator": {"column": "empathy_worker", "lag": 1}}
BOND = {
    "claim": "Joint advocacy deepens the bond more than it brings agreement on tasks.",
    "outcome": {"instrument": "wai_sr", "score": "bond", "rater": "client"},
    "contrast": {"outcome_minus": "task"},
}
LEAVING = {
    "claim": "After weeks with joint advocacy fewer clients drop out.",
    "outcome": {"instrument": "wai_sr", "kind": "dropout"},
    "exposure": {"mode": "joint", "dose": "any"},
    "predicted": "negative",
}
FEW = (Size(3, 90, 12), Size(5, 120, 12), Size(8, 160, 12))
RATINGS = (Size(40, 400, 5), Size(20, 150, 5))

mediation = partial(World, family="mediation", sizes=(LARGE, MIDDLING))
between = partial(World, family="between", sizes=RATINGS, question={"effect": "between"})
few = partial(World, family="few")

WORLDS = (
    mediation(
        name="mediation",
        words="joint advocacy lifts felt empathy (.4 SD), which lifts the next rating (.3)",
        law=Law(empathy_joint=0.4, empathy_next=0.3, effect=0.05),
        truth=0.12,
        question=THROUGH,
    ),
    mediation(
        name="mediation_other_rater",
        words="the same, empathy as the worker tells it",
        law=Law(empathy_joint=0.4, empathy_next=0.3, effect=0.05),
        truth=None,
        wrong=frozenset({"opposite", "practically zero"}),
        question=BY_WORKER,
        sizes=(LARGE,),
    ),
    mediation(
        name="mediation_no_second_path",
        words="joint advocacy lifts felt empathy and, by another way, the next rating; empathy does nothing",
        law=Law(empathy_joint=0.4, effect=0.15, carry=0.7),
        truth=0.0,
        question=THROUGH,
        sizes=(LARGE,),
    ),
    mediation(
        name="mediation_no_first_path",
        words="felt empathy lifts the next rating, and joint advocacy does not move it",
        law=Law(empathy_next=0.3, effect=0.15),
        truth=0.0,
        question=THROUGH,
        sizes=(LARGE,),
    ),
    mediation(
        name="halo",
        words="joint advocacy lifts empathy and alliance; a mood that lasts (.5) lifts both ratings, empathy does nothing",
        law=Law(empathy_joint=0.3, effect=0.15, halo=0.6, mood_ar=0.5),
        truth=0.0,
        question=THROUGH,
    ),
    mediation(
        name="halo_same_session",
        words="the mood of the day lifts empathy and alliance of one session; empathy does nothing",
        law=Law(empathy_joint=0.3, effect=0.15, halo=0.6),
        truth=0.0,
        question=SAME_SESSION,
        sizes=(MIDDLING,),
    ),
    World(
        name="bond_more",
        family="outcome",
        words="joint advocacy lifts the bond by .15 SD, goals and tasks not at all; bond minus task is asked",
        law=Law(bond_extra=0.15),
        truth=0.15,
        question=BOND,
        covered="shown",
        sizes=(MIDDLING,),
    ),
    World(
        name="bond_as_much",
        family="outcome",
        words="joint advocacy lifts bond and tasks alike; bond minus task is asked",
        law=Law(effect=0.15),
        truth=0.0,
        question=BOND,
        covered="shown",
        sizes=(MIDDLING,),
    ),
    World(
        name="moderator_need",
        family="moderator",
        words="a point of need adds .04 SD to the effect",
        law=Law(effect=0.15, by_need=0.04),
        truth=0.04,
        question={"moderator": "need_index", "smallest_effect": 0.02},
        covered="shown",
        sizes=(LARGE,),
    ),
    World(
        name="moderator_null",
        family="moderator",
        words="need makes no difference to an effect of .15 SD",
        law=Law(effect=0.15, client_slope_sd=0.1),
        truth=0.0,
        question={"moderator": "need_index", "smallest_effect": 0.02},
        covered="shown",
        sizes=(LARGE,),
    ),
    World(
        name="moderator_setting_null",
        family="moderator",
        words="all places do the same (.15 SD); social services against the others is asked",
        law=Law(effect=0.15),
        truth=0.0,
        question={"moderator": "setting", "moderator_level": "social_services"},
        covered="shown",
        sizes=(MIDDLING,),
    ),
    World(
        name="moderator_phase_null",
        family="moderator",
        words="the effect is the same in all phases (.15 SD); engagement against the others is asked",
        law=Law(effect=0.15, phase_step=0.2, rate_phase=0.2),
        truth=0.0,
        sizes=(LARGE,),
        question={"moderator": "phase", "moderator_level": "engagement", "covariates": ["phase"]},
        covered="shown",
    ),
    between(
        name="between",
        words="clients who are accompanied once a session more have alliances .60 SD higher; five ratings a client",
        law=Law(between=0.6, rate_worker_sd=0.0),
        truth=0.6,
        covered="claimed",
    ),
    between(
        name="between_null",
        words="clients who are often accompanied do not differ; each episode lifts a rating by .15 SD",
        law=Law(effect=0.15),
        truth=0.15,
        sizes=RATINGS[1:],
    ),
    between(
        name="contextual_null",
        words="each episode lifts a rating by .15 SD, clients' habits add nothing; five ratings a client",
        law=Law(effect=0.15, rate_worker_sd=0.0),
        truth=0.0,
        question={"effect": "contextual"},
        covered="shown",
        sizes=RATINGS[:1],
    ),
    few(
        name="dropout_null",
        words="workers differ in how many clients leave and in how often they go along, unrelated",
        law=Law(dropout=0.06, dropout_worker_sd=0.5, rate_worker_sd=0.7),
        truth=0.0,
        sizes=(*FEW, Size(20, 300, 12)),
        question=LEAVING,
    ),
    few(
        name="dropout_effect",
        words="joint advocacy keeps clients (log-odds -.8)",
        law=Law(dropout=0.06, dropout_worker_sd=0.3, dropout_on_joint=-0.8),
        truth=-0.8,
        sizes=(FEW[2], Size(20, 300, 12)),
        question=LEAVING,
    ),
    few(
        name="few_workers_null",
        words="three or five workers, who differ in the effect (SD .15), on average nothing",
        law=Law(worker_slope_sd=0.15),
        truth=0.0,
        sizes=(Size(3, 60, 12), Size(5, 100, 12)),
    ),
    few(
        name="one_client_a_worker_null",
        words="every worker has one client",
        law=Law(),
        truth=0.0,
        sizes=(Size(60, 60, 10),),
        covered="shown",
    ),
    few(
        name="one_client_a_worker",
        words="every worker has one client; .20 SD",
        law=Law(effect=0.2),
        truth=0.2,
        sizes=(Size(60, 60, 10),),
        covered="shown",
    ),
    few(
        name="agencies_null",
        words="six agencies differ in alliance and in advocacy; no effect",
        law=Law(agencies=6, agency_sd=0.5, rate_agency_sd=0.6),
        truth=0.0,
        sizes=(MIDDLING,),
    ),
    few(
        name="agencies_between_null",
        words="four agencies differ in alliance and in advocacy; differences between clients are asked",
        law=Law(agencies=4, agency_sd=0.6, rate_agency_sd=0.8),
        truth=0.0,
        question={"effect": "between"},
        sizes=(MIDDLING,),
    ),
    World(
        name="ceiling_null",
        family="looks",
        words="answers at a ceiling, clients' trends; no effect",
        law=Law(ease=1.2, trend=0.08),
        truth=0.0,
        sizes=(MIDDLING,),
    ),
    World(
        name="ceiling",
        family="looks",
        words="answers at a ceiling; each joint episode lifts the alliance by .20 SD before the ceiling",
        law=Law(ease=1.2, effect=0.2),
        truth=0.2,
        wrong=frozenset({"opposite", "practically zero"}),
        sizes=(MIDDLING,),
    ),
    World(
        name="floor_null_shared",
        family="looks",
        words="answers at a ceiling, who gets better goes out more; no effect",
        law=Law(ease=1.2, trend_sd=0.08, rate_trend_sd=0.08, trend_correlation=0.8),
        truth=0.0,
        sizes=(LARGE,),
    ),
)
